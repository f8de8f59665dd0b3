import { MINUTE } from '#shared/kernel/clock.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { leavePage, tried } from './leavePage.ts';
import { lineOf, notStarted } from './line.ts';
import type { RunnerDeps } from './ports.ts';
import { settle } from './settle.ts';

/**
 * What an earlier life of the worker left unfinished. A line that was never armed proves that nothing
 * happened; an armed one is only looked at. Without the rep's consent, and while the account is not Active, not even that:
 * armed lines wait.
 */
export async function recover(deps: RunnerDeps): Promise<void> {
  for (const entry of await deps.journal.open()) {
    if (entry.phase === 'ended') continue;
    const line = lineOf(deps, entry);
    if (entry.armedAt === null) {
      await line.end(notStarted());
      if (await deps.mayRead()) await takeBack(deps, entry);
      continue;
    }
    if (!(await mayLook(deps))) continue;
    const { kind } = entry.step;
    const { contactName, automationName } = entry;
    await deps.onProgress({ state: 'working', phase: 'checking', kind, contactName, automationName });
    await line.end(await settle(deps, entry, true));
  }
}

/** The account may have become Active again without a word to this browser. */
async function mayLook(deps: RunnerDeps): Promise<boolean> {
  if (await deps.mayLook()) return true;
  if (!(await deps.mayRead())) return false;
  await deps.refresh();
  return deps.mayLook();
}

/** LinkedIn keeps what was typed to somebody as a draft in their thread, although the page is gone. */
const drafted: readonly LinkedinStep['kind'][] = ['message', 'inmail'];

/** What the step had typed goes: from the page that is still open, else from the thread's draft. */
async function takeBack(deps: RunnerDeps, { step, preparedAt }: JournalEntry): Promise<void> {
  if (await leavePage(deps, step)) return;
  if (preparedAt === null || !drafted.includes(step.kind) || !(await mayLook(deps))) return;
  const failure = await tried(MINUTE, (signal) => deps.page.open(step, signal));
  if (!failure) await leavePage(deps, step);
}
