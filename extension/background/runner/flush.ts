import type { Problem } from '#shared/contract/route.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { lineOf } from './line.ts';
import type { RunnerDeps } from './ports.ts';

/**
 * Sends every outcome the server has not acknowledged. An unreachable server stops it, to be tried again. An
 * outcome the server refuses stays in the journal, is told once as a problem and not sent again.
 */
export async function flush(deps: RunnerDeps, signal: AbortSignal): Promise<Result<void, Problem>> {
  let refusal: Problem | null = null;
  for (const entry of await deps.journal.open()) {
    if (entry.phase !== 'ended' || entry.outcome === null) continue;
    const { taskId, fence } = entry;
    const answer = await deps.api.outcome({ taskId, fence }, entry.outcome, signal);
    if (answer.ok || taskIsGone(answer.error)) await lineOf(deps, entry).write({ acked: true });
    else if (isRefusal(answer.error)) {
      refusal = answer.error;
      await lineOf(deps, entry).write({ refused: `${refusal.code}: ${refusal.detail}` });
    } else return err(answer.error);
  }
  return refusal ? err(refusal) : ok(undefined);
}

/** The server no longer knows the task: there is nothing left to acknowledge. */
function taskIsGone(problem: Problem): boolean {
  return problem.status === 404 || problem.status === 410;
}

function isRefusal(problem: Problem): boolean {
  return [400, 403, 409, 413, 422].includes(problem.status);
}
