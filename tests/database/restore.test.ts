import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asc } from 'drizzle-orm';
import { afterEach, expect, it } from 'vitest';
import { systemNewId } from '#shared/kernel/ids.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { loadKeys } from '../../companion-server/auth/keys.ts';
import {
  type Database,
  markFileOf,
  openDatabase,
  recogniseRestore,
  schema,
} from '../../companion-server/db/index.ts';
import { holdRestored, unitIn } from '../../companion-server/engine/index.ts';
import { createErasureLog, createStopLog } from '../../companion-server/vault/erasureLog.ts';
import { createKeyedHash } from '../../companion-server/vault/keyedHash.ts';
import { startHranaServer } from '../support/hrana/index.ts';
import { startServer } from '../support/serverProcess.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A database of a stopped server: its file, and what was not yet written into it. */
function copyWhole(from: string, to: string): void {
  for (const part of ['', '-wal']) if (existsSync(from + part)) copyFileSync(from + part, to + part);
}

/** A data folder, and the scripts as an operator runs them in it. */
function dataFolder() {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-restore-'));
  ends.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const file = join(dataDir, 'rapport.db');
  const script = (name: 'backup' | 'restore', path: string) => {
    const args = ['--import', 'tsx', `companion-server/${name}.ts`, path];
    const env = { ...process.env, RAPPORT_DATA_DIR: dataDir, DATABASE_URL: '' };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };
  const server = async () => {
    const running = await startServer({ dataDir, port: 0 });
    ends.push(running.kill);
    return running;
  };
  async function inDatabase<T>(work: (db: Database) => Promise<T>, path = file): Promise<T> {
    const db = await openDatabase({ url: `file:${path}` });
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  }
  return {
    file,
    script,
    server,
    inDatabase,
    add: (id: string) =>
      inDatabase((db) =>
        db.write((tx) => tx.insert(schema.workspace).values({ id, name: id, createdAt: 1 })),
      ),
    addPerson: (workspaceId: string, email: string) =>
      inDatabase((db) =>
        db.write(async (tx) => {
          const person = { source: 'test', legalBasis: 'test', createdAt: 1, updatedAt: 1 };
          await tx
            .insert(schema.contact)
            .values({ id: 'c1', workspaceId, firstName: 'Anna', email, ...person });
          await tx
            .insert(schema.contactIdentity)
            .values({ workspaceId, kind: 'email', value: email, contactId: 'c1' });
        }),
      ),
    /** Starts a server and stops it again; the holds on workspaces that are there then, and how many were lifted. */
    async startAndLook() {
      await (await server()).stop();
      // At a copy: a connection of this process must not stand between the server and its file.
      const look = `${file}.look`;
      copyWhole(file, look);
      return await inDatabase(async (db) => {
        const rows = await db.reader.select().from(schema.workspace).orderBy(asc(schema.workspace.id));
        const holds = await db.reader.select().from(schema.hold);
        return {
          workspaces: rows.map(({ id }) => id),
          held: holds
            .filter((hold) => hold.liftedAt === null)
            .map(({ scopeId, reason }) => `${scopeId} ${reason}`),
          before: holds.filter((hold) => hold.liftedAt !== null).length,
        };
      }, look).finally(() => {
        for (const part of ['', '-wal', '-shm']) rmSync(look + part, { force: true });
      });
    },
    /** What somebody does who copies a file back without asking. */
    putBack(backup: string) {
      for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true });
      copyWhole(backup, file);
    },
  };
}

const held = ['w1 restored_from_backup'];
/** Several servers start one after another. */
const TAKES_MS = 240_000;

