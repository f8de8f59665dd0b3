import type { LinkedinIdentity } from '#shared/identity/linkedin.ts';
import type { SalesLead } from '#shared/identity/salesLead.ts';
import { unreachable } from '#shared/kernel/assert.ts';
import { err, type Result } from '#shared/kernel/result.ts';
import type {
  AcceptanceRead,
  ActResult,
  InboundMessageRead,
  LinkedinFailure,
  LinkedinStep,
  LinkedinTarget,
  PrepareResult,
  ProfileRead,
  SentInvitationsRead,
  VerifyResult,
} from '#shared/protocol/linkedin.ts';
import { failurePolicy } from '#shared/statuses/policy.ts';
import { forgetAnswers, namingPace, watchAnswers } from './actions/answers.ts';
import { actCompose } from './actions/compose.ts';
import { actConnect, prepareConnect } from './actions/connect.ts';
import { actFollow, prepareFollow } from './actions/follow.ts';
import { prepareGroupMessage } from './actions/groupMessage.ts';
import { prepareInmail } from './actions/inmail.ts';
import { leave } from './actions/leave.ts';
import { actLike, prepareLike } from './actions/like.ts';
import { prepareMessage } from './actions/message.ts';
import { forget } from './actions/prepared.ts';
import { verifyConnect } from './actions/verifyConnect.ts';
import { verifyFollow } from './actions/verifyFollow.ts';
import { verifyLike } from './actions/verifyLike.ts';
import { verifyMessage } from './actions/verifyMessage.ts';
import { verifyWithdraw } from './actions/verifyWithdraw.ts';
import { prepareVisit } from './actions/visit.ts';
import { actWithdraw, prepareWithdraw } from './actions/withdraw.ts';
import type { PageEnv } from './env.ts';
import { before, StepStop, stoppedLooking } from './failure.ts';
import { asMember, memberAnswering, requireMember, whoAnswers } from './guards.ts';
import { lead as leadPerson } from './lists/lead.ts';
import { acceptances, inbound, relation, sentInvitations } from './watches.ts';

export { leave } from './actions/leave.ts';
export { stepUrl } from './address.ts';
export type { Deadlines, PageEnv } from './env.ts';
export { readSession } from './guards.ts';
export { checkLayout, missingSentence } from './layout.ts';
export { readListPage } from './lists/read.ts';
export { type Catalogue, parseCatalogue, shippedCatalogue } from './selectors/catalogue.ts';
export { detectSession, isSignInPath } from './session.ts';

/**
 * Guards, checks and everything short of the effect: right account, right person, state allows it.
 * `ready` leaves the page one click short of sending; call `act` in the same document.
 */
export async function prepare(env: PageEnv, step: LinkedinStep, signal: AbortSignal): Promise<PrepareResult> {
  forget(env);
  forgetAnswers(env);
  const prepared = await prepareKind(env, step, signal).catch(async (error: unknown) => {
    await leave(env, step);
    return failed(failureOf(error, signal));
  });
  return prepared.outcome === 'ready' ? prepared : asShownToMember(env, step, prepared, signal);
}

type Ended = Exclude<PrepareResult, { outcome: 'ready' }>;

function failed(failure: LinkedinFailure): Ended {
  return { outcome: 'failed', failure, profile: null };
}

/**
 * No question before a click follows: what settles the step, or is learned of the person, must have been shown to the
 * bound member and not to somebody who signed in meanwhile.
 */
async function asShownToMember(
  env: PageEnv,
  step: LinkedinStep,
  ended: Ended,
  signal: AbortSignal,
): Promise<Ended> {
  const settles = ended.outcome === 'closed' || settlesBranch(ended.failure);
  if (!settles && ended.profile === null) return ended;
  const who = await whoAnswers(env, step.expectedMemberId, signal).catch(() => 'unknown' as const);
  if (who === 'bound') return ended;
  const mayHaveActed = ended.outcome === 'failed' && ended.failure.effect !== 'before_effect';
  if (mayHaveActed || (who === 'unknown' && !settles)) return { ...ended, profile: null };
  if (typeof who === 'object') return failed(who);
  return failed(
    who === 'other'
      ? before('wrong_account', 'Another LinkedIn member signed in while the page was read.')
      : before('linkedin_error', 'LinkedIn did not say who is signed in once the page was read.'),
  );
}

