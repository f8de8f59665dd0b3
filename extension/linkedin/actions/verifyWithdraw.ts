import type { LinkedinFailure, LinkedinStep, VerifyResult } from '#shared/protocol/linkedin.ts';
import { pause } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { before, maybe, stoppedLooking } from '../failure.ts';
import { sessionFailure } from '../guards.ts';
import { slugOf } from '../identity.ts';
import { errorNotices } from '../pages/composer.ts';
import { readRelationship } from '../reads/relationship.ts';
import { readSentList } from '../reads/sentInvitations.ts';
import { unpackBaseline } from './baseline.ts';

/**
 * Reads the withdrawal back: LinkedIn's own answer about the relation, else the whole list of sent
 * invitations. That the page stops showing Pending proves nothing: LinkedIn says 200 to no-ops too.
 */
export async function verifyWithdraw(
  env: PageEnv,
  step: LinkedinStep,
  baselineText: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const baseline = unpackBaseline(baselineText, 'withdraw');
  const profileId = baseline?.profileId ?? step.target.profileId;
  if (profileId === null) return { outcome: 'not_seen', detail: 'Whose invitation it was is not known.' };
  const invitation = { profileId, slug: step.target.slug, urn: baseline?.invitationUrn ?? null };
  const until = env.clock.now() + deadline(env, 'verify');
  let refusedTwice = false;
  for (;;) {
    const state = await pendingState(env, invitation, signal);
    if (state.is === 'stopped') return stoppedLooking(state.failure);
    if (state.is === 'gone') return { outcome: 'verified', proof: state.proof, remoteId: invitation.urn };
    if (state.is === 'accepted') {
      const failure = before('already_connected', 'They accepted before the invitation was withdrawn.');
      return { outcome: 'refused', failure };
    }
    const refusal = refusalShown(env, state.is === 'pending');
    if (refusal && refusedTwice) return refusal;
    refusedTwice = refusal !== null;
    if (env.clock.now() >= until) {
      const detail = state.is === 'pending' ? 'still shows the invitation' : 'could not be asked';
      return { outcome: 'not_seen', detail: `LinkedIn ${detail}.` };
    }
    await pause(env, 700, signal);
  }
}

interface Invitation {
  profileId: string;
  slug: string;
  urn: string | null;
}

type Pending =
  | { is: 'gone'; proof: string }
  | { is: 'stopped'; failure: LinkedinFailure }
  | { is: 'pending' | 'accepted' | 'unreadable' };

async function pendingState(env: PageEnv, invitation: Invitation, signal: AbortSignal): Promise<Pending> {
  const relation = await readRelationship(env, invitation.profileId, signal);
  if (relation.ok) {
    switch (relation.value.state) {
      case 'invite_sent':
        return { is: 'pending' };
      case 'connected':
        return { is: 'accepted' };
      default:
        return { is: 'gone', proof: 'LinkedIn says that no invitation is pending' };
    }
  }
  if (relation.error.kind === 'stop') return { is: 'stopped', failure: relation.error.failure };
  const sent = await readSentList(env, signal);
  if (!sent.ok) {
    const { kind, failure } = sent.error;
    return kind === 'stop' ? { is: 'stopped', failure } : { is: 'unreadable' };
  }
  if (sent.value.invitations.some((one) => isSame(one, invitation))) return { is: 'pending' };
  return sent.value.complete
    ? { is: 'gone', proof: 'gone from the list of sent invitations' }
    : { is: 'unreadable' };
}

function isSame(one: { profileId: string | null; slug: string | null }, invitation: Invitation): boolean {
  if (one.profileId !== null) return one.profileId === invitation.profileId;
  return one.slug !== null && slugOf(one.slug) === slugOf(invitation.slug);
}

/** What the page refuses. Certain only while LinkedIn itself says that the invitation is still pending. */
function refusalShown(env: PageEnv, pending: boolean): VerifyResult | null {
  const session = sessionFailure(env);
  if (session) return stoppedLooking(session);
  if (errorNotices(env).length === 0) return null;
  const failure = maybe('linkedin_error', 'LinkedIn showed an error notice for the withdrawal.');
  return { outcome: 'refused', failure: pending ? { ...failure, effect: 'before_effect' } : failure };
}