it('a restored database starts held, keeps what it replaced, and is held once', {
  timeout: TAKES_MS,
}, async () => {
  const folder = dataFolder();
  const { dir, backup } = { dir: join(folder.file, '..'), backup: `${folder.file}.backup` };
  await folder.add('w1');
  await folder.addPerson('w1', 'anna@firm.test');
  const running = await folder.server();
  expect(folder.script('backup', backup).status).toBe(0);
  const early = folder.script('restore', backup);
  expect(early.status).toBe(1);
  expect(early.said).toContain('is in use by another server process');
  await running.stop();
  await folder.add('w2');
  // Somebody asked to be erased after the backup.
  const { unsubscribe } = await loadKeys(dir);
  const hash = createKeyedHash(unsubscribe)('email:anna@firm.test');
  await createErasureLog(dir).append([{ workspaceId: 'w1', hash, at: 1 }]);
  // And somebody who is not in it opted out.
  await createStopLog(dir).append([{ workspaceId: 'w1', hash: 'h', on: true, optOut: true, at: 1 }]);

  const restored = folder.script('restore', backup);
  expect(restored).toMatchObject({ status: 0 });
  const replaced = readdirSync(dir).find((name) => /^rapport\.db\.replaced-[\dT-]+$/.test(name)) ?? 'none';
  expect(restored.said).toContain(replaced);
  const kept = await openDatabase({ url: `file:${join(dir, replaced)}` });
  expect(await kept.reader.select().from(schema.workspace)).toHaveLength(2);
  await kept.close();

  expect(await folder.startAndLook()).toEqual({ workspaces: ['w1'], held, before: 0 });
  expect(await folder.startAndLook()).toEqual({ workspaces: ['w1'], held, before: 0 });
  expect(await folder.inDatabase((db) => db.reader.select().from(schema.contact))).toMatchObject([
    { email: null, firstName: '', source: 'erased' },
  ]);
  expect(await folder.inDatabase((db) => db.reader.select().from(schema.rememberedStop))).toMatchObject([
    { workspaceId: 'w1', hash: 'h', optOut: true },
  ]);
});

it('a copy that somebody put back by hand starts held, too', { timeout: TAKES_MS }, async () => {
  const folder = dataFolder();
  await folder.add('w1');
  expect(await folder.startAndLook()).toEqual({ workspaces: ['w1'], held: [], before: 0 });
  const backup = `${folder.file}.backup`;
  expect(folder.script('backup', backup).status).toBe(0);
  // Made by the script: the copy knows that it is one.
  folder.putBack(backup);
  expect(await folder.startAndLook()).toEqual({ workspaces: ['w1'], held, before: 0 });
  // A plain copy: older than the file beside the database says.
  const copy = `${folder.file}.copy`;
  copyWhole(folder.file, copy);
  await folder.startAndLook();
  folder.putBack(copy);
  expect(await folder.startAndLook()).toEqual({ workspaces: ['w1'], held, before: 1 });
});

it('refuses what is no backup, and changes nothing', async () => {
  const folder = dataFolder();
  await folder.add('w1');
  const damaged = `${folder.file}.damaged`;
  writeFileSync(damaged, 'SQLite format 3\0 and then nothing of it');
  for (const path of [damaged, `${folder.file}.none`]) {
    expect(folder.script('restore', path).status).toBe(1);
  }
  expect(existsSync(`${folder.file}.mark`)).toBe(false);
  expect(await folder.inDatabase((db) => db.reader.select().from(schema.workspace))).toHaveLength(1);
});

it('a database by URL that was set back starts held, too, and once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rapport-restore-'));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'server.db');
  const ctx = {
    clocks: { schedule: { now: () => 1 }, lease: { now: () => 1 } },
    newId: systemNewId,
    rng: seededRng(1),
    keyedHash: (text: string) => text,
  };
  /** What a server does at its start; whether the database was restored, and the holds that are open then. */
  async function start(work: (db: Database) => Promise<unknown> = async () => {}) {
    const hrana = await startHranaServer({ file });
    const url = hrana.httpUrl;
    const db = await openDatabase({ url });
    try {
      const restored = await recogniseRestore({
        db,
        markFile: markFileOf(url, dir),
        newId: systemNewId,
        onRestored: (tx) => holdRestored(unitIn(ctx, tx)),
      });
      await work(db);
      const holds = await db.reader.select().from(schema.hold);
      return { restored, held: holds.map(({ scopeId, reason }) => `${scopeId} ${reason}`) };
    } finally {
      await db.close();
      await hrana.stop();
    }
  }
  const addWorkspace = (db: Database) =>
    db.write((tx) => tx.insert(schema.workspace).values({ id: 'w1', name: 'w1', createdAt: 1 }));
  expect(await start(addWorkspace)).toEqual({ restored: false, held: [] });
  copyWhole(file, `${file}.earlier`);
  expect(await start()).toEqual({ restored: false, held: [] });
  for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true });
  copyWhole(`${file}.earlier`, file);
  expect(await start()).toEqual({ restored: true, held });
  expect(await start()).toEqual({ restored: false, held });
});
