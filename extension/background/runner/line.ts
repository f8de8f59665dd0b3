import type { StepOutcome } from '#shared/contract/deviceWork.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import type { RunnerDeps } from './ports.ts';

/** One journal line being written: every change is on the disk before the next thing happens. */
export interface Line {
  readonly entry: JournalEntry;
  write(change: Partial<JournalEntry>): Promise<void>;
  /** The last write: how it ended. The outcome is sent, and sent again, from here. */
  end(outcome: StepOutcome): Promise<void>;
}

/** A line that begins as `first`, which is not on the disk yet. */
export function lineOf(deps: Pick<RunnerDeps, 'journal' | 'clock'>, first: JournalEntry): Line {
  let entry = first;
  const write = async (change: Partial<JournalEntry>) => {
    const next = { ...entry, ...change, updatedAt: deps.clock.now() };
    await deps.journal.put(next);
    entry = next;
  };
  return {
    get entry() {
      return entry;
    },
    write,
    end: (outcome) => write({ phase: 'ended', outcome, acked: false }),
  };
}

/** How a step ends that certainly had no effect; `failure`: why, null: nothing failed. */
export function notStarted(failure: LinkedinFailure | null = null): StepOutcome {
  return { result: 'not_started', failure };
}

/**
 * The line that forbids acting on this task again: it was armed, and nothing proves that it had no effect. Proof
 * is this browser's own word, or a person who looked (claims up to `clearedFence`); a success seen here stands.
 */
export function armedLine(lines: readonly JournalEntry[], clearedFence: number): JournalEntry | null {
  const armed = lines.filter((line) => line.armedAt !== null && !hadNoEffect(line));
  const done = armed.find((line) => line.outcome?.result === 'done');
  return done ?? armed.find((line) => line.fence > clearedFence) ?? null;
}

function hadNoEffect({ outcome }: JournalEntry): boolean {
  if (outcome?.result === 'failed') return outcome.failure.effect === 'before_effect';
  return outcome?.result === 'not_started';
}
