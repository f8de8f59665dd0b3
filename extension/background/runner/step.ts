import type { NextWork, StepOutcome } from '#shared/contract/deviceWork.ts';
import { MINUTE, SECOND, WEEK, withDeadline } from '#shared/kernel/clock.ts';
import { SAFETY_MS, stopwatch } from '#shared/kernel/stopwatch.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import type { PrepareResult } from '#shared/protocol/linkedin.ts';
import { ceilingUntil } from './ceilings.ts';
import { beforeEffect, failureOf } from './failure.ts';
import { LeaseLost, whileRenewing } from './lease.ts';
import { leavePage } from './leavePage.ts';
import { armedLine, type Line, lineOf, notStarted } from './line.ts';
import { PageError, type Progress, type RunnerDeps } from './ports.ts';
import { orFailure, settle, settleUnasked } from './settle.ts';

export type TaskWork = Extract<NextWork, { type: 'task' }>;
type Ready = Extract<PrepareResult, { outcome: 'ready' }>;
type Stopwatch = ReturnType<typeof stopwatch>;

const PREPARE_MS = 4 * MINUTE;
const COMMIT_TRIES = 3;

/**
 * One claimed task from claim to outcome, one journal line ahead of every move. It clicks at most once, and
 * never for a task that this browser armed before, unless it is proven that nothing came of that.
 */
export async function executeStep(deps: RunnerDeps, task: TaskWork, signal: AbortSignal): Promise<void> {
  const earlier = await deps.journal.ofTask(task.step.taskId);
  const same = earlier.find((line) => line.fence === task.step.fence);
  if (same) return repeatOutcome(deps, same);

  const armed = armedLine(earlier, task.clearedFence ?? 0);
  const line = lineOf(deps, newEntry(deps, task));
  if (armed) return settleEarlier(deps, line, armed, task);
  await line.write({});

  const until = await ceiling(deps, task);
  if (until !== null) {
    const detail = 'The hard ceiling of this browser is used up.';
    return line.end(notStarted(beforeEffect('too_many_requests', detail, until)));
  }
  const ready = await prepare(deps, task, line, signal);
  if (!ready) return;
  const grant = await commit(deps, task, line, ready, signal);
  if (grant && (await actOnce(deps, task, line, grant, signal))) return;
  await leavePage(deps, task.step);
}

/** The journal line a claim begins with. */
export function newEntry(deps: RunnerDeps, task: TaskWork): JournalEntry {
  const now = deps.clock.now();
  return {
    taskId: task.step.taskId,
    fence: task.step.fence,
    phase: 'claimed',
    step: task.step,
    contactName: task.contactName,
    automationName: task.automationName,
    baseline: null,
    profile: null,
    noteDropped: false,
    claimedAt: now,
    preparedAt: null,
    commitSentAt: null,
    commitSentMono: null,
    armedAt: null,
    updatedAt: now,
    outcome: null,
    acked: false,
    refused: null,
  };
}

/** The same claim came twice. What it led to is said again; an unfinished one is for `recover`. */
async function repeatOutcome(deps: RunnerDeps, same: JournalEntry): Promise<void> {
  if (same.phase === 'ended') await lineOf(deps, same).write({ acked: false, refused: null });
}

/** Armed under an earlier claim: only evidence counts now, whatever the fence says. */
async function settleEarlier(
  deps: RunnerDeps,
  line: Line,
  armed: JournalEntry,
  task: TaskWork,
): Promise<void> {
  const { armedAt, baseline, profile, noteDropped } = armed;
  await line.write({ phase: 'armed', armedAt, baseline, profile, noteDropped });
  if (armed.outcome?.result === 'done') return line.end(armed.outcome);
  await progress(deps, task, 'checking');
  await line.end(await settle(deps, line.entry, true));
}

async function ceiling(deps: RunnerDeps, task: TaskWork): Promise<number | null> {
  const now = deps.clock.now();
  const lines = (await deps.journal.since(now - WEEK)).filter(
    (line) => line.taskId !== task.step.taskId || line.fence !== task.step.fence,
  );
  return ceilingUntil(task.step.kind, lines, await deps.journalLostAt(), now);
}

