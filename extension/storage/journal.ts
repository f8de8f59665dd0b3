import { DAY } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';
import { type JournalEntry, journalEntry } from '#shared/protocol/journal.ts';
import type { Journal } from '../background/runner/ports.ts';
import type { RapportDatabase, StoredEntry } from './database.ts';

/** Lines kept at most; older acknowledged ones go first. */
const MAX_LINES = 20_000;

/** The journal in IndexedDB. Every write is on the disk when its promise resolves. */
export function createJournal(database: RapportDatabase): Journal {
  const table = database.journal;

  /** After the clock was set back, what it calls the future was at the latest just now: it counts from now on. */
  async function takeBack(now: number): Promise<void> {
    const noLater = (at: number | null) => (at === null ? null : Math.min(at, now));
    await table
      .where('updatedAt')
      .above(now)
      .modify((line) => {
        line.claimedAt = Math.min(line.claimedAt, now);
        line.armedAt = noLater(line.armedAt);
        line.updatedAt = now;
      });
  }

  return {
    async put(entry) {
      await table.put(stored(entry));
    },
    async find(taskId, fence) {
      const line = await table.get([taskId, fence]);
      return line ? parsed(line) : null;
    },
    async ofTask(taskId) {
      return (await table.where('taskId').equals(taskId).toArray()).map(parsed);
    },
    async open() {
      return (await table.where('open').equals(1).toArray()).map(parsed);
    },
    async since(instant) {
      return (await table.where('updatedAt').aboveOrEqual(instant).toArray()).map(parsed);
    },
    async prune(now) {
      await takeBack(now);
      await table
        .where('updatedAt')
        .below(now - limits.journalDays * DAY)
        .filter((line) => line.open === 0)
        .delete();
      const excess = (await table.count()) - MAX_LINES;
      if (excess <= 0) return;
      const oldest = table.orderBy('updatedAt').filter((line) => line.open === 0);
      await table.bulkDelete((await oldest.limit(excess).toArray()).map((line) => [line.taskId, line.fence]));
    },
  };
}

function stored(entry: JournalEntry): StoredEntry {
  const isOver = entry.phase === 'ended' && (entry.acked || entry.refused !== null);
  return { ...journalEntry.parse(entry), open: isOver ? 0 : 1 };
}

function parsed(line: StoredEntry): JournalEntry {
  return journalEntry.parse(line);
}
