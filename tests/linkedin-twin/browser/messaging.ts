import { fill } from '../labels/index.ts';
import { html } from '../render/html.ts';
import { composeMain, messageItem, threadMain } from '../render/messaging.ts';
import type { MessagingView } from '../render/views.ts';
import { createMessage, editorText, sentIn } from './composing.ts';
import { pageView } from './page.ts';
import { toast } from './toast.ts';

const view = pageView<MessagingView>();
const { labels } = view;
let sendMode = view.sendMode;

function find<T extends Element>(selector: string): T | null {
  return document.querySelector<T>(selector);
}

function editor(): HTMLElement | null {
  return find<HTMLElement>('.msg-form__contenteditable');
}

function refreshSendButton(): void {
  const button = find<HTMLButtonElement>('.msg-form__send-button');
  const box = editor();
  if (!button || !box) return;
  button.disabled = editorText(box) === '';
  button.hidden = false;
}

/** In "Press Enter" mode there is no Send button at all. */
function applySendMode(): void {
  const holder = find('[data-send-holder]');
  if (!holder) return;
  holder.innerHTML =
    sendMode === 'enter'
      ? html`<span class="msg-form__hint-text">${labels.pressEnter}</span>`.text
      : html`<button class="msg-form__send-button artdeco-button artdeco-button--1" type="submit" disabled>${labels.send}</button>`
          .text;
  refreshSendButton();
}

let sending = false;

async function send(text: string, via: 'composer' | 'quick_reply'): Promise<void> {
  const person = view.compose ? view.compose.person : view.thread?.person;
  if (!person || text === '' || sending) return;
  const subject = find<HTMLInputElement>('input[name=subject]')?.value.trim();
  sending = true;
  const answer = await createMessage(via, {
    self: view.self.profileId,
    text,
    ...(subject ? { subject } : {}),
    ...(view.thread && !view.compose ? { threadId: view.thread.id } : { recipient: person.profileId }),
  });
  sending = false;
  if (answer.kind === 'leaving') return;
  const sent = sentIn(answer);
  if (!sent) {
    // A 200 that carries nothing leaves the page as it was, without a word.
    if (answer.kind !== 'json' || answer.status !== 200) toast(document, 'error', labels.toastMessageFailed);
    return;
  }
  showSent({ urn: sent.urn, mine: true, text, at: sent.at }, sent.threadId);
}

/** The page moves to the thread without a reload, as the real one does. */
function showSent(message: { urn: string; mine: boolean; text: string; at: number }, threadId: string): void {
  const person = view.compose?.person ?? view.thread?.person;
  if (!person) return;
  if (view.compose || !view.thread) {
    view.thread = { id: threadId, person, messages: [...(view.thread?.messages ?? []), message] };
    view.compose = null;
    history.pushState(null, '', `/messaging/thread/${threadId}/`);
    draw();
    return;
  }
  view.thread.messages.push(message);
  find('.msg-s-message-list__typing-indicator-container--without-seen-receipt')?.insertAdjacentHTML(
    'beforebegin',
    messageItem(view, person, message, null).text,
  );
  const box = editor();
  if (box) box.innerHTML = '<p><br></p>';
  refreshSendButton();
}

function draw(): void {
  const detail = find('.msg__detail');
  if (!detail) return;
  detail.innerHTML = (view.compose ? composeMain(view) : threadMain(view)).text;
  applySendMode();
  if (view.compose?.mode === 'upsell') openUpsell();
}

/** Members without Premium cannot write to people they are not connected with. */
function openUpsell(): void {
  const outlet = find('#modal-outlet');
  if (!outlet) return;
  outlet.innerHTML =
    html`<div class="artdeco-modal-overlay ember-view" data-test-modal-id="modal-upsell"><div class="artdeco-modal" role="dialog" data-test-modal="" aria-labelledby="modal-upsell"><button aria-label="${labels.dismiss}" class="artdeco-button artdeco-modal__dismiss">×</button><h2 id="modal-upsell">${labels.inmailUpsell}</h2><p>${labels.inmailUpsellBody}</p><a href="https://www.linkedin.com/premium/products/?upsellOrderOrigin=SAMPLE">Premium</a></div></div>`.text;
  outlet.querySelector('button')?.addEventListener('click', () => {
    outlet.innerHTML = '';
  });
}

function onClick(event: Event): void {
  if (!(event.target instanceof Element)) return;
  const row = event.target.closest<HTMLElement>('.msg-conversations-container__convo-item-link');
  if (row) {
    const index = [...document.querySelectorAll('.msg-conversation-listitem')].indexOf(
      row.closest('.msg-conversation-listitem') ?? row,
    );
    const thread = view.conversations[index]?.threadId;
    if (thread) location.assign(`/messaging/thread/${thread}/`);
    return;
  }
  const quick = event.target.closest('.conversations-quick-replies__reply-button');
  if (quick) return void send(quick.textContent?.trim() ?? '', 'quick_reply');
  if (event.target.closest('.msg-form__send-toggle')) toggleSendOptions();
}

function toggleSendOptions(): void {
  const box = find('[data-send-options]');
  if (!box) return;
  const radio = (mode: 'enter' | 'click', text: string) =>
    html`<label><input type="radio" name="send-mode" value="${mode}">${text}</label>`;
  box.innerHTML = box.innerHTML
    ? ''
    : html`${radio('enter', labels.pressEnter)}${radio('click', labels.clickSend)}`.text;
  for (const input of box.querySelectorAll<HTMLInputElement>('input')) {
    input.checked = input.value === sendMode;
    input.addEventListener('change', () => {
      sendMode = input.value === 'enter' ? 'enter' : 'click';
      box.innerHTML = '';
      applySendMode();
    });
  }
}

document.addEventListener('click', onClick);
document.addEventListener('input', refreshSendButton);
document.addEventListener('submit', (event) => {
  event.preventDefault();
  const box = editor();
  if (box) void send(editorText(box), 'composer');
});
document.addEventListener(
  'keydown',
  (event) => {
    const box = editor();
    const inEditor = box && event.target instanceof Node && box.contains(event.target);
    if (!inEditor || event.key !== 'Enter' || event.shiftKey || sendMode !== 'enter') return;
    event.preventDefault();
    void send(editorText(box), 'composer');
  },
  true,
);
document.title = fill('{title} | LinkedIn', { title: labels.messaging });
draw();
