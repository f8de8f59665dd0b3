import { fill, type Labels } from '../labels/index.ts';
import { html } from '../render/html.ts';
import { sduiRequest } from './page.ts';
import { toast } from './toast.ts';

/** The native dialog of the new stack. `[role=dialog]` does not find it. */
export function openWithdrawDialog(
  person: { profileId: string; slug: string; name: string },
  labels: Labels,
  via: 'profile' | 'sent_list',
  onWithdrawn: () => void,
): void {
  const toasts = document.getElementById('interop-outlet')?.shadowRoot;
  const label = fill(labels.withdrawAria, { name: person.name });
  document.body.insertAdjacentHTML(
    'beforeend',
    html`<dialog open data-testid="dialog" aria-labelledby="dialog-header"><button aria-label="${labels.dismiss}"></button><h2 id="dialog-header">${labels.withdrawHeading}</h2><p>${labels.withdrawBody}</p><button><span>${labels.cancel}</span></button><button aria-label="${label}"><span>${labels.withdraw}</span></button></dialog>`
      .text,
  );
  const dialog = document.body.lastElementChild;
  const [dismiss, cancel, confirm] = dialog?.querySelectorAll('button') ?? [];
  dismiss?.addEventListener('click', () => dialog?.remove());
  cancel?.addEventListener('click', () => dialog?.remove());
  confirm?.addEventListener('click', async () => {
    const answer = await sduiRequest('addaWithdrawInvitation', via, {
      profileUrn: { profileId: person.profileId },
      inviteeVanityName: person.slug,
    });
    dialog?.remove();
    if (answer.kind === 'json' && answer.status === 200) onWithdrawn();
    else if (answer.kind === 'json' && toasts) toast(toasts, 'error', labels.toastFailed);
  });
}
