import type { Problem } from '#shared/contract/route.ts';
import { MINUTE, withDeadline } from '#shared/kernel/clock.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import { stopwatch } from '#shared/kernel/stopwatch.ts';
import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { failurePolicy } from '#shared/statuses/policy.ts';
import { failureOf } from './failure.ts';
import type { Observed, RunnerDeps, WatchWork } from './ports.ts';
import { seenOf } from './sentInvitations.ts';

const WATCH_MS = 3 * MINUTE;
/** What one report may hold of each list. */
const PART = 500;

/**
 * Reads what the server asks for and posts what was seen; a read that LinkedIn, its page or the time failed is said, never
 * left out. An error of our own is thrown: the loop tells the rep, and the server asks again.
 * The value says whether everything could be read: if not, the next try waits longer.
 */
export async function watch(
  deps: RunnerDeps,
  work: WatchWork,
  signal: AbortSignal,
): Promise<Result<{ whole: boolean }, Problem>> {
  await deps.onProgress({ state: 'watching' });
  const limited = withDeadline(WATCH_MS, signal);
  const kinds = new Set(work.kinds);
  let since = stopwatch(deps);
  let whole = true;
  try {
    if (kinds.has('session')) {
      const report = await deps.page.readSession(limited);
      whole = report.state !== 'unknown';
      const answer = await deps.api.session(report, limited);
      if (!answer.ok) return answer;
      await deps.onSnapshot(answer.value);
      // The server knows it from here on; every further read would be one more on an account that LinkedIn stopped.
      if (report.state === 'inactive') return ok({ whole });
    }
    if (kinds.size === 1 && kinds.has('session')) return ok({ whole });
    await deps.page.ensure(limited);
    since = stopwatch(deps);
    const seen = work.expectedMemberId === null ? nobodys : await readLists(deps, work, kinds, limited);
    return await post(deps, seen, since, whole, limited);
  } catch (error) {
    signal.throwIfAborted();
    const unread = { memberId: null, failure: failureOf(error) };
    return post(deps, unread, since, false, withDeadline(MINUTE, signal));
  }
}

type Seen = Omit<Observed, 'readAgoMs' | 'more'>;

/** Read as whoever is signed in, lists could be booked to the wrong account. */
const nobodys: Seen = {
  memberId: null,
  failure: {
    code: 'linkedin_error',
    effect: 'before_effect',
    detail: 'The server does not say whose account is to be read: update it.',
    until: null,
  },
};

async function readLists(
  deps: RunnerDeps,
  work: WatchWork,
  kinds: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Seen> {
  const seen: Seen = { memberId: work.expectedMemberId, failure: null };
  if (kinds.has('sent_invitations')) {
    // First: somebody who accepts in between is then found among the acceptances.
    const read = await deps.page.readSentInvitations(work.expectedMemberId, signal);
    if (read.ok) seen.sentInvitations = await seenOf(deps, read.value, work);
    else if (isOver(seen, read.error)) return seen;
  }
  if (kinds.has('acceptances')) {
    const read = await deps.page.readAcceptances(work.expectedMemberId, work.acceptancesSince, signal);
    if (read.ok) seen.acceptances = read.value.toSorted((a, b) => a.connectedAt - b.connectedAt);
    else if (isOver(seen, read.error)) return seen;
  }
  if (kinds.has('inbox')) await readMessages(deps, work, seen, signal);
  return seen;
}

/**
 * Notes a read that failed; true: nothing more is to be read. The first failure is told, unless a later one says that the
 * account itself cannot go on, or that LinkedIn wants no more requests for now.
 */
function isOver(seen: Seen, failure: LinkedinFailure): boolean {
  const next = failurePolicy[failure.code].do;
  const isOver = next === 'hold_account' || next === 'hold_kind';
  if (isOver || seen.failure === null) seen.failure = failure;
  return isOver;
}

async function readMessages(
  deps: RunnerDeps,
  work: WatchWork,
  seen: Seen,
  signal: AbortSignal,
): Promise<void> {
  const asked = [
    { since: work.inboxSince, profileIds: [...work.knownProfileIds, ...work.furtherProfileIds] },
  ];
  if (work.threads) asked.unshift(work.threads);
  for (const { since, profileIds } of asked) {
    const read = await deps.page.readInbound(work.expectedMemberId, since, profileIds, signal);
    if (!read.ok) {
      isOver(seen, read.error);
      delete seen.inbound;
      return;
    }
    // A second guard: what is not from a known contact stays in this browser.
    const known = new Set(profileIds);
    const messages = read.value.filter((one) => known.has(one.fromProfileId));
    seen.inbound = [...(seen.inbound ?? []), ...messages];
  }
  seen.inbound?.sort((a, b) => a.deliveredAt - b.deliveredAt);
  if (work.threads) seen.threadsOf = work.threads.profileIds;
}

/** In as many parts as it takes; what makes the account count as read goes with the last. */
async function post(
  deps: RunnerDeps,
  seen: Seen,
  since: ReturnType<typeof stopwatch>,
  whole: boolean,
  signal: AbortSignal,
): Promise<Result<{ whole: boolean }, Problem>> {
  const { acceptances = [], inbound = [], failure } = seen;
  const parts = Math.ceil(Math.max(acceptances.length, inbound.length) / PART);
  for (let part = 0; part < parts - 1; part++) {
    const answer = await deps.api.observations(
      { ...partOf(seen, part), more: true, readAgoMs: since.elapsed(), failure: null },
      signal,
    );
    if (!answer.ok) return answer;
  }
  const { sentInvitations, threadsOf } = seen;
  const last = {
    ...partOf(seen, Math.max(0, parts - 1)),
    ...(sentInvitations ? { sentInvitations } : {}),
    ...(threadsOf ? { threadsOf } : {}),
    readAgoMs: since.elapsed(),
    failure,
  };
  const answer = await deps.api.observations(last, signal);
  return answer.ok ? ok({ whole: whole && failure === null }) : answer;
}

function partOf(
  { memberId, acceptances, inbound }: Seen,
  part: number,
): Pick<Observed, 'memberId' | 'acceptances' | 'inbound'> {
  const from = part * PART;
  return {
    memberId,
    ...(acceptances ? { acceptances: acceptances.slice(from, from + PART) } : {}),
    ...(inbound ? { inbound: inbound.slice(from, from + PART) } : {}),
  };
}