function settlesBranch({ code }: LinkedinFailure): boolean {
  const { do: next } = failurePolicy[code];
  return next === 'fail_branch' || next === 'set_relation';
}

function prepareKind(env: PageEnv, step: LinkedinStep, signal: AbortSignal): Promise<PrepareResult> {
  switch (step.kind) {
    case 'visit':
      return prepareVisit(env, step, signal);
    case 'connect':
      return prepareConnect(env, step, signal);
    case 'message':
      return prepareMessage(env, step, signal);
    case 'withdraw':
      return prepareWithdraw(env, step, signal);
    case 'follow':
      return prepareFollow(env, step, signal);
    case 'like':
      return prepareLike(env, step, signal);
    case 'inmail':
      return prepareInmail(env, step, signal);
    case 'group_message':
      return prepareGroupMessage(env, step, signal);
    default:
      return unreachable(step.kind);
  }
}

/**
 * Null when the bound member is the one signed in. LinkedIn is asked, and not what the open page shows: that may be an old
 * login page.
 */
export async function whyNotSignedIn(
  env: PageEnv,
  expectedMemberId: string | null,
  signal: AbortSignal,
): Promise<LinkedinFailure | null> {
  try {
    await memberAnswering(env, expectedMemberId, signal);
    return null;
  } catch (error) {
    return failureOf(error, signal);
  }
}

