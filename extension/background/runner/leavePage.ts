import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { PageError, type RunnerDeps } from './ports.ts';

const LEAVE_MS = 15 * SECOND;

/**
 * Nothing was sent: what the step typed goes, or the rep could send it by accident. The step has ended by then, so a page
 * that is gone or hangs holds nothing up. False: there was no page, or it did not answer.
 */
export async function leavePage(deps: RunnerDeps, step: LinkedinStep): Promise<boolean> {
  return (await tried(LEAVE_MS, (signal) => deps.page.leave(step, signal))) ?? false;
}

/** Null: the page failed or took too long. */
export async function tried<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const signal = withDeadline(ms);
  try {
    return await work(signal);
  } catch (error) {
    if (error instanceof PageError || signal.aborted) return null;
    throw error;
  }
}
