import { fill, type Labels } from '../labels/index.ts';
import { Html, html } from '../render/html.ts';
import type { InviteContext } from '../render/views.ts';
import { call, field } from './page.ts';
import { toast } from './toast.ts';

export interface InviteModal {
  /** Where `#modal-outlet` and `#artdeco-toasts` live: the shadow root or a document. */
  root: ParentNode;
  context: InviteContext;
  via: string;
  labels: Labels;
  onSent(): void;
  onClosed(): void;
}

let emberIds = 29;
const ember = () => `ember${emberIds++}`;

function outlet(modal: InviteModal): HTMLElement {
  const found = modal.root.querySelector<HTMLElement>('#modal-outlet');
  if (!found) throw new Error('this page has no modal outlet');
  return found;
}

function close(modal: InviteModal): void {
  outlet(modal).innerHTML = '';
  modal.onClosed();
}

/** Draws a dialog and wires its buttons by aria-label. */
function draw(
  modal: InviteModal,
  id: string,
  parts: { heading: string; content: Html; actions: Html },
  handlers: Record<string, () => void>,
): void {
  const { labels } = modal;
  outlet(modal).innerHTML =
    html`<div id="${ember()}" class="artdeco-modal-overlay artdeco-modal-overlay--layer-default artdeco-modal-overlay--is-top-layer ember-view" data-test-modal-container="" data-test-modal-id="${id}">
 <div class="artdeco-modal artdeco-modal--layer-default send-invite" role="dialog" data-test-modal="" aria-labelledby="${id}" tabindex="-1">
  <span class="a11y-text visually-hidden">Dialog content start.</span>
  <button id="${ember()}" aria-label="${labels.dismiss}" data-test-modal-close-btn="" class="artdeco-button artdeco-button--circle artdeco-button--muted artdeco-button--2 artdeco-button--tertiary ember-view artdeco-modal__dismiss"><svg role="none" class="artdeco-button__icon" data-test-icon="close-medium"></svg><span class="artdeco-button__text">×</span></button>
  <div id="${ember()}" class="artdeco-modal__header ember-view"><h2 id="${id}">${parts.heading}</h2></div>
  <div id="${ember()}" class="artdeco-modal__content ember-view">${parts.content}</div>
  <div id="${ember()}" class="artdeco-modal__actionbar ember-view text-align-right">${parts.actions}</div>
  <span class="a11y-text visually-hidden">Dialog content end.</span>
 </div></div>`.text;
  wire(modal, { [labels.dismiss]: () => close(modal), ...handlers });
}

function wire(modal: InviteModal, handlers: Record<string, () => void>): void {
  for (const button of outlet(modal).querySelectorAll('button')) {
    const handler = handlers[button.getAttribute('aria-label') ?? ''];
    if (handler) button.addEventListener('click', handler);
  }
}

function button(label: string, text: string, kind: 'primary' | 'secondary' | 'tertiary', off = false): Html {
  const classes = `artdeco-button artdeco-button--2 artdeco-button--${kind} ember-view${off ? ' artdeco-button--disabled' : ''}`;
  return html`<button id="${ember()}" aria-label="${label}" class="${classes}" ${off ? new Html('disabled') : ''}><span class="artdeco-button__text">${text}</span></button>`;
}

function enable(target: HTMLButtonElement | null, on: boolean): void {
  if (!target) return;
  target.disabled = !on;
  target.classList.toggle('artdeco-button--disabled', !on);
}

/** Step 1: with or without a note. For some people LinkedIn asks for their email address first. */
export function openInviteModal(modal: InviteModal): void {
  const { context, labels } = modal;
  const name = '\u0000';
  const [before, after] = fill(labels.invitePersonalize, { name }).split(name);
  const body = html`<p class="display-flex"><span class="flex-1">${before}<strong>${context.name}</strong>${after}</span></p>${context.premium ? html`<p>${labels.unlimitedNotes}</p>` : null}`;
  const gate = html`<p>${labels.emailGate} <a href="https://www.linkedin.com/help/linkedin/answer/0">?</a></p><input type="email" id="email" name="email">`;
  draw(
    modal,
    'send-invite-modal',
    {
      heading: labels.inviteHeading,
      content: context.emailGate ? gate : body,
      actions: html`${button(labels.addNote, labels.addNote, 'secondary')}${button(labels.sendWithoutNote, context.emailGate ? labels.send : labels.sendWithoutNote, 'primary', context.emailGate)}`,
    },
    {
      [labels.addNote]: () => (context.notesLeft === 0 ? upsell(modal) : noteStep(modal, email())),
      [labels.sendWithoutNote]: () => void send(modal, null, email()),
    },
  );
  const input = outlet(modal).querySelector<HTMLInputElement>('input[type=email]');
  const email = () => input?.value.trim() || null;
  input?.addEventListener('input', () =>
    enable(outlet(modal).querySelector('.artdeco-button--primary'), input.value.includes('@')),
  );
}