/** Null: the line has ended. */
async function prepare(
  deps: RunnerDeps,
  task: TaskWork,
  line: Line,
  signal: AbortSignal,
): Promise<Ready | null> {
  const { step } = task;
  try {
    const result = await whileRenewing(
      deps,
      step,
      task.leaseMs,
      withDeadline(PREPARE_MS, signal),
      async (held) => {
        await progress(deps, task, 'opening');
        const failure = await deps.page.open(step, held);
        if (failure) return { outcome: 'failed' as const, failure, profile: null };
        await progress(deps, task, 'preparing');
        const prepared = await deps.page.prepare(step, held);
        if (!mayHaveActed(prepared)) held.throwIfAborted();
        return prepared;
      },
    );
    if (result.outcome === 'ready') {
      const { baseline, profile, noteDropped } = result;
      await line.write({
        phase: 'prepared',
        preparedAt: deps.clock.now(),
        baseline,
        profile,
        noteDropped,
      });
      return result;
    }
    if (result.outcome === 'failed' && mayHaveActed(result)) {
      await line.end(await settleUnasked(deps, line, result));
      return null;
    }
    await line.end(
      result.outcome === 'closed'
        ? { result: 'closed', reason: result.reason, profile: result.profile }
        : { result: 'failed', failure: result.failure, profile: result.profile },
    );
  } catch (error) {
    await line.end(stoppedBefore(error, signal));
  }
  return null;
}

function mayHaveActed(result: PrepareResult): boolean {
  return result.outcome === 'failed' && result.failure.effect !== 'before_effect';
}

/** How a step ends that broke off before it was armed. */
function stoppedBefore(error: unknown, signal: AbortSignal): StepOutcome {
  if (signal.aborted || error instanceof LeaseLost) return notStarted();
  return notStarted(failureOf(error));
}

interface Grant {
  leaseMs: number;
  /** Started when the commit was first sent: the lease cannot have begun later. */
  since: Stopwatch;
}

/** Asks the gate; repeats a lost answer with the same fence. Null: no grant, and the line has ended. */
async function commit(
  deps: RunnerDeps,
  task: TaskWork,
  line: Line,
  ready: Ready,
  signal: AbortSignal,
): Promise<Grant | null> {
  await progress(deps, task, 'committing');
  if (signal.aborted || !(await deps.mayAct())) {
    await line.end(notStarted());
    return null;
  }
  const since = stopwatch(deps);
  const { lastInboundAt, profile, quotas = null } = ready;
  const seen = { lastInboundAt, profile, quotas };
  for (let attempt = 1; attempt <= COMMIT_TRIES; attempt++) {
    const answer = await deps.api.commit(task.step, seen, signal);
    if (answer.ok && answer.value.ok) {
      const { wall, mono } = since;
      await line.write({ phase: 'committed', commitSentAt: wall, commitSentMono: mono });
      return { leaseMs: answer.value.leaseMs, since };
    }
    if (answer.ok || signal.aborted || answer.error.status !== 0) break;
    if (attempt < COMMIT_TRIES) await deps.timers.sleep(attempt * SECOND, signal).catch(() => undefined);
    if (signal.aborted) break;
  }
  await line.end(notStarted());
  return null;
}

/** Whether it may have clicked; false: it certainly has not. */
async function actOnce(
  deps: RunnerDeps,
  task: TaskWork,
  line: Line,
  grant: Grant,
  signal: AbortSignal,
): Promise<boolean> {
  const timeLeft = () => grant.leaseMs - SAFETY_MS - grant.since.elapsed();
  await progress(deps, task, 'acting');
  if (signal.aborted || !(await deps.mayAct()) || timeLeft() <= 0) {
    await line.end(notStarted());
    return false;
  }

  await line.write({ phase: 'armed', armedAt: deps.clock.now() });
  if (signal.aborted || timeLeft() <= 0) {
    // Armed but certainly not clicked: this very process still knows it.
    const failure = beforeEffect('timeout', 'Stopped between arming and the click.');
    await line.end({ result: 'failed', failure, profile: line.entry.profile });
    return false;
  }
  const failure = await click(deps, task, timeLeft(), signal);
  if (failure !== null && failure !== 'lost' && failure.effect === 'before_effect') {
    await line.end({ result: 'failed', failure, profile: line.entry.profile });
    return false;
  }
  if (failure === null) await line.write({ phase: 'clicked' });
  await progress(deps, task, 'verifying');
  const outcome = await settle(deps, line.entry, false);
  await line.end(failure && failure !== 'lost' ? orFailure(outcome, failure, line.entry) : outcome);
  return true;
}

/** Null: clicked. `lost`: the page did not answer, so it may have clicked. Never tried a second time. */
async function click(deps: RunnerDeps, task: TaskWork, withinMs: number, stop: AbortSignal) {
  const notAfter = deps.clock.now() + withinMs;
  try {
    const result = await deps.page.act(task.step, notAfter, withDeadline(withinMs), stop);
    return result.outcome === 'clicked' ? null : result.failure;
  } catch (error) {
    if (error instanceof PageError && !error.wasAsked) return failureOf(error);
    return 'lost' as const;
  }
}

function progress(
  deps: RunnerDeps,
  task: TaskWork,
  phase: Extract<Progress, { state: 'working' }>['phase'],
): Promise<void> {
  const { contactName, automationName } = task;
  return deps.onProgress({ state: 'working', phase, kind: task.step.kind, contactName, automationName });
}
