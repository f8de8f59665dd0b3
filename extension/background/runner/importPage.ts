import type { Problem } from '#shared/contract/route.ts';
import { DAY, MINUTE, WEEK, withDeadline } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { ListRead } from '#shared/protocol/lists.ts';
import { usageLimit } from '#shared/schedule/caps.ts';
import { capTable } from '#shared/schedule/settings.ts';
import { failureOf } from './failure.ts';
import type { ImportWork, RunnerDeps } from './ports.ts';

const READ_MS = 4 * MINUTE;

/**
 * Reads the page of a list that the server asks for, and tells what it gave; nothing is kept here but how many were
 * read when. The browser's own count of pages forbids what the hard ceiling forbids, whatever the server says.
 */
export async function importPage(
  deps: RunnerDeps,
  work: ImportWork,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  await deps.onProgress({ state: 'importing' });
  const { importId, list, start, count, expectedMemberId } = work;
  const read = (await mayRead(deps))
    ? await readPage(deps, { list, start, count, expectedMemberId }, withDeadline(READ_MS, signal))
    : overCeiling;
  signal.throwIfAborted();
  const answer = await deps.api.listPage(importId, start, read, withDeadline(MINUTE, signal));
  return answer.ok ? ok(undefined) : err(answer.error);
}

/** Counts the page before it is read. */
async function mayRead(deps: RunnerDeps): Promise<boolean> {
  const now = deps.clock.now();
  const lost = await deps.journalLostAt();
  if (lost !== null && now < lost + DAY) return false;
  const times = (await deps.pagesRead.get()).filter((at) => at > now - WEEK && at <= now);
  if (usageLimit(times, capTable.search_page.ceiling, now).limit !== 'none') return false;
  await deps.pagesRead.set([...times, now]);
  return true;
}

async function readPage(
  deps: RunnerDeps,
  request: Parameters<RunnerDeps['page']['readListPage']>[0],
  signal: AbortSignal,
): Promise<ListRead> {
  try {
    await deps.page.ensure(signal);
    const read = await deps.page.readListPage(request, signal);
    // The page that shows the list may tell what LinkedIn's own query does not any more.
    const mayShow = !read.ok && read.error.code === 'layout_unknown' && request.list.kind === 'group_members';
    if (!mayShow || !(await mayRead(deps))) return read;
    await deps.page.openList(request.list.url, signal);
    return await deps.page.readListPage(request, signal);
  } catch (error) {
    const { code, detail } = failureOf(error);
    return err({ code, detail });
  }
}

const overCeiling: ListRead = err({
  code: 'too_many_requests',
  detail: 'This browser has read as many pages of lists as one account may within a day or a week.',
});
