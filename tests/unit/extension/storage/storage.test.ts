import 'fake-indexeddb/auto';
import Dexie from 'dexie';
import { describe, expect, it } from 'vitest';
import { DAY } from '#shared/kernel/clock.ts';
import { journalEntry } from '#shared/protocol/journal.ts';
import { openDatabase } from '../../../../extension/storage/database.ts';
import { createJournal } from '../../../../extension/storage/journal.ts';
import { beginJournal, journalLostAt, journalSince } from '../../../../extension/storage/snapshot.ts';
import { version1 } from './version1.ts';

const first = { deviceId: 'd1', serverUrl: 'https://one.example' };

describe('the database after an update', () => {
  it('reads what version 1 left', async () => {
    const old = new Dexie('from-1');
    old.version(1).stores(version1.stores);
    await old.table('journal').bulkPut(version1.journal);
    await old.table('birth').bulkPut(version1.birth);
    old.close();

    const database = openDatabase('from-1');
    const open = await createJournal(database).open();
    expect(open.map((line) => [line.taskId, line.fence, line.phase])).toEqual([['t1', 3, 'armed']]);
    expect(await journalLostAt(database, first, 5)).toBeNull();
  });
});

describe('the journal', () => {
  const line = journalEntry.parse(version1.journal[0]);

  it('keeps 30 days of what is settled, and everything that is not', async () => {
    const journal = createJournal(openDatabase('prune'));
    const now = line.updatedAt + 31 * DAY;
    const settled = {
      ...line,
      phase: 'ended',
      outcome: { result: 'unsure', detail: '' },
      acked: true,
    } as const;
    await journal.put(line);
    await journal.put({ ...settled, taskId: 'old' });
    await journal.put({ ...settled, taskId: 'young', updatedAt: now - DAY });
    await journal.prune(now);
    expect((await journal.since(0)).map((one) => one.taskId).sort()).toEqual(['t1', 'young']);
  });

  it('counts what a clock that was set back calls the future as done just now', async () => {
    const journal = createJournal(openDatabase('back'));
    const now = line.updatedAt - 300 * DAY;
    await journal.put(line);
    await journal.put({
      ...line,
      taskId: 'before',
      claimedAt: now - DAY,
      armedAt: now - DAY,
      updatedAt: now - DAY,
    });
    await journal.prune(now);
    const lines = await journal.since(0);
    expect(lines.map(({ claimedAt, armedAt, updatedAt }) => [claimedAt, armedAt, updatedAt])).toEqual([
      [now - DAY, now - DAY, now - DAY],
      [now, now, now],
    ]);
  });

  it('has one line per claim', async () => {
    const journal = createJournal(openDatabase('claims'));
    await journal.put(line);
    await journal.put({ ...line, phase: 'clicked' });
    await journal.put({ ...line, fence: 4 });
    expect((await journal.ofTask('t1')).map((one) => [one.fence, one.phase])).toEqual([
      [3, 'clicked'],
      [4, 'armed'],
    ]);
  });

  it('tells a new server nothing of another one’s tasks, and still knows that they were armed', async () => {
    const database = openDatabase('servers');
    const journal = createJournal(database);
    await beginJournal(database, first, 1);
    await journal.put(line);
    await beginJournal(database, { deviceId: 'd2', serverUrl: 'https://one.example' }, 2);
    expect(await journal.open()).toHaveLength(1);
    await beginJournal(database, { deviceId: 'd3', serverUrl: 'https://two.example' }, 3);
    expect(await journal.open()).toEqual([]);
    expect((await journal.ofTask('t1')).map((one) => one.armedAt)).toEqual([line.armedAt]);
  });

  it('knows when it was lost, and from then on', async () => {
    const database = openDatabase('lost');
    await beginJournal(database, first, 1);
    expect(await journalLostAt(database, first, 10)).toBeNull();
    await database.birth.clear();
    expect(await journalLostAt(database, first, 20)).toBe(20);
    expect(await journalLostAt(database, first, 30)).toBe(20);
    // The clock was a year ahead, and was put right.
    expect(await journalLostAt(database, first, 5)).toBe(5);
    expect(await journalLostAt(database, first, 6)).toBe(5);
  });

  it('knows from when on it is whole: pairing again changes that no more than an update from a version that did not say', async () => {
    const database = openDatabase('whole');
    await beginJournal(database, first, 10);
    await beginJournal(database, { ...first, deviceId: 'd2' }, 20);
    expect(await journalSince(database)).toBe(10);
    // Its data were cleared.
    await database.birth.clear();
    await journalLostAt(database, first, 30);
    expect(await journalSince(database)).toBe(30);
    await database.birth.put({ key: 'birth', ...first, lostAt: null });
    await beginJournal(database, { ...first, deviceId: 'd3' }, 40);
    expect(await journalSince(database)).toBeNull();
  });
});
