import { likeness } from '#shared/identity/personName.ts';
import type { ActResult, LinkedinStep, PrepareResult, ProfileRead } from '#shared/protocol/linkedin.ts';
import { click, sameText, setText } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { requireLabels, sessionFailure } from '../guards.ts';
import { whyNotTarget } from '../identity.ts';
import {
  canSend,
  type InviteStep,
  invitee,
  notesLeft,
  premiumOffers,
  readInviteDialog,
} from '../pages/inviteDialog.ts';
import { readTopCard, type TopCard } from '../pages/profile.ts';
import { type Labels, labelsOf } from '../selectors/labels/index.ts';
import { packBaseline } from './baseline.ts';
import { closeDialogs, openDialog } from './openInvite.ts';
import { openProfile } from './openProfile.ts';
import { type Prepared, remember, take } from './prepared.ts';

/** LinkedIn's longest note, on paid plans; the dialog's own counter may say less. */
const NOTE_MAX = 300;

/** Leaves the invitation dialog open, filled in, one click short of sending. */
export async function prepareConnect(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const labels = requireLabels(env);
  const { card, profile } = await openProfile(env, step, signal);
  const closed = closedBy(profile);
  if (closed) return closed;
  if (step.text !== null && step.text.length > NOTE_MAX) {
    stop('note_too_long', `The note has ${step.text.length} characters, LinkedIn allows ${NOTE_MAX}.`);
  }
  await closeDialogs(env, labels, signal);
  try {
    const noteDropped = await fillDialog(env, step, card, labels, signal);
    const mode = step.text !== null && !noteDropped ? 'note' : 'plain';
    const text = mode === 'note' ? step.text : null;
    const { taskId, fence, target } = step;
    remember(env, { taskId, fence, target, profileId: card.profileId, mode, text });
    const baseline = packBaseline({ kind: 'connect', profileId: card.profileId });
    const quotas = { notesLeft: noteDropped ? 0 : notesShown(env, labels), inmailCredits: null };
    return { outcome: 'ready', profile, noteDropped, lastInboundAt: null, quotas, baseline };
  } catch (error) {
    await closeDialogs(env, labels, signal).catch(() => undefined);
    if (error instanceof StepStop) return { outcome: 'failed', failure: error.failure, profile };
    throw error;
  }
}

function notesShown(env: PageEnv, labels: Labels): number | null {
  const shown = readInviteDialog(env, labels);
  return shown ? notesLeft(shown.dialog, labels) : null;
}

function closedBy(profile: ProfileRead): PrepareResult | null {
  switch (profile.relation) {
    case 'connected':
      return { outcome: 'closed', reason: 'already_connected', profile };
    case 'invite_sent':
      return { outcome: 'closed', reason: 'already_invited', profile };
    case 'invite_received': {
      const failure = before(
        'cannot_be_invited',
        'They invited this account first: accept their invitation.',
      );
      return { outcome: 'failed', failure, profile };
    }
    case 'self': {
      const failure = before('cannot_be_invited', 'This profile is the sender’s own.');
      return { outcome: 'failed', failure, profile };
    }
    case 'not_connected':
      return null;
  }
}

