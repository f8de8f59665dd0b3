import type { StepOutcome } from '#shared/contract/deviceWork.ts';
import { MINUTE, SECOND, withDeadline } from '#shared/kernel/clock.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import type { LinkedinFailure, VerifyResult } from '#shared/protocol/linkedin.ts';
import { failurePolicy } from '#shared/statuses/policy.ts';
import type { Line } from './line.ts';
import { PageError, type RunnerDeps } from './ports.ts';

const VERIFY_MS = 2 * MINUTE;
const SECOND_LOOK_MS = 5 * SECOND;
const NO_CONSENT = 'The rep withdrew their consent before the effect was read back.';

/**
 * Looks for the effect of an armed step and never acts: evidence gives `done`, a refusal `failed`, neither
 * gives `unsure`, and so does another member's session. With `fresh` the page is loaded first; otherwise only when the first
 * look saw nothing. Once the rep withdrew their consent nothing is looked at.
 */
export async function settle(deps: RunnerDeps, entry: JournalEntry, fresh: boolean): Promise<StepOutcome> {
  const signal = withDeadline(VERIFY_MS);
  const first = await look(deps, entry, fresh, signal);
  if (first.outcome !== 'not_seen') return outcomeOf(first, entry);
  await deps.timers.sleep(SECOND_LOOK_MS, signal).catch(() => undefined);
  return outcomeOf(await look(deps, entry, true, signal), entry);
}

async function look(
  deps: RunnerDeps,
  entry: JournalEntry,
  load: boolean,
  signal: AbortSignal,
): Promise<VerifyResult> {
  if (!(await deps.mayRead())) return { outcome: 'not_seen', detail: NO_CONSENT };
  try {
    const failure = load ? await deps.page.open(entry.step, signal) : null;
    if (failure) return notLookedAt(failure);
    return await deps.page.verify(entry.step, entry.baseline ?? '', signal);
  } catch (error) {
    if (error instanceof PageError) return { outcome: 'not_seen', detail: error.message };
    if (signal.aborted) return { outcome: 'not_seen', detail: 'Reading the effect back took too long.' };
    throw error;
  }
}

/** The page was not opened: that says nothing of the step. What stops the account or the pace is told as such. */
function notLookedAt(failure: LinkedinFailure): VerifyResult {
  const { code, detail } = failure;
  if (code === 'wrong_account') return { outcome: 'wrong_account', detail };
  const next = failurePolicy[code].do;
  const isStop = next === 'hold_account' || next === 'hold_kind';
  return isStop
    ? { outcome: 'refused', failure: { ...failure, effect: 'maybe_effect' } }
    : { outcome: 'not_seen', detail };
}

function outcomeOf(seen: VerifyResult, entry: JournalEntry): StepOutcome {
  switch (seen.outcome) {
    case 'verified':
      return {
        result: 'done',
        verified: true,
        proof: seen.proof,
        remoteId: seen.remoteId,
        noteDropped: entry.noteDropped,
        profile: entry.profile,
      };
    case 'refused':
      return { result: 'failed', failure: seen.failure, profile: entry.profile };
    case 'not_seen':
    case 'wrong_account':
      return unsureAs(seen.detail);
  }
}

/** Neither seen nor refused: unknown until evidence or a person settles it. */
function unsureAs(detail: string): StepOutcome {
  return { result: 'unsure', detail: detail.slice(0, 500) };
}

/**
 * The page may have acted before it was asked to: a Connect that sends without its dialog. From here on the effect is only
 * looked for, also after a crash.
 */
export async function settleUnasked(
  deps: RunnerDeps,
  line: Line,
  { failure, profile }: { failure: LinkedinFailure; profile: JournalEntry['profile'] },
): Promise<StepOutcome> {
  const { kind, text } = line.entry.step;
  // What was sent before the dialog opened carries no note.
  const noteDropped = kind === 'connect' && text !== null;
  await line.write({ phase: 'armed', armedAt: deps.clock.now(), profile, noteDropped });
  return orFailure(await settle(deps, line.entry, false), failure, line.entry);
}

/** The outcome of an act that failed after it may have had an effect: evidence wins over the failure. */
export function orFailure(outcome: StepOutcome, failure: LinkedinFailure, entry: JournalEntry): StepOutcome {
  return outcome.result === 'unsure' ? { result: 'failed', failure, profile: entry.profile } : outcome;
}
