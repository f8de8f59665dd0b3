import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Client } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileClient } from '../../../companion-server/db/fileClient.ts';

let dir: string;
let client: Client;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rapport-client-'));
  client = openFileClient(join(dir, 'one.db'), 1_000);
  await client.executeMultiple(`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, bytes BLOB);
    INSERT INTO item (id, name) VALUES (1, 'one'), (2, 'two');`);
});
afterEach(() => {
  client.close();
  rmSync(dir, { recursive: true });
});

const byId = (id: number) => client.execute({ sql: 'SELECT id, name FROM item WHERE id = ?', args: [id] });

describe('the client of a database file', () => {
  it('gives rows by name and by position, as often as the same text is asked', async () => {
    for (const [id, name] of [
      [1, 'one'],
      [2, 'two'],
      [1, 'one'],
    ] as const) {
      const { rows, columns } = await byId(id);
      expect(columns).toEqual(['id', 'name']);
      expect(rows.map((row) => [row.id, row.name, row[0], row[1], row.length])).toEqual([
        [id, name, id, name, 2],
      ]);
      expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'name']);
    }
    expect((await byId(3)).rows).toEqual([]);
  });

  it('keeps columns that are called alike apart by position', async () => {
    const { rows } = await client.execute(
      'SELECT a.id, b.id FROM item a JOIN item b ON b.id = 2 WHERE a.id = 1',
    );
    expect(Array.prototype.slice.call(rows[0])).toEqual([1, 2]);
    expect(rows[0]?.id).toBe(1);
  });

  it('sees a column that was added after the text was first asked', async () => {
    const all = 'SELECT * FROM item WHERE id = 1';
    expect((await client.execute(all)).columns).toEqual(['id', 'name', 'bytes']);
    await client.execute('ALTER TABLE item ADD COLUMN more TEXT');
    expect((await client.execute(all)).columns).toEqual(['id', 'name', 'bytes', 'more']);
  });

  it('writes a transaction to the disk beside this thread, which goes on meanwhile', async () => {
    const transaction = await client.transaction('write');
    await transaction.execute(`INSERT INTO item (bytes) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)
      SELECT randomblob(400) FROM n`);
    let [isDone, turns] = [false, 0];
    const commit = transaction.commit().then(() => {
      isDone = true;
    });
    for (; !isDone; turns++) await setImmediate();
    await commit;
    expect(turns).toBeGreaterThan(1);
    expect((await client.execute('SELECT count(*) AS n FROM item')).rows[0]?.n).toBe(5_002);
  });

  it('tells why a commit failed, and nothing of it is kept', async () => {
    await client.execute(
      'CREATE TABLE part (item INTEGER REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)',
    );
    const transaction = await client.transaction('write');
    await transaction.execute('INSERT INTO part VALUES (77)');
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT', rawCode: 787 });
    expect(transaction.closed).toBe(true);
    expect((await client.execute('SELECT count(*) AS n FROM part')).rows[0]?.n).toBe(0);
  });

  it('takes bytes, booleans and large numbers, and refuses what no column holds', async () => {
    const at = 1_790_000_000_000;
    await client.execute({
      sql: 'INSERT INTO item VALUES (?, ?, ?)',
      args: [at, 'late', new Uint8Array([1, 2])],
    });
    const { rows } = await client.execute({
      sql: 'SELECT id, name, hex(bytes) AS hex FROM item WHERE id = ?',
      args: [at],
    });
    expect(rows.map(({ id, name, hex }) => ({ id, name, hex }))).toEqual([
      { id: at, name: 'late', hex: '0102' },
    ]);
    expect((await client.execute({ sql: 'SELECT ? AS truth', args: [true] })).rows[0]?.truth).toBe(1);
    await expect(client.execute({ sql: 'SELECT ?', args: [Number.NaN] })).rejects.toThrow(RangeError);
  });

  it('goes on with the same text after it was refused', async () => {
    const sql = 'INSERT INTO item (id, name) VALUES (?, ?)';
    await expect(client.execute({ sql, args: [3, 'one'] })).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT',
      extendedCode: 'SQLITE_CONSTRAINT_UNIQUE',
    });
    expect((await client.execute({ sql, args: [3, 'three'] })).rowsAffected).toBe(1);
    expect((await byId(3)).rows[0]?.name).toBe('three');
    await expect(client.execute('SELECT nothing FROM item')).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
  });

  it('keeps nothing of a transaction that is rolled back, and answers nobody else while one is open', async () => {
    const tx = await client.transaction('write');
    await tx.execute(`UPDATE item SET name = 'changed' WHERE id = 1`);
    await expect(byId(1)).rejects.toMatchObject({ code: 'TRANSACTION_ACTIVE' });
    await tx.rollback();
    expect((await byId(1)).rows[0]?.name).toBe('one');
    await expect(tx.execute('SELECT 1')).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' });
  });

  it('runs a batch as a whole or not at all', async () => {
    const batch = [
      `INSERT INTO item (id, name) VALUES (4, 'four')`,
      `INSERT INTO item (id, name) VALUES (5, 'one')`,
    ];
    await expect(client.batch(batch, 'write')).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' });
    expect((await byId(4)).rows).toEqual([]);
  });

  it('connects again, and says so where it is closed', async () => {
    const tx = await client.transaction('write');
    await client.reconnect();
    expect(tx.closed).toBe(true);
    expect((await byId(2)).rows[0]?.name).toBe('two');
    client.close();
    await expect(byId(2)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});
