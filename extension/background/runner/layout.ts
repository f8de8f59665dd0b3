import type { StepOutcome } from '#shared/contract/deviceWork.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { PageError, type RunnerDeps } from './ports.ts';
import type { TaskWork } from './step.ts';

/**
 * The daily read-only layout check: after a step whose page was understood, or was not, what the open page should
 * show is counted, once a day for each kind of page. It loads nothing and stops nothing. An update of the catalogue that
 * the page had to refuse is dropped.
 */
export async function checkLayout(deps: RunnerDeps, { step }: TaskWork, signal: AbortSignal): Promise<void> {
  const { layout } = deps;
  const line = layout && (await deps.journal.find(step.taskId, step.fence));
  if (!layout || !line?.outcome || !isTelling(line.outcome)) return;
  const checked = await layout.checkedAt();
  const now = deps.clock.now();
  const read = await layout.read(signal).catch((error: unknown) => {
    if (error instanceof PageError) return null;
    throw error;
  });
  if (read?.refused) await deps.catalogue?.drop(read.refused);
  const seen = read?.seen;
  if (!seen) return;
  const last = checked[seen.page];
  // A moment ahead was written before the clock was set back.
  if (last !== undefined && last <= now && now - last < DAY) return;
  const inForce = (await deps.catalogue?.state())?.inForce ?? '';
  const told = await deps.api.layout({ ...seen, catalogue: inForce }, signal);
  if (told.ok) await layout.setCheckedAt({ ...checked, [seen.page]: now });
}

/** A page that did not load, or showed a login, says nothing about LinkedIn's layout. */
function isTelling(outcome: StepOutcome): boolean {
  if (outcome.result === 'failed') return outcome.failure.code === 'layout_unknown';
  return outcome.result === 'done' || outcome.result === 'closed';
}
