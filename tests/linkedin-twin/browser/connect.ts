import { fill, type Labels } from '../labels/index.ts';
import type { InviteContext, OverlayView } from '../render/views.ts';
import { openInviteModal } from './invite-modal.ts';
import { openOverlay } from './overlay.ts';
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

/** Opens the message overlay from a list of people: in either bridge of a new page, or in an old one itself. */
export async function messageByOverlay(profileId: string, labels: Labels): Promise<void> {
  const url = `/flagship-web/rsc-action/actions/overlay-context?profileId=${encodeURIComponent(profileId)}`;
  const answer = await call('GET', url, 'overlay');
  if (answer.kind !== 'json' || answer.status !== 200) return;
  const context = answer.body as OverlayView;
  const own = document.getElementById('msg-overlay');
  if (own) return openOverlay(own, document, context, labels);
  if (context.surface === 'page') return location.assign(composeAddress(profileId));
  if (context.surface === 'shadow') {
    const root = shadowRoot();
    const outlet = root.querySelector('#modal-outlet');
    if (outlet) openOverlay(outlet, root, context, labels);
    return;
  }
  showFrame(true);
  frame()?.contentWindow?.postMessage({ kind: 'open-overlay', context }, location.origin);
}

function composeAddress(profileId: string): string {
  const urn = encodeURIComponent(`urn:li:fsd_profile:${profileId}`);
  return `/messaging/compose/?profileUrn=${urn}&recipient=${profileId}&interop=msgOverlay`;
}

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
  if (event.data?.kind === 'invite-closed' || event.data?.kind === 'overlay-closed') showFrame(false);
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
