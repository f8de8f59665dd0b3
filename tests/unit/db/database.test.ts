import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../companion-server/db/index.ts';
import { workspace } from '../../../companion-server/db/schema/index.ts';

let file: string;
let db: Database;

beforeEach(async () => {
  file = join(mkdtempSync(join(tmpdir(), 'rapport-db-')), 'test.db');
  db = await openDatabase({ url: `file:${file}`, busyTimeoutMs: 50 });
});
afterEach(() => db.close());

const row = (id: string) => ({ id, name: id, createdAt: 1 });

describe('openDatabase', () => {
  it('keeps writes apart, in order, and visible to the reader', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db.write(async (tx) => {
          await tx.insert(workspace).values(row(`w${i}`));
          await tx.select().from(workspace);
        }),
      ),
    );
    expect(await db.reader.select().from(workspace)).toHaveLength(20);
  });

  it('rolls back the whole unit when it throws', async () => {
    const failing = db.write(async (tx) => {
      await tx.insert(workspace).values(row('w1'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await db.reader.select().from(workspace)).toHaveLength(0);
    await db.write((tx) => tx.insert(workspace).values(row('w2')));
    expect(await db.reader.select().from(workspace)).toHaveLength(1);
  });

  it('lets a library transact through the same writer', async () => {
    await Promise.all([
      db.authDatabase.transaction(async (tx) => {
        await tx.insert(workspace).values(row('a'));
      }),
      db.write((tx) => tx.insert(workspace).values(row('b'))),
      db.authDatabase.insert(workspace).values(row('c')),
    ]);
    expect(await db.reader.select().from(workspace)).toHaveLength(3);
  });

  it('refuses a write inside a write instead of waiting for itself', async () => {
    const nested = db.write(() => db.write(async () => {}));
    await expect(nested).rejects.toThrow('wait for itself');
  });

  it('refuses a file that another server holds and names its pid', async () => {
    await expect(openDatabase({ url: `file:${file}` })).rejects.toThrow(`pid ${process.pid}`);
  });

  it('loses no acknowledged write after the file was busy', async () => {
    const other = createClient({ url: `file:${file}`, timeout: 0 });
    const blocker = await other.transaction('write');
    // The writer waits on a native timer that blocks this thread: the blocker cannot let go meanwhile.
    await expect(db.write((tx) => tx.insert(workspace).values(row('w1')))).rejects.toThrow();
    await blocker.rollback();
    other.close();
    await db.write((tx) => tx.insert(workspace).values(row('w2')));
    await db.close();
    db = await openDatabase({ url: `file:${file}` });
    const rows = await db.reader.select().from(workspace).where(eq(workspace.id, 'w2'));
    expect(rows).toHaveLength(1);
  });

  it('refuses a file with tables of another program and leaves it alone', async () => {
    const foreign = join(mkdtempSync(join(tmpdir(), 'rapport-db-')), 'other.db');
    const client = createClient({ url: `file:${foreign}` });
    await client.execute('CREATE TABLE theirs (x)');
    await expect(openDatabase({ url: `file:${foreign}` })).rejects.toThrow('another program');
    const { rows } = await client.execute(`SELECT count(*) AS n FROM sqlite_master`);
    expect(Number(rows[0]?.n)).toBe(1);
    client.close();
  });
});
