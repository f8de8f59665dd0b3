import type { ActResult, LinkedinStep, PrepareResult, ProfileRead } from '#shared/protocol/linkedin.ts';
import { onlyIn } from '../dom/find.ts';
import { click, clickWithoutLeaving } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { requireLabels, sessionFailure } from '../guards.ts';
import { readTopCard, type TopCard } from '../pages/profile.ts';
import { namesAnother, readWithdrawDialog } from '../pages/withdrawDialog.ts';
import { type Labels, labelsOf } from '../selectors/labels/index.ts';
import { packBaseline } from './baseline.ts';
import { openProfile } from './openProfile.ts';
import { remember, take } from './prepared.ts';

/** LinkedIn swallows clicks on controls that its script has not wired yet. */
const OPENING_CLICKS = 4;
const FIRST_WAIT = 1_500;

/**
 * Leaves the dialog open that asks whether to withdraw. On the person's own page, not in the list of all
 * invitations: there the person is proven by id, and nothing has to be scrolled into view.
 */
export async function prepareWithdraw(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const labels = requireLabels(env);
  const { card, profile, invitationUrn } = await openProfile(env, step, signal);
  const closed = closedBy(profile);
  if (closed) return closed;
  try {
    await openDialog(env, card, labels, signal);
  } catch (error) {
    if (error instanceof StepStop) return { outcome: 'failed', failure: error.failure, profile };
    throw error;
  }
  const { taskId, fence, target } = step;
  remember(env, { taskId, fence, target, profileId: card.profileId, mode: 'plain', text: null });
  const baseline = packBaseline({ kind: 'withdraw', profileId: card.profileId, invitationUrn });
  return { outcome: 'ready', profile, noteDropped: false, lastInboundAt: null, baseline };
}

function closedBy(profile: ProfileRead): PrepareResult | null {
  switch (profile.relation) {
    case 'connected':
      return { outcome: 'closed', reason: 'already_connected', profile };
    case 'not_connected':
    case 'invite_received':
    case 'self':
      return { outcome: 'closed', reason: 'nothing_to_withdraw', profile };
    case 'invite_sent':
      return null;
  }
}

/** Clicks Pending until the dialog is open. That only asks, so a swallowed click may be repeated. */
async function openDialog(env: PageEnv, card: TopCard, labels: Labels, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < OPENING_CLICKS; attempt++) {
    const opened = readWithdrawDialog(env, labels);
    if (opened && namesAnother(opened, card.name))
      stop('wrong_person', 'The dialog is about somebody else’s invitation.');
    if (opened) return;
    const pending = await waitFor(env, 'open', signal, () => pendingControl(env, card.profileId));
    if (!pending)
      stop('layout_unknown', 'The top card shows no pending invitation, LinkedIn says there is one.');
    clickWithoutLeaving(pending);
    await waitFor(env, FIRST_WAIT * (attempt + 1), signal, () => {
      const failure = sessionFailure(env);
      if (failure) throw new StepStop(failure);
      return readWithdrawDialog(env, labels);
    });
  }
  const opened = readWithdrawDialog(env, labels);
  if (opened && !namesAnother(opened, card.name)) return;
  stop(
    env.document.hidden ? 'needs_visible_tab' : 'layout_unknown',
    'Pending opened no dialog of a known form.',
  );
}

function pendingControl(env: PageEnv, profileId: string): HTMLElement | null {
  const card = readTopCard(env);
  return card?.profileId === profileId ? onlyIn(env, card.element, 'pending') : null;
}

/** Withdraws: every check again, without waiting, then one click. */
export function actWithdraw(env: PageEnv, step: LinkedinStep): ActResult {
  const prepared = take(env, step);
  if ('code' in prepared) return { outcome: 'failed', failure: prepared };
  const failure = sessionFailure(env);
  if (failure) return { outcome: 'failed', failure };
  const labels = labelsOf(env);
  const card = readTopCard(env);
  const dialog = labels && readWithdrawDialog(env, labels);
  if (!card || card.profileId !== prepared.profileId)
    return notActed('layout_unknown', 'The page shows somebody else than before.');
  if (!pendingControl(env, prepared.profileId))
    return notActed('linkedin_error', 'The invitation is not shown as pending any more.');
  if (!dialog) return notActed('linkedin_error', 'The dialog that asks again is gone.');
  if (namesAnother(dialog, card.name))
    return notActed('wrong_person', 'The dialog is about somebody else’s invitation.');
  try {
    click(dialog.confirm);
  } catch {
    const broken = maybe('linkedin_error', 'The page failed while the invitation was withdrawn.');
    return { outcome: 'failed', failure: broken };
  }
  return { outcome: 'clicked' };
}

function notActed(code: Parameters<typeof before>[0], detail: string): ActResult {
  return { outcome: 'failed', failure: before(code, detail) };
}
