import { fill, type Labels } from '../labels/index.ts';
import type { InviteContext } from '../render/views.ts';
import { openInviteModal } from './invite-modal.ts';
import { call, sduiRequest } from './page.ts';

/** The layer of the old stack that lies over the new pages. */
export function shadowRoot(): ShadowRoot {
  const root = document.getElementById('interop-outlet')?.shadowRoot;
  if (!root) throw new Error('no interop outlet');
  return root;
}

function frame(): HTMLIFrameElement | null {
  return document.querySelector<HTMLIFrameElement>('iframe[data-testid=interop-iframe]');
}

/** Opens the send-invite dialog in whichever bridge this person's page uses. */
export async function connectByDialog(
  slug: string,
  via: string,
  labels: Labels,
  onSent: () => void,
): Promise<void> {
  const url = `/flagship-web/rsc-action/actions/invite-context?vanityName=${encodeURIComponent(slug)}`;
  const answer = await call('GET', url, via);
  if (answer.kind !== 'json' || answer.status !== 200) return;
  const context = answer.body as InviteContext;
  if (context.surface === 'iframe') return openInFrame(context, via, onSent);
  openInviteModal({ root: shadowRoot(), context, via, labels, onSent, onClosed: () => {} });
}

/** The other bridge: the dialog is drawn by the `/preload/` document in the iframe. */
function openInFrame(context: InviteContext, via: string, onSent: () => void): void {
  const target = frame();
  if (!target?.contentWindow) return;
  showFrame(true);
  sentInFrame = onSent;
  target.contentWindow.postMessage({ kind: 'open-invite', context, via }, location.origin);
}

let sentInFrame: () => void = () => {};

/** The frame lies over the page and takes clicks only while it shows something. */
export function showFrame(on: boolean): void {
  const target = frame();
  if (!target) return;
  target.style.opacity = on ? '1' : '0';
  target.style.pointerEvents = on ? 'auto' : 'none';
}

addEventListener('message', (event) => {
  if (event.origin !== location.origin || event.source !== frame()?.contentWindow) return;
  if (event.data?.kind === 'invite-sent') sentInFrame();
  if (event.data?.kind === 'invite-closed') showFrame(false);
});

/** Rails and "People you may know" ask nothing: the invitation goes out with the click. */
export async function connectAtOnce(button: Element, labels: Labels): Promise<void> {
  const memberId = button.getAttribute('data-member') ?? '';
  const answer = await sduiRequest('addaAddConnection', 'rail', { inviteeUrn: { memberId } });
  if (answer.kind !== 'json' || answer.status !== 200) return;
  const name = button.closest('[role=listitem]')?.querySelector('a')?.textContent ?? '';
  button.setAttribute('aria-label', fill(labels.pendingAria, { name }));
  button.textContent = labels.pending;
}