/** Asked again right before `act`: null when the bound member is still the one logged in. */
export async function whyNotMember(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<LinkedinFailure | null> {
  try {
    await requireMember(env, step.expectedMemberId, signal);
    return null;
  } catch (error) {
    return failureOf(error, signal);
  }
}

/** Exactly one click (or one Enter), after checking scope and target again synchronously. */
export async function act(env: PageEnv, step: LinkedinStep, signal: AbortSignal): Promise<ActResult> {
  if (signal.aborted) return { outcome: 'failed', failure: before('timeout', 'The time to act was over.') };
  watchAnswers(env);
  switch (step.kind) {
    case 'visit':
      return { outcome: 'failed', failure: before('linkedin_error', 'A visit has nothing to click.') };
    case 'connect':
      return actConnect(env, step);
    case 'message':
    case 'inmail':
    case 'group_message':
      return actCompose(env, step);
    case 'withdraw':
      return actWithdraw(env, step);
    case 'follow':
      return actFollow(env, step);
    case 'like':
      return actLike(env, step);
    default:
      return unreachable(step.kind);
  }
}

/**
 * Reads the effect back, strongest evidence first. Works in a fresh document after a navigation, and
 * after a restart; `not_seen` is never a reason to repeat. What LinkedIn tells anybody but the member who acted proves
 * nothing, so it is asked before and after who that is. Where LinkedIn stops the account or the pace, the look ends there.
 */
export async function verify(
  env: PageEnv,
  step: LinkedinStep,
  baseline: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  try {
    const first = await whoAnswers(env, step.expectedMemberId, signal);
    if (first === 'other') return otherMember;
    if (typeof first === 'object') return namingPace(env, stoppedLooking(first));
    const seen = namingPace(env, await readBack(env, step, baseline, signal));
    if (!isCertain(seen)) return seen;
    const last = await whoAnswers(env, step.expectedMemberId, signal);
    if (last === 'other') return otherMember;
    if (typeof last === 'object') return stoppedLooking(last);
    if (first === 'bound' && last === 'bound') return seen;
    return { outcome: 'not_seen', detail: 'LinkedIn did not say who is signed in.' };
  } catch (error) {
    if (signal.aborted) return { outcome: 'not_seen', detail: 'The time to read the effect back was over.' };
    const why = error instanceof Error ? error.message : 'unknown';
    return { outcome: 'not_seen', detail: `Reading the effect back failed: ${why}`.slice(0, 500) };
  }
}

const otherMember: VerifyResult = {
  outcome: 'wrong_account',
  detail: 'Another LinkedIn member is signed in than the one who acted.',
};

/** Whether it would settle the step; a refusal that may have had its effect leaves it open. */
function isCertain(seen: VerifyResult): boolean {
  return (
    seen.outcome === 'verified' || (seen.outcome === 'refused' && seen.failure.effect === 'before_effect')
  );
}

async function readBack(
  env: PageEnv,
  step: LinkedinStep,
  baseline: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  switch (step.kind) {
    case 'visit':
      return { outcome: 'verified', proof: 'profile read', remoteId: null };
    case 'connect':
      return verifyConnect(env, step, baseline, signal);
    case 'message':
    case 'inmail':
    case 'group_message':
      return verifyMessage(env, step, baseline, signal);
    case 'withdraw':
      return verifyWithdraw(env, step, baseline, signal);
    case 'follow':
      return verifyFollow(env, step, baseline, signal);
    case 'like':
      return verifyLike(env, baseline, signal);
    default:
      return unreachable(step.kind);
  }
}

/** New connections of the bound member since a moment, newest first. */
export function readAcceptances(
  env: PageEnv,
  expectedMemberId: string | null,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Result<AcceptanceRead[], LinkedinFailure>> {
  return guarded(signal, () =>
    asMember(env, expectedMemberId, signal, () => acceptances(env, sinceMs, signal)),
  );
}

/** Messages to the bound member since a moment, oldest first; with `knownProfileIds`, only those people's. */
export function readInbound(
  env: PageEnv,
  expectedMemberId: string | null,
  sinceMs: number,
  knownProfileIds: ReadonlySet<string> | null,
  signal: AbortSignal,
): Promise<Result<InboundMessageRead[], LinkedinFailure>> {
  return guarded(signal, () =>
    asMember(env, expectedMemberId, signal, (me) => inbound(env, me, sinceMs, knownProfileIds, signal)),
  );
}

/** Every pending invitation of the bound member, those sent by hand included. */
export function readSentInvitations(
  env: PageEnv,
  expectedMemberId: string | null,
  signal: AbortSignal,
): Promise<Result<SentInvitationsRead, LinkedinFailure>> {
  return guarded(signal, () => asMember(env, expectedMemberId, signal, () => sentInvitations(env, signal)));
}

/** Who the target is and how the member stands with them, from LinkedIn's own answers. */
export function readRelation(
  env: PageEnv,
  target: LinkedinTarget,
  signal: AbortSignal,
): Promise<Result<ProfileRead, LinkedinFailure>> {
  return guarded(signal, () => relation(env, target, signal));
}

/** Whose public profile stands behind a page of Sales Navigator. */
export function readLead(
  env: PageEnv,
  lead: SalesLead,
  signal: AbortSignal,
): Promise<Result<LinkedinIdentity, LinkedinFailure>> {
  return guarded(signal, () => leadPerson(env, lead, signal));
}

async function guarded<T>(
  signal: AbortSignal,
  read: () => Promise<Result<T, LinkedinFailure>>,
): Promise<Result<T, LinkedinFailure>> {
  try {
    return await read();
  } catch (error) {
    return err(failureOf(error, signal));
  }
}

/** Whatever ended a prepare or a read: nothing was sent by then. */
function failureOf(error: unknown, signal: AbortSignal): LinkedinFailure {
  if (error instanceof StepStop) return error.failure;
  if (signal.aborted) return before('timeout', 'The time for this step was over before it was ready.');
  return before('linkedin_error', error instanceof Error ? error.message : 'Something unknown went wrong.');
}
