import type { NextWork } from '#shared/contract/device.ts';
import type { Problem } from '#shared/contract/route.ts';
import { MINUTE, withDeadline } from '#shared/kernel/clock.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import type { AcceptanceRead, InboundMessageRead, LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { PageError, type RunnerDeps } from './ports.ts';

export type WatchWork = Extract<NextWork, { type: 'watch' }>;

const WATCH_MS = 3 * MINUTE;

/**
 * Reads what the server asks for and posts what was seen; a read that failed is said, never left out.
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
  let whole = true;
  try {
    await deps.page.ensure(limited);
    if (kinds.has('session')) {
      const report = await deps.page.readSession(limited);
      whole = report.state !== 'unknown';
      const answer = await deps.api.session(report, limited);
      if (!answer.ok) return answer;
      await deps.onSnapshot(answer.value);
    }
    if (!kinds.has('acceptances') && !kinds.has('inbox')) return ok({ whole });
    const seen = await readLists(deps, work, kinds, limited);
    return await post(deps, seen, whole, limited);
  } catch (error) {
    signal.throwIfAborted();
    return post(deps, { failure: failureOf(error) }, false, withDeadline(MINUTE, signal));
  }
}

interface Seen {
  acceptances?: AcceptanceRead[];
  inbound?: InboundMessageRead[];
  failure: LinkedinFailure | null;
}

async function readLists(
  deps: RunnerDeps,
  work: WatchWork,
  kinds: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Seen> {
  const seen: Seen = { failure: null };
  if (kinds.has('acceptances')) {
    const read = await deps.page.readAcceptances(work.acceptancesSince, signal);
    if (read.ok) seen.acceptances = read.value.slice(0, 500);
    else seen.failure = read.error;
  }
  if (kinds.has('inbox')) {
    const read = await deps.page.readInbound(work.inboxSince, work.knownProfileIds, signal);
    // A second guard: what is not from a known contact stays in this browser.
    const known = new Set(work.knownProfileIds);
    if (read.ok) seen.inbound = read.value.filter((one) => known.has(one.fromProfileId)).slice(0, 500);
    else seen.failure ??= read.error;
  }
  return seen;
}

async function post(
  deps: RunnerDeps,
  seen: Seen,
  whole: boolean,
  signal: AbortSignal,
): Promise<Result<{ whole: boolean }, Problem>> {
  const answer = await deps.api.observations(seen, signal);
  return answer.ok ? ok({ whole: whole && seen.failure === null }) : answer;
}

function failureOf(error: unknown): LinkedinFailure {
  const code = error instanceof PageError ? error.code : 'timeout';
  const detail = error instanceof Error ? error.message : String(error);
  return { code, effect: 'before_effect', detail: detail.slice(0, 500), until: null };
}
