import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { type Database, type OpenOptions, openDatabase, schema } from '../../companion-server/db/index.ts';
import { type HranaOptions, type HranaServer, startHranaServer } from '../support/hrana/index.ts';

const { workspace } = schema;
const row = (id: string) => ({ id, name: id, createdAt: 0 });
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startServer(options: Partial<HranaOptions> = {}): Promise<HranaServer> {
  const file = options.file ?? join(mkdtempSync(join(tmpdir(), 'rapport-hrana-')), 'server.db');
  const server = await startHranaServer({ ...options, file });
  ends.push(server.stop);
  return server;
}

async function open(url: string, options: Partial<OpenOptions> = {}): Promise<Database> {
  const db = await openDatabase({ url, ...options });
  ends.push(db.close);
  return db;
}

const idsOf = async (db: Database) =>
  (await db.reader.select({ id: workspace.id }).from(workspace).orderBy(workspace.id)).map(({ id }) => id);

async function increment(db: Database): Promise<void> {
  await db.write(async (tx) => {
    const [found] = await tx.select().from(workspace).where(eq(workspace.id, 'counter'));
    await tx
      .update(workspace)
      .set({ createdAt: (found?.createdAt ?? 0) + 1 })
      .where(eq(workspace.id, 'counter'));
  });
}

