import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { assert, must } from '#shared/kernel/assert.ts';
import { systemTimers, uninterrupted } from '#shared/kernel/clock.ts';
import { guarded, newGuard, type OpenTransaction, rereading, serialized, type Turns } from './client.ts';
import { isByStatement } from './failures.ts';
import { openFileClient } from './fileClient.ts';
import { groupCommit } from './group.ts';
import { fileOf } from './location.ts';
import { migrateDatabase } from './migrate.ts';
import { takeOwnership } from './ownership.ts';
import { DatabaseRefused } from './refusal.ts';
import { Kept } from './rows/kept.ts';
import { listRunner, provideRows } from './rows/of.ts';
import { Rows } from './rows/rows.ts';
import { changesNothing, tableWritten } from './rows/statement.ts';
import * as schema from './schema/index.ts';
import type { Database, OpenOptions, Tx } from './types.ts';

const BUSY_TIMEOUT_MS = 5_000;
/** Longer than a libSQL server lets a transaction wait for another one, or lets one stand idle. */
const CALL_TIMEOUT_MS = 20_000;
const WRITE_ATTEMPTS = 5;
/** Units that share one commit; fewer by URL, where a server ends transactions that take long. */
const GROUP = { file: 64, server: 8 } as const;
/** Before a unit runs again on a libSQL server; a file has waited for its whole busy timeout already. */
const PAUSE_MS = 200;
/**
 * The database whose unit of work is running here. One for all: Node carries each storage that was ever used along with
 * every promise made in the process (0.06 µs an `await` without any, 0.24 µs with one, 17 µs with 160).
 */
const inWrite = new AsyncLocalStorage<symbol>();
export const defaultMigrations = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Opens the database and brings its schema up to date. One writer and a reader of its own: a second writer in
 * the process would freeze the event loop for the whole busy timeout (docs/decisions.md, "One writer in front of libSQL").
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const path = fileOf(options.url);
  if (path === null) return await open(options, false, async () => {});
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const disown = await takeOwnership(path);
  try {
    return await open(options, true, disown);
  } catch (error) {
    await disown();
    throw error;
  }
}

async function open(options: OpenOptions, isFile: boolean, disown: () => Promise<void>): Promise<Database> {
  const { url, authToken, onStatement } = options;
  const path = fileOf(url);
  const config = {
    url,
    timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    ...(authToken ? { authToken } : {}),
  };
  const callTimeoutMs = isFile ? null : (options.callTimeoutMs ?? CALL_TIMEOUT_MS);
  const connect = (concurrency: number) =>
    path !== null ? openFileClient(path, config.timeout) : createClient({ ...config, concurrency });
  const rawWriter = connect(1);
  const rawReader = connect(4);
  const [guard, readerGuard] = [newGuard(), newGuard()];
  // Others write too where the database is a server's.
  const kept = isFile ? new Kept() : null;
  const opened: OpenTransaction = {
    rows: null,
    execute: null,
    afterStatement: (text) => {
      if (!changesNothing(text)) kept?.forget(tableWritten(text));
    },
  };
  const writerClient = guarded(rawWriter, guard, callTimeoutMs, opened);
  const readerClient = rereading(guarded(rawReader, readerGuard, callTimeoutMs), readerGuard, async () => {
    await rawReader.reconnect();
  });
  const settings = { schema, ...(onStatement ? { logger: { logQuery: onStatement } } : {}) };
  const writer = drizzle({ client: writerClient, ...settings });

  async function heal(): Promise<void> {
    await rawWriter.reconnect();
    guard.broken = false;
    guard.mayRunAgain = false;
    if (isFile) await prepareConnection(writerClient, false);
  }
  /** Runs one unit; again from its start while it certainly kept nothing. Reconnects before every repetition. */
  async function persist<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (!guard.broken || !guard.mayRunAgain || attempt === WRITE_ATTEMPTS) throw error;
        if (!isFile) await systemTimers.sleep(PAUSE_MS * attempt, uninterrupted);
        await heal();
      }
    }
  }
  const takeTurn = mutex();
  const itself = Symbol('database');
  const assertOutside = () =>
    assert(inWrite.getStore() !== itself, 'a write inside a write would wait for itself');
  const turns: Turns = {
    async acquire() {
      assertOutside();
      const release = await takeTurn();
      try {
        if (guard.broken) await heal();
      } catch (error) {
        release();
        throw error;
      }
      return release;
    },
    async unit(run) {
      const release = await turns.acquire();
      try {
        return await persist(run);
      } finally {
        release();
      }
    },
  };

  const inGroup = groupCommit({
    turns,
    async transaction(work) {
      try {
        await inWrite.run(itself, () => writer.transaction(work));
      } catch (error) {
        kept?.forget(null);
        throw error;
      }
    },
    isBroken: () => guard.broken,
    atMost: isFile ? GROUP.file : GROUP.server,
  });

  const immutable = new Map<string, unknown>();
  /** Runs a unit with rows of its own, which are written before it ends. */
  async function withRows<T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
    const rows = new Rows(
      listRunner(must(opened.execute, 'an open transaction'), onStatement),
      immutable,
      kept ?? new Kept(),
    );
    provideRows(tx, () => rows);
    opened.rows = rows;
    try {
      const result = await work(tx);
      await rows.flush();
      rows.hand();
      return result;
    } catch (error) {
      rows.takeBack();
      throw error;
    } finally {
      opened.rows = null;
    }
  }

  function closeClients(): void {
    rawReader.close();
    rawWriter.close();
  }
  try {
    if (isFile) await prepareConnection(writerClient, true);
    const folder = options.migrationsFolder ?? defaultMigrations;
    await persist(() => migrateDatabase(writerClient, writer, folder));
    if (guard.broken) await heal();
  } catch (error) {
    closeClients();
    throw isFile ? error : explained(error, url);
  }
  const reader = drizzle({ client: readerClient, ...settings });
  provideRows(
    reader,
    () =>
      new Rows(
        listRunner((statement) => readerClient.execute(statement), onStatement),
        immutable,
        new Kept(),
      ),
  );
  return {
    reader,
    write: async <T>(work: (tx: Tx) => Promise<T>) => {
      assertOutside();
      return await inGroup((tx) => withRows(tx, work));
    },
    authDatabase: drizzle({ client: serialized(writerClient, turns), schema }),
    isSole: isFile,
    close: async () => {
      const release = await takeTurn();
      closeClients();
      await disown();
      release();
    },
  };
}

/** What the operator of a server that cannot use its libSQL server reads. */
function explained(error: unknown, url: string): unknown {
  if (error instanceof DatabaseRefused || isByStatement(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new DatabaseRefused(
    'database_unreachable',
    `The database server ${new URL(url).host} cannot be used (${said}).`,
    'Check that it runs, DATABASE_URL and DATABASE_AUTH_TOKEN.',
    error,
  );
}

/** FULL: power loss must not forget that a task was committing. PRAGMAs hold for one connection only. */
async function prepareConnection(client: Client, first: boolean): Promise<void> {
  if (first) await client.execute('PRAGMA journal_mode = WAL');
  await client.execute('PRAGMA synchronous = FULL');
  // The pages in use stay in memory (16 MiB; 32 are no quicker), and one that changes often goes to the file once in 32 MiB
  // of log.
  await client.execute('PRAGMA cache_size = -16384');
  await client.execute('PRAGMA wal_autocheckpoint = 8192');
}

/** Takes turns, first come first served. */
function mutex(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let done = () => {};
    last = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    return done;
  };
}
