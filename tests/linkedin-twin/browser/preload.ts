import type { InviteContext, OverlayView, PreloadView } from '../render/views.ts';
import { openInviteModal } from './invite-modal.ts';
import { openOverlay } from './overlay.ts';
import { pageView } from './page.ts';

const view = pageView<PreloadView>();

/** Tells the page around this frame; on the directly opened page there is none. */
function tell(kind: 'invite-sent' | 'invite-closed' | 'overlay-closed'): void {
  if (window.parent !== window) window.parent.postMessage({ kind }, location.origin);
}

function open(context: InviteContext, via: string): void {
  openInviteModal({
    root: document,
    context,
    via,
    labels: view.labels,
    onSent: () => tell('invite-sent'),
    onClosed: () => tell('invite-closed'),
  });
}

if (view.invite) open(view.invite, 'preload');

addEventListener('message', (event) => {
  if (event.origin !== location.origin || event.source !== window.parent) return;
  const outlet = document.getElementById('modal-outlet');
  if (event.data?.kind === 'open-overlay' && outlet) {
    openOverlay(outlet, document, event.data.context as OverlayView, view.labels, () =>
      tell('overlay-closed'),
    );
  }
  if (event.data?.kind === 'open-invite') open(event.data.context as InviteContext, String(event.data.via));
});
