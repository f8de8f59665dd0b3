import { AsyncLocalStorage } from 'node:async_hooks';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { assert } from '#shared/kernel/assert.ts';
import { guarded, serialized } from './client.ts';
import { migrateDatabase } from './migrate.ts';
import { takeOwnership } from './ownership.ts';
import * as schema from './schema/index.ts';

/** For reads outside a transaction; never write through it. */
export type Reader = LibSQLDatabase<typeof schema>;
/** An open write transaction, with the same query API. */
export type Tx = Parameters<Parameters<Reader['transaction']>[0]>[0];
/** What a query that only reads may run on. */
export type Queryable = Reader | Tx;

export interface Database {
  reader: Reader;
  /** Runs `work` alone in one write transaction; may run it again from the start, so it must not act outside. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** For a library that writes by itself (better-auth): each statement or transaction takes its turn too. */
  authDatabase: LibSQLDatabase<typeof schema>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** `file:…` or `libsql://…`. */
  url: string;
  authToken?: string;
  /** Where the migrations lie; by default beside this file. */
  migrationsFolder?: string;
  /** Sees the text of every statement; for tests of query plans. */
  onStatement?: (text: string) => void;
  /** How long a statement waits for another process's lock; this thread stands still meanwhile. */
  busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5_000;
const WRITE_ATTEMPTS = 5;
const defaultMigrations = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Opens the database and brings its schema up to date. One writer and a reader of its own: a second writer in
 * the process would freeze the event loop for the whole busy timeout (docs/decisions.md, "Database access").
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const path = options.url.startsWith('file:') ? fileOf(options.url) : null;
  const disown = path === null ? async () => {} : await takeOwnership(path);
  try {
    return await open(options, path !== null, disown);
  } catch (error) {
    await disown();
    throw error;
  }
}

async function open(options: OpenOptions, isFile: boolean, disown: () => Promise<void>): Promise<Database> {
  const { url, authToken } = options;
  const config = {
    url,
    timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    ...(authToken ? { authToken } : {}),
  };
  const rawWriter = createClient({ ...config, concurrency: 1 });
  const rawReader = createClient({ ...config, concurrency: 4 });
  const guard = { busySeen: false };
  const writerClient = guarded(rawWriter, guard);
  const { onStatement } = options;
  const settings = { schema, ...(onStatement ? { logger: { logQuery: onStatement } } : {}) };
  const writer = drizzle(writerClient, settings);
  const reader = drizzle(guarded(rawReader, { busySeen: false }), settings);
  if (isFile) await prepareConnection(writerClient, true);
  await migrateDatabase(writerClient, writer, options.migrationsFolder ?? defaultMigrations);

  const turn = mutex();
  const inWrite = new AsyncLocalStorage<true>();
  async function heal(): Promise<void> {
    await rawWriter.reconnect();
    guard.busySeen = false;
    if (isFile) await prepareConnection(writerClient, false);
  }
  async function acquire(): Promise<() => void> {
    assert(!inWrite.getStore(), 'a write inside a write would wait for itself');
    const release = await turn();
    try {
      if (guard.busySeen) await heal();
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }
  async function write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const release = await acquire();
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await inWrite.run(true, () => writer.transaction(work));
        } catch (error) {
          if (!guard.busySeen || attempt === WRITE_ATTEMPTS) throw error;
          await heal();
        }
      }
    } finally {
      release();
    }
  }
  return {
    reader,
    write,
    authDatabase: drizzle(serialized(writerClient, acquire), { schema }),
    close: async () => {
      const release = await turn();
      rawReader.close();
      rawWriter.close();
      await disown();
      release();
    },
  };
}

/** FULL: power loss must not forget that a task was committing. PRAGMAs hold for one connection only. */
async function prepareConnection(client: Client, first: boolean): Promise<void> {
  if (first) await client.execute('PRAGMA journal_mode = WAL');
  await client.execute('PRAGMA synchronous = FULL');
}

function fileOf(url: string): string {
  return url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
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
