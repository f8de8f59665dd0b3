import type { LinkedinStep, VerifyResult } from '#shared/protocol/linkedin.ts';
import { pause } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { maybe, stoppedLooking } from '../failure.ts';
import { inviteRefusal, sessionFailure, weeklyLimit } from '../guards.ts';
import { whyNotTarget } from '../identity.ts';
import { readInviteDialog } from '../pages/inviteDialog.ts';
import { readTopCard, showsPending } from '../pages/profile.ts';
import { readRelationship } from '../reads/relationship.ts';
import { labelsOf } from '../selectors/labels/index.ts';
import { unpackBaseline } from './baseline.ts';

/**
 * Reads the invitation back: LinkedIn's own answer about the relation, else the page's Pending. Only
 * then what a notice refuses. The dialog's vanishing alone proves nothing.
 */
export async function verifyConnect(
  env: PageEnv,
  step: LinkedinStep,
  baseline: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const profileId = unpackBaseline(baseline, 'connect')?.profileId ?? step.target.profileId;
  const until = env.clock.now() + deadline(env, 'verify');
  let refusedTwice = false;
  for (;;) {
    const relation = profileId ? await readRelationship(env, profileId, signal) : null;
    if (relation?.ok === false && relation.error.kind === 'stop')
      return stoppedLooking(relation.error.failure);
    if (relation?.ok && relation.value.state === 'invite_sent') {
      return verified('LinkedIn says that the invitation is pending', relation.value.invitationUrn);
    }
    if (relation?.ok && relation.value.state === 'connected')
      return verified('LinkedIn says: connected', null);
    if (pendingShown(env, step, profileId)) return verified('Pending shown on the profile', null);
    const refusal = refusalShown(env, relation?.ok === true);
    // A notice is believed at the second look: the relation may lag behind it by a moment.
    if (refusal && refusedTwice && refusal.failure.code !== 'linkedin_error') return refusal;
    refusedTwice = refusal !== null;
    // A notice without a known reason may be about something else: it counts only when nothing else comes.
    if (env.clock.now() >= until) return refusal ?? notSeen(relation?.ok === true);
    await pause(env, 700, signal);
  }
}

type Refused = Extract<VerifyResult, { outcome: 'refused' }>;

function verified(proof: string, remoteId: string | null): VerifyResult {
  return { outcome: 'verified', proof, remoteId };
}

function notSeen(relationRead: boolean): VerifyResult {
  const detail = relationRead
    ? 'LinkedIn does not show the invitation as pending.'
    : 'The relation could not be read back and the page shows no Pending.';
  return { outcome: 'not_seen', detail };
}

function pendingShown(env: PageEnv, step: LinkedinStep, profileId: string | null): boolean {
  const card = readTopCard(env);
  if (!card || !showsPending(env, card)) return false;
  return profileId === null ? whyNotTarget(step.target, card) === null : card.profileId === profileId;
}

/** What the page refuses. Certain only when the relation was read and says that nothing is pending. */
function refusalShown(env: PageEnv, nothingPending: boolean): Refused | null {
  const session = sessionFailure(env);
  if (session) return stoppedLooking(session);
  const labels = labelsOf(env);
  if (!labels) return null;
  const effect = nothingPending ? ('before_effect' as const) : ('maybe_effect' as const);
  const refusal = inviteRefusal(env, labels);
  if (refusal) return { outcome: 'refused', failure: { ...refusal, effect } };
  if (weeklyLimit(env, labels) === 'blocked') {
    const failure = {
      ...maybe('weekly_invite_limit', 'LinkedIn’s weekly invitation limit is reached.'),
      effect,
    };
    return { outcome: 'refused', failure };
  }
  const dialog = readInviteDialog(env, labels)?.step;
  if (dialog === 'upsell') {
    const failure = {
      ...maybe('note_quota_reached', 'LinkedIn offers Premium instead of sending the note.'),
      effect,
    };
    return { outcome: 'refused', failure };
  }
  if (dialog === 'email') {
    const failure = { ...maybe('email_required', 'LinkedIn asks for this person’s email address.'), effect };
    return { outcome: 'refused', failure };
  }
  return null;
}
