import type { Labels } from '../labels/index.ts';
import { overlayBubble, overlayMessage } from '../render/overlay.ts';
import type { OverlayView } from '../render/views.ts';
import { createMessage, editorText, sentIn } from './composing.ts';
import { toast } from './toast.ts';

/** Opens the bubble inside `outlet`, a part of the page, of its shadow root or of the `/preload/` document. */
export function openOverlay(
  outlet: Element,
  root: ParentNode,
  view: OverlayView,
  labels: Labels,
  onClosed: () => void = () => {},
): void {
  outlet.innerHTML = overlayBubble(view, labels).text;
  const find = <T extends Element>(selector: string) => outlet.querySelector<T>(selector);
  const editor = find<HTMLElement>('.msg-form__contenteditable');
  const button = find<HTMLButtonElement>('.msg-form__send-button');
  let sending = false;
  const send = async () => {
    const text = editor ? editorText(editor) : '';
    if (text === '' || sending) return;
    sending = true;
    const subject = find<HTMLInputElement>('input[name=subject]')?.value.trim();
    const answer = await createMessage('overlay', {
      self: view.self.profileId,
      text,
      ...(subject ? { subject } : {}),
      ...(view.threadId ? { threadId: view.threadId } : { recipient: view.person.profileId }),
    });
    sending = false;
    if (answer.kind === 'leaving') return;
    const sent = sentIn(answer);
    if (!sent) {
      const silent = answer.kind === 'json' && answer.status === 200;
      if (!silent) toast(root, 'error', labels.toastMessageFailed);
      return;
    }
    view.threadId = sent.threadId;
    const item = overlayMessage(view, { urn: sent.urn, mine: true, text, at: sent.at });
    find('.msg-s-message-list__typing-indicator-container--without-seen-receipt')?.insertAdjacentHTML(
      'beforebegin',
      item.text,
    );
    if (editor) editor.innerHTML = '<p><br></p>';
    if (button) button.disabled = true;
  };
  find('[data-close]')?.addEventListener('click', () => {
    outlet.innerHTML = '';
    onClosed();
  });
  find('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  editor?.addEventListener('input', () => {
    if (button) button.disabled = editorText(editor) === '';
  });
  editor?.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || view.sendMode !== 'enter') return;
    event.preventDefault();
    void send();
  });
}
