import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, schema, type Tx } from '../../../companion-server/db/index.ts';
import { openTestDatabase } from '../../support/openTestDatabase.ts';

const { workspace } = schema;
let db: Database;
let statements: string[];
beforeEach(async () => {
  statements = [];
  const file = join(mkdtempSync(join(tmpdir(), 'rapport-group-')), 'group.db');
  db = await openTestDatabase(file, (text) => statements.push(text));
});
afterEach(() => db.close());

const insert = (id: string) => (tx: Tx) => tx.insert(workspace).values({ id, name: id, createdAt: 1 });
const ids = async () => (await db.reader.select().from(workspace)).map((row) => row.id).sort();
/** Units that shared their commit with others. */
const shared = () => statements.filter((text) => text === 'savepoint sp0').length;

describe('units that wait for the writer together', () => {
  it('share a commit, each in a savepoint; one alone needs none', async () => {
    await db.write(insert('alone'));
    expect(shared()).toBe(0);
    await Promise.all(['a', 'b', 'c'].map((id) => db.write(insert(id))));
    expect(shared()).toBe(3);
    expect(await ids()).toEqual(['a', 'alone', 'b', 'c']);
  });

  it('keep what they wrote when one of them fails, which keeps nothing and hears why', async () => {
    const results = await Promise.allSettled([
      db.write(insert('a')),
      db.write(async (tx) => {
        await insert('taken back')(tx);
        throw new Error('refused');
      }),
      db.write(async (tx) => {
        await insert('b')(tx);
        await insert('b')(tx);
      }),
      db.write(insert('c')),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(results[1]).toMatchObject({ reason: { message: 'refused' } });
    expect(await ids()).toEqual(['a', 'c']);
  });

  it('see what those before them wrote, in the order in which they came', async () => {
    const counts = await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        db.write(async (tx) => {
          await insert(id)(tx);
          return (await tx.select().from(workspace)).length;
        }),
      ),
    );
    expect(counts).toEqual([1, 2, 3]);
  });

  it('are heard of after the commit only', async () => {
    const seen: string[][] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        await db.write(insert(id));
        seen.push(await ids());
      }),
    );
    expect(seen).toEqual([0, 1, 2].map(() => ['a', 'b', 'c']));
  });

  it('all fail where the transaction cannot be kept, and the next ones go on', async () => {
    await db.write((tx) =>
      tx.run(sql`CREATE TABLE child (id TEXT REFERENCES workspace (id) DEFERRABLE INITIALLY DEFERRED)`),
    );
    const results = await Promise.allSettled([
      db.write(insert('a')),
      db.write((tx) => tx.run(sql`INSERT INTO child VALUES ('nobody')`)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await db.write(insert('later'));
    expect(await ids()).toEqual(['later']);
  });
});

it('refuses a write inside a write, which would wait for itself', async () => {
  await expect(db.write(() => db.write(insert('inner')))).rejects.toThrow('wait for itself');
  await db.write(insert('after'));
  expect(await ids()).toEqual(['after']);
});
