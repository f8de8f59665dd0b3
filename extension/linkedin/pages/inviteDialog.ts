import { collapse, isEnabled, labelOf, onlyIn, textOf, visibleEverywhere, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { isLabel, type Labels } from '../selectors/labels/index.ts';

/** What the send-invitation dialog shows, wherever it is rendered. */
export type InviteStep =
  | { step: 'choose'; dialog: HTMLElement; addNote: HTMLElement | null; sendPlain: HTMLElement }
  | {
      step: 'note';
      dialog: HTMLElement;
      area: HTMLTextAreaElement;
      send: HTMLElement | null;
      limit: number | null;
    }
  | { step: 'email'; dialog: HTMLElement }
  | { step: 'upsell'; dialog: HTMLElement };

/** The dialog's state; null while no dialog is open or it is not one of the known steps. */
export function readInviteDialog(env: PageEnv, labels: Labels): InviteStep | null {
  const dialogs = inviteDialogs(env);
  for (const dialog of dialogs) {
    if (visibleIn(env, dialog, 'emailGate').length > 0) return { step: 'email', dialog };
  }
  for (const dialog of dialogs) {
    const area = onlyIn(env, dialog, 'noteArea') as HTMLTextAreaElement | null;
    if (area)
      return {
        step: 'note',
        dialog,
        area,
        send: button(env, dialog, labels.sendInvitation),
        limit: noteLimit(env, dialog),
      };
    const sendPlain = button(env, dialog, labels.sendWithoutNote);
    if (sendPlain) return { step: 'choose', dialog, addNote: button(env, dialog, labels.addNote), sendPlain };
  }
  return upsell(env);
}

/** Whether any dialog is open that a click on Connect may have opened. */
export function anyDialogOpen(env: PageEnv): boolean {
  return visibleEverywhere(env, 'anyDialog').length > 0;
}

/** Whom the dialog says it invites; null where it names nobody. */
export function invitee(env: PageEnv, dialog: Element): string | null {
  const [strong] = visibleIn(env, dialog, 'invitee');
  return strong ? textOf(strong) || null : null;
}

/** The dialog's close button. */
export function dismissButton(env: PageEnv, dialog: Element): HTMLElement | null {
  return onlyIn(env, dialog, 'dismiss');
}

function inviteDialogs(env: PageEnv): HTMLElement[] {
  return [...new Set(visibleEverywhere(env, 'inviteDialog'))];
}

function upsell(env: PageEnv): InviteStep | null {
  const [dialog] = premiumOffers(env);
  return dialog ? { step: 'upsell', dialog } : null;
}

/** Dialogs that offer Premium, whatever they were opened by. */
export function premiumOffers(env: PageEnv): HTMLElement[] {
  return visibleEverywhere(env, 'anyDialog').filter(
    (dialog) => visibleIn(env, dialog, 'premiumLink').length > 0,
  );
}

function button(env: PageEnv, dialog: Element, names: readonly string[]): HTMLElement | null {
  const named = visibleIn(env, dialog, 'dialogButton').filter((one) => isLabel(labelOf(one), names));
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** The counter under the note ("0/200"): LinkedIn's own limit for this account. */
function noteLimit(env: PageEnv, dialog: Element): number | null {
  for (const element of visibleIn(env, dialog, 'noteLimit')) {
    const limit = /^\d+\s*\/\s*(\d+)$/u.exec(collapse(element.textContent ?? ''))?.[1];
    if (limit) return Number(limit);
  }
  return null;
}

/** How many personal notes the dialog says are left this month; null where it does not say. */
export function notesLeft(dialog: Element, labels: Labels): number | null {
  const text = textOf(dialog);
  const left = labels.notesLeft.map((pattern) => pattern.exec(text)?.groups?.left).find((found) => found);
  return left === undefined ? null : Number(left);
}

/** Whether a send button is there and would react. */
export function canSend(send: HTMLElement | null): send is HTMLElement {
  return send !== null && isEnabled(send);
}
