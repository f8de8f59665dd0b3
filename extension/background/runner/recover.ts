import { MINUTE, withDeadline } from '#shared/kernel/clock.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { lineOf, notStarted } from './line.ts';
import { PageError, type RunnerDeps } from './ports.ts';
import { OTHER_MEMBER, settle, unsureAs } from './settle.ts';

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
    const isOther = await isSomebodyElse(deps, entry.step);
    await line.end(isOther ? unsureAs(OTHER_MEMBER) : await settle(deps, entry, true));
  }
}

/** Asked on whatever page is open: the person's own page, opened by somebody else, would be a visit of theirs. */
async function isSomebodyElse(deps: RunnerDeps, { expectedMemberId }: LinkedinStep): Promise<boolean> {
  if (expectedMemberId === null) return false;
  const signal = withDeadline(MINUTE);
  try {
    await deps.page.ensure(signal);
    const seen = await deps.page.readSession(signal);
    return seen.state === 'logged_in' && seen.member !== null && seen.member.memberId !== expectedMemberId;
  } catch (error) {
    if (error instanceof PageError || signal.aborted) return false;
    throw error;
  }
}
