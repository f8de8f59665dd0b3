import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, rowShape, rowsOf, schema } from '../../../companion-server/db/index.ts';
import { openTestDatabase } from '../../support/openTestDatabase.ts';

const { list, nodeCount, listMember } = schema;
const lists = rowShape(list, ['id'], { workspace: { by: ['workspaceId'] } });
const members = rowShape(listMember, ['listId', 'contactId'], {});
const counts = rowShape(nodeCount, ['automationId', 'nodeId'], {});
const row = (id: string, memberCount = 0) => ({ id, name: id, workspaceId: 'w', memberCount, createdAt: 1 });

let db: Database;
let statements: string[];
beforeEach(async () => {
  statements = [];
  const file = join(mkdtempSync(join(tmpdir(), 'rapport-rows-')), 'rows.db');
  db = await openTestDatabase(file, (text) => statements.push(text));
  await db.write((tx) => tx.insert(list).values(['a', 'b', 'c'].map((id) => row(id))));
  statements = [];
});
afterEach(() => db.close());

const stored = () => db.reader.select().from(list).orderBy(asc(list.id));

describe('the rows a transaction keeps', () => {
  it('are read once and written together: two statements for any number', async () => {
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      await rows.load(lists, [['a'], ['b'], ['c']]);
      for (const id of ['a', 'b', 'c']) {
        const { memberCount } = (await rows.get(lists, id)) ?? row(id);
        rows.update(lists, [id], { memberCount: memberCount + 1 });
        rows.update(lists, [id], { memberCount: memberCount + 2 });
      }
    });
    expect(statements).toHaveLength(2);
    expect((await stored()).map(({ memberCount }) => memberCount)).toEqual([2, 2, 2]);
  });

  it('are not changed in place: whoever holds one holds what it was', async () => {
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      const before = await rows.get(lists, 'a');
      rows.update(lists, ['a'], { name: 'new' });
      expect(before?.name).toBe('a');
      expect((await rows.get(lists, 'a'))?.name).toBe('new');
    });
  });

  it('are written before another statement looks at them, and read again after it wrote', async () => {
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      rows.update(lists, ['a'], { name: 'kept' });
      rows.insert(lists, row('d'));
      expect((await tx.select().from(list).where(eq(list.name, 'kept'))).map(({ id }) => id)).toEqual(['a']);
      await tx.update(list).set({ name: 'other' }).where(eq(list.id, 'a'));
      expect((await rows.get(lists, 'a'))?.name).toBe('other');
      await tx.run(sql`WITH x AS (SELECT 1) UPDATE list SET name = 'third' WHERE id = 'a'`);
      expect((await rows.get(lists, 'a'))?.name).toBe('third');
      await tx.delete(list).where(eq(list.id, 'b'));
      expect(await rows.get(lists, 'b')).toBeNull();
    });
    expect((await stored()).map(({ id }) => id)).toEqual(['a', 'c', 'd']);
  });

  it('know their groups, and what was added to them or left them', async () => {
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      const ids = async () => (await rows.group(lists, 'workspace', 'w')).map(({ id }) => id).sort();
      expect(await ids()).toEqual(['a', 'b', 'c']);
      rows.insert(lists, row('d'));
      expect(await ids()).toEqual(['a', 'b', 'c', 'd']);
      rows.update(lists, ['a'], { workspaceId: 'elsewhere' });
      expect(await ids()).toEqual(['b', 'c', 'd']);
      expect(await rows.group(lists, 'workspace', 'nowhere')).toEqual([]);
    });
  });

  it('are known to be missing where all of their group is known', async () => {
    const byList = rowShape(listMember, ['listId', 'contactId'], { list: { by: ['listId'] } });
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      expect(await rows.group(byList, 'list', 'a')).toEqual([]);
      expect(await rows.get(byList, 'a', 'c1')).toBeNull();
      expect(statements).toHaveLength(1);
      expect(await rows.get(byList, 'b', 'c1')).toBeNull();
      expect(statements).toHaveLength(2);
    });
  });

  it('have their defaults, and take changes although they are new', async () => {
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      rows.insert(lists, { id: 'd', name: 'd', workspaceId: 'w', createdAt: 1 });
      expect(await rows.get(lists, 'd')).toMatchObject({ memberCount: 0 });
      rows.update(lists, ['d'], { memberCount: 7 });
    });
    expect((await stored()).at(-1)).toMatchObject({ id: 'd', memberCount: 7 });
  });

  it('may be there already where that is asked for', async () => {
    await db.write(async (tx) => {
      rowsOf(tx).insert(lists, row('a', 9), true);
      rowsOf(tx).insert(lists, row('z', 9), true);
      expect((await rowsOf(tx).get(lists, 'a'))?.memberCount).toBe(0);
    });
    expect((await stored()).map(({ memberCount }) => memberCount)).toEqual([0, 0, 0, 9]);
    await expect(db.write(async (tx) => rowsOf(tx).insert(lists, row('a')))).rejects.toThrow('UNIQUE');
  });

  it('count up rows that may be missing', async () => {
    const key = { automationId: 'x', nodeId: 'n', workspaceId: 'w' };
    for (let i = 0; i < 2; i++) {
      await db.write(async (tx) => {
        rowsOf(tx).increase(counts, key, { standing: 1, passed: 2 });
        rowsOf(tx).increase(counts, key, { standing: 1, passed: 0 });
      });
    }
    expect(await db.reader.select().from(nodeCount)).toMatchObject([{ standing: 4, passed: 4, failed: 0 }]);
  });

  it('are read with what was counted up before, in the same transaction', async () => {
    const key = { automationId: 'x', nodeId: 'n', workspaceId: 'w' };
    await db.write(async (tx) => {
      rowsOf(tx).increase(counts, key, { standing: 1 });
      expect(await rowsOf(tx).get(counts, 'x', 'n')).toMatchObject({ standing: 1 });
      rowsOf(tx).increase(counts, key, { standing: 2 });
      expect(await rowsOf(tx).get(counts, 'x', 'n')).toMatchObject({ standing: 3 });
    });
  });

  it('with keys of several columns are found', async () => {
    const key = { listId: 'a', contactId: 'c1', workspaceId: 'w', addedAt: 5 };
    await db.write(async (tx) => rowsOf(tx).insert(members, key));
    await db.write(async (tx) => rowsOf(tx).update(members, ['a', 'c1'], { addedAt: 6 }));
    expect(await rowsOf(db.reader).get(members, 'a', 'c1')).toEqual({ ...key, addedAt: 6 });
  });

  it('answer what many keys ask in one statement, anew after a change', async () => {
    const named = {
      name: 'named',
      table: 'list',
      by: ['workspaceId', 'name'],
      text: `select json_group_array(json_array(k.key, t.id)) from json_each(?) as k cross join list as t on t.workspace_id = k.value ->> 0 and t.name = k.value ->> 1`,
      decode: ([id]: readonly unknown[]) => String(id),
    };
    await db.write(async (tx) => {
      const rows = rowsOf(tx);
      await rows.ask(named, [
        ['w', 'a'],
        ['w', 'x'],
      ]);
      expect([await rows.look(named, 'w', 'a'), await rows.look(named, 'w', 'x')]).toEqual([['a'], []]);
      expect(statements).toHaveLength(1);
      rows.update(lists, ['a'], { name: 'x' });
      expect([await rows.look(named, 'w', 'a'), await rows.look(named, 'w', 'x')]).toEqual([[], ['a']]);
    });
  });

  it('are nobody else’s: what a failed unit kept is gone', async () => {
    const failed = db.write(async (tx) => {
      rowsOf(tx).update(lists, ['a'], { name: 'lost' });
      throw new Error('refused');
    });
    await Promise.allSettled([
      failed,
      db.write(async (tx) => rowsOf(tx).update(lists, ['b'], { name: 'kept' })),
    ]);
    expect((await stored()).map(({ name }) => name)).toEqual(['a', 'kept', 'c']);
  });

  it('stay for the next transaction, until something writes to their table or a unit fails', async () => {
    const read = () => db.write(async (tx) => (await rowsOf(tx).get(lists, 'a'))?.name);
    const group = () => db.write(async (tx) => (await rowsOf(tx).group(lists, 'workspace', 'w')).length);
    expect([await read(), await group()]).toEqual(['a', 3]);
    statements = [];
    expect([await read(), await group()]).toEqual(['a', 3]);
    expect(statements).toEqual([]);

    await db.write(async (tx) => {
      rowsOf(tx).update(lists, ['a'], { name: 'second' });
      rowsOf(tx).insert(lists, row('d'));
    });
    expect([await read(), await group()]).toEqual(['second', 4]);
    await db.write((tx) =>
      tx.update(list).set({ name: 'third', workspaceId: 'elsewhere' }).where(eq(list.id, 'a')),
    );
    expect([await read(), await group()]).toEqual(['third', 3]);
    await db.authDatabase.run(sql`UPDATE list SET name = 'fourth' WHERE id = 'a'`);
    expect(await read()).toBe('fourth');
  });

  it('of a unit that failed are not handed on, whether it failed alone or among others', async () => {
    const rename = (name: string, fails: boolean) =>
      db.write(async (tx) => {
        const rows = rowsOf(tx);
        await rows.group(lists, 'workspace', 'w');
        rows.update(lists, ['a'], { name });
        rows.insert(lists, row(`new ${name}`));
        await rows.flush();
        expect((await rows.group(lists, 'workspace', 'w')).map((each) => each.name)).toContain(name);
        if (fails) throw new Error('no');
      });
    await expect(rename('alone', true)).rejects.toThrow('no');
    const ends = await Promise.allSettled([rename('one', false), rename('two', true), rename('three', true)]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    const [names, before] = await db.write(async (tx) => [
      (await rowsOf(tx).group(lists, 'workspace', 'w')).map((each) => each.id).sort(),
      (await rowsOf(tx).get(lists, 'a'))?.name,
    ]);
    expect([names, before]).toEqual([['a', 'b', 'c', 'new one'], 'one']);
  });
});
