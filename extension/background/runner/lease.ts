import { SECOND } from '#shared/kernel/clock.ts';
import { SAFETY_MS, stopwatch } from '#shared/kernel/stopwatch.ts';
import type { Fence, RunnerDeps } from './ports.ts';

/** The lease was lost while preparing: somebody else may have the task now. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** Runs `work` while renewing the claim's lease; its signal aborts as soon as the lease is lost. */
export async function whileRenewing<T>(
  deps: RunnerDeps,
  task: Fence,
  leaseMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const done = new AbortController();
  const both = AbortSignal.any([signal, lost.signal]);
  const renewing = renew(deps, task, leaseMs, AbortSignal.any([both, done.signal])).then((held) => {
    if (!held) lost.abort(new LeaseLost('The claim was taken back while preparing.'));
  });
  try {
    return await work(both);
  } finally {
    done.abort(new Error('done'));
    await renewing;
  }
}

/** False when the lease is gone; true when it was aborted from outside. */
async function renew(deps: RunnerDeps, task: Fence, leaseMs: number, signal: AbortSignal): Promise<boolean> {
  let lease = leaseMs;
  let watch = stopwatch(deps);
  while (!signal.aborted) {
    try {
      await deps.timers.sleep(Math.max(SECOND, lease / 3), signal);
    } catch {
      return true;
    }
    const sent = stopwatch(deps);
    const answer = await deps.api.renew(task, signal);
    if (signal.aborted) return true;
    if (answer.ok && !answer.value.ok) return false;
    if (answer.ok) {
      lease = answer.value.leaseMs;
      watch = sent;
    } else if (watch.elapsed() >= lease - SAFETY_MS) return false;
  }
  return true;
}
