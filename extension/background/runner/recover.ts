import { lineOf, notStarted } from './line.ts';
import type { RunnerDeps } from './ports.ts';
import { settle } from './settle.ts';

/**
 * What an earlier life of the worker left unfinished. A line that was never armed proves that nothing
 * happened; an armed one is only looked at. Without the rep's consent not even that: armed lines wait.
 */
export async function recover(deps: RunnerDeps): Promise<void> {
  for (const entry of await deps.journal.open()) {
    if (entry.phase === 'ended') continue;
    const line = lineOf(deps, entry);
    if (entry.armedAt === null) {
      await line.end(notStarted());
      continue;
    }
    if (!(await deps.mayRead())) continue;
    const { kind } = entry.step;
    const { contactName, automationName } = entry;
    await deps.onProgress({ state: 'working', phase: 'checking', kind, contactName, automationName });
    await line.end(await settle(deps, entry, true));
  }
}