describe.each(['httpUrl', 'webSocketUrl'] as const)('a database by URL (%s)', (kind) => {
  it('is migrated once by servers that start together', async () => {
    const server = await startServer();
    const all = await Promise.all([1, 2, 3].map(() => open(server[kind])));
    const [made] = await (all[0] as Database).reader.all<{ n: number; distinct: number }>(
      sql`SELECT count(*) AS n, count(DISTINCT created_at) AS "distinct" FROM __drizzle_migrations`,
    );
    expect(made?.n).toBeGreaterThan(0);
    expect(made?.distinct).toBe(made?.n);
    expect(all[0]?.isSole).toBe(false);
  });

  it('loses no update between two servers', async () => {
    const server = await startServer();
    const [one, two] = [await open(server[kind]), await open(server[kind])];
    await one.write((tx) => tx.insert(workspace).values(row('counter')));
    await Promise.all([one, two].flatMap((db) => Array.from({ length: 25 }, () => increment(db))));
    const [found] = await two.reader.select().from(workspace);
    expect(found?.createdAt).toBe(50);
  });

  it('keeps a unit and a batch as a whole or not at all', async () => {
    const server = await startServer();
    const db = await open(server[kind]);
    const failing = db.write(async (tx) => {
      await tx.insert(workspace).values(row('a'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const insert = (id: string) => db.authDatabase.insert(workspace).values(row(id));
    await expect(db.authDatabase.batch([insert('b'), insert('b')])).rejects.toThrow();
    await db.authDatabase.batch([insert('c'), insert('d')]);
    await db.authDatabase.transaction(async (tx) => {
      await tx.insert(workspace).values(row('e'));
    });
    expect(await idsOf(db)).toEqual(['c', 'd', 'e']);
  });

  it('goes on in its transaction after a broken rule', async () => {
    const server = await startServer();
    const db = await open(server[kind]);
    await db.write(async (tx) => {
      await tx.insert(workspace).values(row('a'));
      await tx
        .insert(workspace)
        .values(row('a'))
        .catch(() => undefined);
      await tx.insert(workspace).values(row('b'));
    });
    expect(await idsOf(db)).toEqual(['a', 'b']);
  });

  it('does a unit once when connections drop in the middle of it', async () => {
    const server = await startServer();
    const db = await open(server[kind]);
    let runs = 0;
    await db.write(async (tx) => {
      runs += 1;
      await tx.insert(workspace).values(row('a'));
      if (runs === 1) server.dropConnections();
      await tx.insert(workspace).values(row('b'));
    });
    expect(await idsOf(db)).toEqual(['a', 'b']);
  });

  it('works again with a server that was restarted', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rapport-hrana-')), 'server.db');
    const before = await startHranaServer({ file });
    const db = await open(before[kind]);
    await db.write((tx) => tx.insert(workspace).values(row('a')));
    await before.stop();
    await expect(idsOf(db)).rejects.toThrow();
    await expect(db.write((tx) => tx.insert(workspace).values(row('x')))).rejects.toThrow();
    await startServer({ file, port: before.port });
    await db.write((tx) => tx.insert(workspace).values(row('b')));
    expect(await idsOf(db)).toEqual(['a', 'b']);
  });

  it('runs nothing on its own after the server ended a slow transaction', async () => {
    const server = await startServer({ transactionMs: 2_000 });
    const db = await open(server[kind]);
    let runs = 0;
    await db.write(async (tx) => {
      runs += 1;
      await tx.insert(workspace).values(row('a'));
      if (runs === 1) await expect.poll(() => server.gaveUp()).toBe(1);
      // Even work that swallows the refusal leaves nothing behind.
      await tx
        .insert(workspace)
        .values(row('b'))
        .catch(() => undefined);
      await tx
        .insert(workspace)
        .values(row(`c${runs}`))
        .catch(() => undefined);
    });
    expect(runs).toBe(2);
    expect(await idsOf(db)).toEqual(['a', 'b', 'c2']);
  });

  it('gives up on a silent server, and works once it answers again', async () => {
    const server = await startServer();
    const db = await open(server[kind], { callTimeoutMs: 2_000 });
    await db.write((tx) => tx.insert(workspace).values(row('a')));
    server.dropConnections();
    server.fallSilent(true);
    await expect(idsOf(db)).rejects.toThrow();
    await expect(db.write((tx) => tx.insert(workspace).values(row('x')))).rejects.toThrow();
    server.fallSilent(false);
    await db.write((tx) => tx.insert(workspace).values(row('b')));
    expect(await idsOf(db)).toEqual(['a', 'b']);
  });

  it('waits for another process that holds the lock, and no longer than the server lets it', async () => {
    const server = await startServer({ transactionMs: 2_000 });
    const [one, two] = [await open(server[kind]), await open(server[kind])];
    let runs = 0;
    const slow = one.write(async (tx) => {
      runs += 1;
      await tx.insert(workspace).values(row('slow'));
      if (runs === 1) await expect.poll(() => server.gaveUp()).toBe(1);
      await tx.select({ n: count() }).from(workspace);
    });
    await Promise.all([slow, two.write((tx) => tx.insert(workspace).values(row('quick')))]);
    expect(await idsOf(two)).toEqual(['quick', 'slow']);
  });

  it('shows its token, and is refused with a wrong one', async () => {
    const server = await startServer({ tokens: ['right'] });
    const db = await open(server[kind], { authToken: 'right' });
    await db.write((tx) => tx.insert(workspace).values(row('a')));
    expect(await idsOf(db)).toEqual(['a']);
    const refused = openDatabase({ url: server[kind], authToken: 'wrong' });
    await expect(refused).rejects.toThrow('Check that it runs, DATABASE_URL and DATABASE_AUTH_TOKEN.');
  });
});

it('says what to check when there is no server at the URL', async () => {
  const server = await startHranaServer({
    file: join(mkdtempSync(join(tmpdir(), 'rapport-hrana-')), 's.db'),
  });
  await server.stop();
  for (const url of [server.httpUrl, server.webSocketUrl]) {
    await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'database_unreachable' });
  }
});

describe('a database by URL, over HTTP alone', () => {
  it('runs a unit again whose stream the server gave up', async () => {
    const server = await startServer({ idleMs: 2_000 });
    const db = await open(server.httpUrl);
    let runs = 0;
    await db.write(async (tx) => {
      runs += 1;
      await tx.insert(workspace).values(row('a'));
      if (runs === 1) await expect.poll(() => server.gaveUp()).toBe(1);
    });
    expect(runs).toBe(2);
    expect(await idsOf(db)).toEqual(['a']);
  });

  it('does not repeat a unit whose commit got no answer: it may have been kept', async () => {
    const server = await startServer();
    const db = await open(server.httpUrl);
    let runs = 0;
    server.loseAnswerTo(/^COMMIT/);
    const unanswered = db.write(async (tx) => {
      runs += 1;
      await tx.insert(workspace).values(row('a'));
    });
    await expect(unanswered).rejects.toThrow();
    expect(runs).toBe(1);
    expect(await idsOf(db)).toEqual(['a']);
    await db.write((tx) => tx.insert(workspace).values(row('b')));
    expect(await idsOf(db)).toEqual(['a', 'b']);
  });
});
