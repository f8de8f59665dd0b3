import { visibleEverywhere } from '../dom/find.ts';
import { click, clickWithoutLeaving } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { before, StepStop, stop } from '../failure.ts';
import { inviteRefusal, sessionFailure, weeklyLimit } from '../guards.ts';
import { anyDialogOpen, dismissButton, type InviteStep, readInviteDialog } from '../pages/inviteDialog.ts';
import { menuConnect, readTopCard, rowConnect, showsPending, type TopCard } from '../pages/profile.ts';
import type { Labels } from '../selectors/labels/index.ts';
import { expandMenu, settledInMenu } from './openMenu.ts';

/** LinkedIn swallows clicks on controls that its script has not wired yet. */
const OPENING_CLICKS = 4;
/** How long a swallowed click is waited for at first; a slow dialog gets longer each time. */
const FIRST_WAIT = 1_500;

/**
 * Clicks Connect until its dialog is open. Opening a dialog has no effect at LinkedIn, so a click that
 * opened nothing may be repeated, unless the page shows that it did something after all.
 */
export async function openDialog(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<InviteStep> {
  for (let attempt = 0; attempt < OPENING_CLICKS; attempt++) {
    const connect = await findConnect(env, card, labels, signal);
    clickWithoutLeaving(connect);
    const opened = await waitFor(env, FIRST_WAIT * (attempt + 1), signal, () => opening(env, labels));
    if (opened) return opened;
  }
  return stop(
    env.document.hidden ? 'needs_visible_tab' : 'layout_unknown',
    'Connect opened no dialog of a known form.',
  );
}

function opening(env: PageEnv, labels: Labels): InviteStep | null {
  requireNoRefusal(env, labels);
  const card = readTopCard(env);
  if (card && showsPending(env, card)) {
    throw new StepStop({
      code: 'linkedin_error',
      effect: 'after_effect',
      detail: 'Connect sent the invitation at once, without its dialog.',
      until: null,
    });
  }
  const opened = readInviteDialog(env, labels);
  // Connect never opens an offer of Premium: one that is there came by itself.
  return opened?.step === 'upsell' ? null : opened;
}

/** Stops on anything that says that no invitation is possible now. */
function requireNoRefusal(env: PageEnv, labels: Labels): void {
  const failure = sessionFailure(env) ?? inviteRefusal(env, labels);
  if (failure) throw new StepStop(failure);
  if (weeklyLimit(env, labels) === 'blocked') {
    throw new StepStop(before('weekly_invite_limit', 'LinkedIn’s weekly invitation limit is reached.'));
  }
}

/** The Connect control of the top card: in its row, else in its More menu. Stops when there is none. */
async function findConnect(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<HTMLElement> {
  const fresh = readTopCard(env) ?? card;
  const inRow = rowConnect(env, fresh);
  if (inRow) return inRow;
  await expandMenu(env, fresh, labels, signal);
  const inMenu = await settledInMenu(env, fresh, signal, () => menuConnect(env, fresh));
  return inMenu ?? stop('cannot_be_invited', 'LinkedIn offers no Connect for this person.');
}

/** Closes what an earlier attempt left open, by the dialog's own close button. */
export async function closeDialogs(env: PageEnv, labels: Labels, signal: AbortSignal): Promise<void> {
  for (let turn = 0; turn < 3 && anyDialogOpen(env); turn++) {
    const dialog = readInviteDialog(env, labels)?.dialog ?? visibleEverywhere(env, 'fuseLimit').at(0);
    const close = dialog && dismissButton(env, dialog);
    if (!close) return;
    click(close);
    await waitFor(env, 1_000, signal, () => !close.isConnected);
  }
}
