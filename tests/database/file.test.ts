import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { backUp, type Database, openDatabase, schema } from '../../companion-server/db/index.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'rapport-file-'));
const row = (id: string) => ({ id, name: id, createdAt: 1 });
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('a database file', () => {
  it('belongs to one server process: a second one is told whose it is, and SIGKILL frees it', async () => {
    const dataDir = folder();
    const start = async (): Promise<ServerProcess> => {
      const server = await startServer({ dataDir, port: 0 });
      ends.push(server.kill);
      return server;
    };
    const first = await start();
    const pid = readFileSync(join(dataDir, 'rapport.db.pid'), 'utf8');
    const refusal = await start().then(
      () => 'it started',
      (error: unknown) => String(error),
    );
    expect(refusal).toContain(`is in use by another server process (pid ${pid})`);
    expect(refusal).toContain('Stop that process first');
    expect((await fetch(`${first.origin}/health`)).status).toBeLessThan(500);

    process.kill(Number(pid), 'SIGKILL');
    await first.kill();
    const next = await start();
    expect(readFileSync(join(dataDir, 'rapport.db.pid'), 'utf8')).not.toBe(pid);
    await next.stop();
  });

  it('is the same file through a link', async () => {
    const dir = folder();
    const db = await openDatabase({ url: `file:${join(dir, 'a.db')}` });
    ends.push(db.close);
    symlinkSync(join(dir, 'a.db'), join(dir, 'link.db'));
    await expect(openDatabase({ url: `file:${join(dir, 'link.db')}` })).rejects.toThrow(`pid ${process.pid}`);
  });

  it('may lie in a new folder with a blank in its name', async () => {
    const db = await openDatabase({ url: `file:${join(folder(), 'new folder', 'a.db')}` });
    ends.push(db.close);
    await db.write((tx) => tx.insert(schema.workspace).values(row('w')));
    expect(await db.reader.select().from(schema.workspace)).toHaveLength(1);
  });
});

const listed = z.object({ type: z.literal('list'), ids: z.array(z.string()) });

/** The foreign process on `file`. */
function startForeign(file: string) {
  const child: ChildProcess = fork(fileURLToPath(new URL('foreignProcess.ts', import.meta.url)), [file], {
    execArgv: ['--import', 'tsx'],
  });
  ends.push(() => child.kill('SIGKILL'));
  const answer = async (): Promise<unknown> => {
    const [message] = await once(child, 'message', { signal: AbortSignal.timeout(20_000) });
    return message;
  };
  return {
    answer,
    /** Resolves when the lock is held; it is let go after `ms`. */
    async hold(ms: number) {
      child.send({ type: 'hold', ms });
      await answer();
    },
    async ids() {
      child.send({ type: 'list' });
      return listed.parse(await answer()).ids;
    },
  };
}

describe('a file that a foreign process has locked', () => {
  async function open(busyTimeoutMs: number) {
    const file = join(folder(), 'busy.db');
    const db = await openDatabase({ url: `file:${file}`, busyTimeoutMs });
    ends.push(db.close);
    return { db, foreign: startForeign(file) };
  }
  const insert = (db: Database, id: string) => db.write((tx) => tx.insert(schema.workspace).values(row(id)));

  it('keeps every acknowledged write, and what it refused stays out', async () => {
    const { db, foreign } = await open(40);
    const acknowledged: string[] = [];
    const refused: string[] = [];
    const writeAll = (name: string, how: (id: string) => Promise<unknown>) =>
      Promise.all(
        [0, 1, 2].map((n) =>
          how(`${name}${n}`).then(
            () => acknowledged.push(`${name}${n}`),
            () => refused.push(`${name}${n}`),
          ),
        ),
      );
    for (const round of ['a', 'b', 'c']) {
      await foreign.hold(1_500);
      const released = foreign.answer();
      await writeAll(`${round}-before`, (id) => insert(db, id));
      await released;
      await writeAll(`${round}-unit`, (id) => insert(db, id));
      await writeAll(`${round}-auth`, (id) => db.authDatabase.insert(schema.workspace).values(row(id)).run());
    }
    expect(refused.length).toBeGreaterThan(0);
    expect(acknowledged.length).toBeGreaterThanOrEqual(18);
    expect(await foreign.ids()).toEqual(acknowledged.sort());
  });

  it('runs the refused unit again as a whole once the lock is free', async () => {
    const { db, foreign } = await open(400);
    await foreign.hold(700);
    await insert(db, 'late');
    await foreign.answer();
    expect(await foreign.ids()).toEqual(['late']);
  });
});

describe('backUp', () => {
  it('copies the database while it is written to, and opens as one', async () => {
    const dir = folder();
    const url = `file:${join(dir, 'live.db')}`;
    const db = await openDatabase({ url });
    ends.push(db.close);
    await db.write((tx) => tx.insert(schema.workspace).values(row('before')));
    const target = join(dir, 'backup.db');
    const writes = Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        db.write((tx) => tx.insert(schema.workspace).values(row(`w${n}`))),
      ),
    );
    expect(await backUp(url, target)).toBeNull();
    await writes;
    const copy = await openDatabase({ url: `file:${target}` });
    ends.push(copy.close);
    const ids = (await copy.reader.select().from(schema.workspace)).map(({ id }) => id);
    expect(ids).toContain('before');
    expect(await backUp(url, target)).toContain('exists already');
  });

  it('says what it cannot back up', async () => {
    expect(await backUp('libsql://db.example', '/tmp/x.db')).toContain('on a server');
    expect(await backUp(`file:${join(folder(), 'none.db')}`, '/tmp/x.db')).toContain('no database');
  });
});