/** Step 2: the note. The field has no maxlength; the button tells. */
function noteStep(modal: InviteModal, email: string | null): void {
  const { context, labels } = modal;
  const remaining =
    context.notesLeft === null
      ? null
      : html`<p class="t-14">${fill(labels.notesRemaining, { n: context.notesLeft })}</p>`;
  draw(
    modal,
    'send-invite-modal',
    {
      heading: labels.noteHeading,
      content: html`<label for="custom-message"><span class="visually-hidden">${fill(labels.noteLimit, { n: context.noteLimit })}</span><p class="t-14 pb2">${labels.noteHint}</p></label><div class="relative"><textarea id="custom-message" name="message" class="ember-text-area ember-view connect-button-send-invite__custom-message" minlength="1" placeholder="${labels.notePlaceholder}"></textarea><div class="display-flex align-items-center">${remaining}<span class="t-14 t-black--light flex-1 text-align-right" data-counter="">0/${context.noteLimit}</span></div></div>`,
      actions: html`${button(labels.cancelNote, labels.cancel, 'tertiary')}${button(labels.sendInvitation, labels.send, 'primary', true)}`,
    },
    {
      [labels.cancelNote]: () => openInviteModal(modal),
      [labels.sendInvitation]: () => void send(modal, field_().value, email),
    },
  );
  const field_ = () => {
    const area = outlet(modal).querySelector<HTMLTextAreaElement>('#custom-message');
    if (!area) throw new Error('the note field is gone');
    return area;
  };
  field_().addEventListener('input', () => {
    const { length } = field_().value;
    const counter = outlet(modal).querySelector('[data-counter]');
    if (counter) counter.textContent = `${length}/${context.noteLimit}`;
    enable(
      outlet(modal).querySelector('.artdeco-button--primary'),
      length > 0 && length <= context.noteLimit,
    );
  });
}

async function send(modal: InviteModal, note: string | null, email: string | null): Promise<void> {
  const { context, labels } = modal;
  for (const b of outlet(modal).querySelectorAll('button')) b.disabled = true;
  const answer = await call(
    'POST',
    '/voyager/api/voyagerRelationshipsDashMemberRelationships?action=verifyQuotaAndCreateV2&decorationId=com.linkedin.voyager.dash.deco.relationships.InvitationCreationResultWithInvitee-2',
    modal.via,
    {
      invitee: {
        inviteeUnion: { memberProfile: `urn:li:fsd_profile:${context.profileId}` },
        ...(email ? { email } : {}),
      },
      ...(note ? { customMessage: note } : {}),
    },
  );
  if (answer.kind === 'leaving') return;
  const code = answer.kind === 'json' ? field(answer.body, 'data', 'code') : 'BROKEN';
  if (code === 'CUSTOM_INVITE_LIMIT_REACHED') return upsell(modal);
  if (code === 'FUSE_LIMIT_EXCEEDED') {
    return fuseAlert(modal, labels.weeklyBlockHeading, labels.weeklyBlockBody);
  }
  if (code === 'INVITES_RESTRICTED') return fuseAlert(modal, labels.restrictedInvites, '');
  const value = answer.kind === 'json' ? field(answer.body, 'data', 'value') : undefined;
  if (typeof field(value, 'invitationUrn') === 'string') {
    modal.onSent();
    toast(modal.root, 'success', fill(labels.toastSent, { first: context.firstName }));
    if (field(value, 'fuseLimitWarning') === true) {
      fuseAlert(modal, labels.weeklyWarnHeading, labels.weeklyWarnBody);
    } else {
      close(modal);
    }
    return;
  }
  close(modal);
  // An answer of 200 that says nothing: the dialog just vanishes.
  if (answer.kind === 'json' && answer.status === 200) return;
  const text = code === 'CANT_RESEND_YET' ? labels.toastResend : labels.toastUnable;
  toast(modal.root, 'error', fill(text, { name: context.name }));
}

function upsell(modal: InviteModal): void {
  const { labels } = modal;
  draw(
    modal,
    'modal-upsell',
    {
      heading: labels.upsellHeading,
      content: html`<p>${labels.upsellBody}</p><a class="artdeco-button artdeco-button--premium" href="https://www.linkedin.com/premium/products/?upsellOrderOrigin=SAMPLE">${labels.upsellAction}</a>`,
      actions: html``,
    },
    {},
  );
}

function fuseAlert(modal: InviteModal, heading: string, body: string): void {
  const { labels } = modal;
  outlet(modal).innerHTML =
    html`<div class="artdeco-modal-overlay artdeco-modal-overlay--layer-default ember-view" data-test-modal-container="" data-test-modal-id="fuse-limit-alert"><div class="artdeco-modal ip-fuse-limit-alert" role="dialog" data-test-modal="" aria-labelledby="ip-fuse-limit-alert__header"><button aria-label="${labels.dismiss}" data-test-modal-close-btn="" class="artdeco-button artdeco-button--circle artdeco-modal__dismiss">×</button><div class="artdeco-modal__content"><div class="ip-fuse-limit-alert__warning"></div><h2 id="ip-fuse-limit-alert__header" class="ip-fuse-limit-alert__header t-20">${heading}</h2><p class="ip-fuse-limit-alert__body">${body}</p></div><div class="artdeco-modal__actionbar"><button aria-label="${labels.gotIt}" class="artdeco-button artdeco-button--2 artdeco-button--primary ip-fuse-limit-alert__primary-action"><span class="artdeco-button__text">${labels.gotIt}</span></button></div></div></div>`.text;
  wire(modal, { [labels.dismiss]: () => close(modal), [labels.gotIt]: () => close(modal) });
}
