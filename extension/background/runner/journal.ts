import type { JournalReport } from '#shared/contract/deviceWork.ts';
import type { Problem } from '#shared/contract/route.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';
import { ok, type Result } from '#shared/kernel/result.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import { armedLine } from './line.ts';
import type { RunnerDeps } from './ports.ts';

/** What one report may hold. */
const PART = 500;

/** Tells a server that was restored from a backup what was done here, and what may have been. */
export async function tellJournal(deps: RunnerDeps, signal: AbortSignal): Promise<Result<void, Problem>> {
  const now = deps.clock.now();
  const lines = linesOf(await deps.journal.since(0), now);
  const since = await deps.journalSince();
  const wholeForMs = since === null ? {} : { wholeForMs: wholeFor(now - since) };
  for (let at = 0; at === 0 || at < lines.length; at += PART) {
    const part = { lines: lines.slice(at, at + PART), more: at + PART < lines.length, ...wholeForMs };
    const answer = await deps.api.journal(part, signal);
    if (!answer.ok) return answer;
  }
  return ok(undefined);
}

/** Older lines are pruned. A clock that was set back since makes it too little, and a person is asked. */
function wholeFor(ageMs: number): number {
  return Math.min(Math.max(0, ageMs), limits.journalDays * DAY);
}

/** One line for each task that was armed and is not proven to have had no effect. */
function linesOf(entries: readonly JournalEntry[], now: number): JournalReport['lines'] {
  const lines: JournalReport['lines'] = [];
  const tasks = new Map<string, JournalEntry[]>();
  for (const entry of entries) tasks.set(entry.taskId, [...(tasks.get(entry.taskId) ?? []), entry]);
  for (const [taskId, claims] of tasks) {
    const line = armedLine(claims, 0);
    if (!line || line.armedAt === null) continue;
    const { slug, profileId, memberId } = line.step.target;
    lines.push({
      taskId,
      kind: line.step.kind,
      target: { slug, profileId, memberId },
      armedAgoMs: Math.max(0, now - line.armedAt),
      done: line.outcome?.result === 'done',
    });
  }
  return lines.sort((a, b) => b.armedAgoMs - a.armedAgoMs);
}