/** Opens the dialog and fills it; true when the note was dropped because LinkedIn allows none. */
async function fillDialog(
  env: PageEnv,
  step: LinkedinStep,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<boolean> {
  const first = await openChecked(env, card, labels, signal);
  if (step.text === null) {
    await plainReady(env, first, card, labels, signal);
    return false;
  }
  if (await writeNote(env, first, step.text, card, labels, signal)) return false;
  if (step.whenNoNote !== 'send_without') {
    stop('note_quota_reached', 'LinkedIn offers no personal note: this month’s notes are used up.');
  }
  await closeDialogs(env, labels, signal);
  await plainReady(env, await openChecked(env, card, labels, signal), card, labels, signal);
  return true;
}

async function openChecked(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<InviteStep> {
  const dialog = await openDialog(env, card, labels, signal);
  requireInvitee(env, dialog, card);
  if (dialog.step === 'email') stop('email_required', 'LinkedIn asks for this person’s email address.');
  return dialog;
}

/** The dialog must be about the person whose page it is. */
function requireInvitee(env: PageEnv, { dialog }: InviteStep, card: TopCard): void {
  const named = invitee(env, dialog);
  if (named !== null && likeness(named, card.name) === 'different') {
    stop('wrong_person', 'The invitation dialog names somebody else.');
  }
}

async function plainReady(
  env: PageEnv,
  first: InviteStep,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
) {
  const ready = await waitFor(env, 'open', signal, () => {
    const now = first.dialog.isConnected ? readInviteDialog(env, labels) : null;
    return now?.step === 'choose' && canSend(now.sendPlain) ? now : null;
  });
  if (!ready) stop('layout_unknown', 'The invitation dialog offers no way to send without a note.');
  requireInvitee(env, ready, card);
}

/** Writes the note; false when LinkedIn offers none (absent, or an offer of Premium instead). */
async function writeNote(
  env: PageEnv,
  first: InviteStep,
  text: string,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<boolean> {
  const step = first.step === 'choose' ? await chooseNote(env, labels, signal) : first;
  if (step === null || step.step === 'upsell') return false;
  if (step.step !== 'note') stop('layout_unknown', 'The invitation dialog did not open its note field.');
  requireInvitee(env, step, card);
  if (step.limit !== null && text.length > step.limit) {
    stop(
      'note_too_long',
      `The note has ${text.length} characters, LinkedIn allows this account ${step.limit}.`,
    );
  }
  setText(step.area, text);
  const ready = await waitFor(env, 'open', signal, () => {
    const now = readInviteDialog(env, labels);
    if (now?.step === 'upsell') return 'upsell';
    return now?.step === 'note' && sameText(now.area.value, text) && canSend(now.send) ? 'ready' : null;
  });
  if (ready === null) stop('layout_unknown', 'The note field did not accept the note.');
  return ready === 'ready';
}

/** Clicks Add a note; the click only switches the step, so one that was swallowed may be repeated. */
async function chooseNote(env: PageEnv, labels: Labels, signal: AbortSignal): Promise<InviteStep | null> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const now = readInviteDialog(env, labels);
    if (now?.step !== 'choose') return now;
    if (!now.addNote) return null;
    const offers = premiumOffers(env).length;
    click(now.addNote);
    const next = await waitFor(env, 'open', signal, () => {
      const step = readInviteDialog(env, labels);
      if (step && step.step !== 'choose') return step;
      // The offer may lie over a first step that stays open under it.
      const offer = premiumOffers(env).at(offers);
      return offer ? ({ step: 'upsell', dialog: offer } as const) : null;
    });
    if (next) return next;
  }
  return stop('layout_unknown', 'Adding a note opens nothing.');
}

/** Sends: every check again, without waiting, then one click. */
export function actConnect(env: PageEnv, step: LinkedinStep): ActResult {
  const prepared = take(env, step);
  if ('code' in prepared) return { outcome: 'failed', failure: prepared };
  const failure = sessionFailure(env);
  if (failure) return { outcome: 'failed', failure };
  const send = sendControl(env, step, prepared);
  if (typeof send === 'string') return { outcome: 'failed', failure: before('layout_unknown', send) };
  try {
    click(send);
  } catch {
    return {
      outcome: 'failed',
      failure: maybe('linkedin_error', 'The page failed while the invitation was sent.'),
    };
  }
  return { outcome: 'clicked' };
}

/** The one control that sends, or a sentence why there is none. */
function sendControl(env: PageEnv, step: LinkedinStep, prepared: Prepared): HTMLElement | string {
  const labels = labelsOf(env);
  const card = readTopCard(env);
  if (!labels || !card) return 'The page changed after it was prepared.';
  if (card.profileId !== prepared.profileId) return 'The page shows somebody else than before.';
  if (whyNotTarget(step.target, card) !== null && step.target.profileId !== null)
    return 'The page shows somebody else.';
  const dialog = readInviteDialog(env, labels);
  if (!dialog) return 'The invitation dialog is gone.';
  const named = invitee(env, dialog.dialog);
  if (named !== null && likeness(named, card.name) === 'different') return 'The dialog names somebody else.';
  if (prepared.mode === 'plain' && dialog.step === 'choose' && canSend(dialog.sendPlain))
    return dialog.sendPlain;
  if (prepared.mode === 'note' && dialog.step === 'note' && canSend(dialog.send)) {
    return sameText(dialog.area.value, prepared.text ?? '') ? dialog.send : 'The note was changed.';
  }
  return 'The invitation dialog is not where it was prepared.';
}
