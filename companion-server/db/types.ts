import type { LibSQLDatabase } from 'drizzle-orm/libsql';
import type * as schema from './schema/index.ts';

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
  /** No other process can have this database open: it is a file. */
  isSole: boolean;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** `file:…`, or a libSQL server: `libsql:…`, `https:…`, `wss:…`. */
  url: string;
  authToken?: string;
  /** Where the migrations lie; by default beside this file. */
  migrationsFolder?: string;
  /** Sees the text of every statement; for tests of query plans. */
  onStatement?: (text: string) => void;
  /** A file: how long a statement waits for another process's lock; this thread stands still meanwhile. */
  busyTimeoutMs?: number;
  /** A libSQL server: how long one call may take before the connection counts as lost. */
  callTimeoutMs?: number;
}
