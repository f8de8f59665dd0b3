import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { visibleEverywhere } from '../dom/find.ts';
import { click, clickWithoutLeaving } from '../dom/input.ts';
import { pause, waitFor } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { inviteRefusal, sessionFailure, weeklyLimit } from '../guards.ts';
import { anyDialogOpen, dismissButton, type InviteStep, readInviteDialog } from '../pages/inviteDialog.ts';
import { menuConnect, readTopCard, rowConnect, showsPending, type TopCard } from '../pages/profile.ts';
import { readRelationship } from '../reads/relationship.ts';
import type { Labels } from '../selectors/labels/index.ts';
import { paceSeen, watchAnswers } from './answers.ts';
import { expandMenu, settledInMenu } from './openMenu.ts';

/** LinkedIn swallows clicks on controls that its script has not wired yet. */
const OPENING_CLICKS = 4;
/** How long a swallowed click is waited for at first; a slow dialog gets longer each time. */
const FIRST_WAIT = 1_500;

/**
 * Clicks Connect until its dialog is open. That has no effect at LinkedIn, so a click that was swallowed may be repeated.
 * But a Connect may also send at once: whatever opened no dialog is settled by LinkedIn's own answer first, before another
 * click and before any failure is called one without effect. Broken off in between, it may have been sent.
 */
export async function openDialog(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<InviteStep> {
  watchAnswers(env);
  for (let attempt = 0; attempt < OPENING_CLICKS; attempt++) {
    const connect = await findConnect(env, card, labels, signal).catch((error: unknown) => {
      if (error instanceof StepStop && attempt > 0) return null;
      throw error;
    });
    if (!connect && attempt > 0) return await maybeSent(signal, settleVanished(env, card, signal));
    if (!connect) stop('cannot_be_invited', 'LinkedIn offers no Connect for this person.');
    clickWithoutLeaving(connect);
    const opened = await maybeSent(
      signal,
      opensDialog(env, card, labels, FIRST_WAIT * (attempt + 1), signal),
    );
    if (opened) return opened;
  }
  return stop(
    env.document.hidden ? 'needs_visible_tab' : 'layout_unknown',
    'Connect opened no dialog of a known form.',
  );
}

/** What broke off before it was settled whether a click sent says so. */
async function maybeSent<T>(signal: AbortSignal, settled: Promise<T>): Promise<T> {
  return settled.catch((error: unknown) => {
    if (error instanceof StepStop) throw error;
    const code = signal.aborted ? 'timeout' : 'linkedin_error';
    throw new StepStop(maybe(code, 'Broken off after a click on Connect, which may send at once.'));
  });
}

/** The dialog that a click opened; null: nothing came of the click, it may be repeated. */
async function opensDialog(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  waitMs: number,
  signal: AbortSignal,
): Promise<InviteStep | null> {
  const opened = await waitFor(env, waitMs, signal, () => opening(env, labels));
  if (opened && !(opened instanceof StepStop)) return opened;
  const ended = orPace(env, opened);
  await requireNothingSent(env, card, ended, signal);
  if (ended) throw ended;
  return null;
}

/** What ends the step, with the reason that LinkedIn's answers to the click gave where the page gives none. */
function orPace(env: PageEnv, opened: StepStop | null): StepStop | null {
  const pace = paceSeen(env);
  const hasReason = opened && (opened.failure.code !== 'linkedin_error' || opened.failure === sentAtOnce);
  return pace && !hasReason ? new StepStop({ ...pace, effect: 'before_effect' }) : opened;
}

/** What came of the click by now: the dialog, or what ends the step; null: nothing yet. */
function opening(env: PageEnv, labels: Labels): InviteStep | StepStop | null {
  const refusal = refusalShown(env, labels);
  if (refusal) return new StepStop(refusal);
  const card = readTopCard(env);
  if (card && showsPending(env, card)) return new StepStop(sentAtOnce);
  const opened = readInviteDialog(env, labels);
  // Connect never opens an offer of Premium: one that is there came by itself.
  return opened?.step === 'upsell' ? null : opened;
}

const sentAtOnce: LinkedinFailure = {
  code: 'linkedin_error',
  effect: 'after_effect',
  detail: 'Connect sent the invitation at once, without its dialog.',
  until: null,
};

/** Stops unless LinkedIn says that nothing came of the click; `opened`: what the page shows instead of the dialog. */
async function requireNothingSent(
  env: PageEnv,
  card: TopCard,
  opened: StepStop | null,
  signal: AbortSignal,
): Promise<void> {
  const relation = await readRelationship(env, card.profileId, signal);
  if (relation.ok && relation.value.state === 'not_connected') return;
  if (relation.ok) throw new StepStop(sentAtOnce);
  if (opened?.failure.effect === 'after_effect') return;
  const { code, detail } = opened?.failure ?? relation.error.failure;
  throw new StepStop(maybe(code, `${detail} Whether Connect sent the invitation could not be read.`));
}

/** Connect is gone after a click on it: sent, most likely, and LinkedIn may take a moment to say so. */
async function settleVanished(env: PageEnv, card: TopCard, signal: AbortSignal): Promise<never> {
  const until = env.clock.now() + deadline(env, 'verify');
  while (env.clock.now() < until) {
    await requireNothingSent(env, card, null, signal);
    await pause(env, 700, signal);
  }
  throw new StepStop(maybe('linkedin_error', 'Connect was gone after the click, and nothing shows why.'));
}

/** What says that no invitation is possible now. */
function refusalShown(env: PageEnv, labels: Labels): LinkedinFailure | null {
  const failure = sessionFailure(env) ?? inviteRefusal(env, labels);
  if (failure || weeklyLimit(env, labels) !== 'blocked') return failure;
  return before('weekly_invite_limit', 'LinkedIn’s weekly invitation limit is reached.');
}

/** The Connect control of the top card: in its row, else in its More menu; null: there is none. */
async function findConnect(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<HTMLElement | null> {
  const fresh = readTopCard(env) ?? card;
  const inRow = rowConnect(env, fresh);
  if (inRow) return inRow;
  await expandMenu(env, fresh, labels, signal);
  return settledInMenu(env, fresh, signal, () => menuConnect(env, fresh));
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
