import type { Problem } from '#shared/contract/route.ts';
import { DAY, MINUTE, WEEK, withDeadline } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { ListRead } from '#shared/protocol/lists.ts';
import { nextAllowedByUsage } from '#shared/schedule/caps.ts';
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
  const until = await countPage(deps);
  const read =
    until === null
      ? await readPage(deps, { list, start, count, expectedMemberId }, withDeadline(READ_MS, signal))
      : overCeiling(until);
  signal.throwIfAborted();
  const answer = await deps.api.listPage(importId, start, read, withDeadline(MINUTE, signal));
  return answer.ok ? ok(undefined) : err(answer.error);
}

/** Counts the page before it is read. A moment: none may be read before it, and none was counted. */
async function countPage(deps: RunnerDeps): Promise<number | null> {
  const now = deps.clock.now();
  const lost = await deps.journalLostAt();
  if (lost !== null && now < lost + DAY) return lost + DAY;
  const times = (await deps.pagesRead.get()).filter((at) => at > now - WEEK && at <= now);
  const until = nextAllowedByUsage(times, capTable.search_page.ceiling, now);
  if (until > now) return until;
  await deps.pagesRead.set([...times, now]);
  return null;
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
    if (!mayShow || (await countPage(deps)) !== null) return read;
    await deps.page.openList(request.list.url, signal);
    return await deps.page.readListPage(request, signal);
  } catch (error) {
    const { code, detail } = failureOf(error);
    return err({ code, detail });
  }
}

function overCeiling(until: number): ListRead {
  const detail = 'This browser has read as many pages of lists as one account may within a day or a week.';
  return err({ code: 'browser_ceiling', detail, until });
}
