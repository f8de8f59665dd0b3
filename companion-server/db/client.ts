import { setImmediate } from 'node:timers/promises';
import type { Client, InStatement, ResultSet, Transaction } from '@libsql/client';
import { systemTimers } from '#shared/kernel/clock.ts';
import { DatabaseSilent, isByStatement, isConnectionLost, keptNothing } from './failures.ts';
import type { Rows } from './rows/rows.ts';

/** Native calls leave memory until a macrotask runs: let one run this often. */
const CALLS_PER_YIELD = 100;

/** What is known about a guarded client. */
export interface Guard {
  /** Not to be trusted: after SQLITE_BUSY a file's connection acknowledges writes and loses them. */
  broken: boolean;
  /** The unit that failed certainly kept nothing: it may run again as a whole. */
  mayRunAgain: boolean;
}

/** Of a client that nothing is held against yet. */
export function newGuard(): Guard {
  return { broken: false, mayRunAgain: false };
}

/** The transaction that is open on a client of one connection, and the rows its unit keeps. */
export interface OpenTransaction {
  rows: Rows | null;
  /** Past the kept rows, which use it themselves. */
  execute: ((statement: InStatement) => Promise<ResultSet>) | null;
  /** Hears of every statement that is not the kept rows' own. */
  afterStatement(text: string): void;
}

/** Runs calls: with a deadline, yielding now and then, and noting in `guard` what a failure means. */
type Call = <T>(run: () => Promise<T>, inTransaction?: boolean) => Promise<T>;

/** The same client, noting failures in `guard`. `timeoutMs` null: the calls are native and end by themselves. */
export function guarded(
  client: Client,
  guard: Guard,
  timeoutMs: number | null,
  open: OpenTransaction = { rows: null, execute: null, afterStatement: () => {} },
): Client {
  let calls = 0;
  const call: Call = async (run, inTransaction = false) => {
    calls += 1;
    if (calls % CALLS_PER_YIELD === 0) await setImmediate();
    try {
      return await (timeoutMs === null ? run() : within(timeoutMs, run));
    } catch (error) {
      if (!isByStatement(error)) {
        guard.broken = true;
        // What is open and was never committed is rolled back, whatever became of the connection.
        guard.mayRunAgain = keptNothing(error) || (inTransaction && isConnectionLost(error));
      }
      throw error;
    }
  };
  const heard = async <T>(text: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await call(run);
    } finally {
      open.afterStatement(text);
    }
  };
  return overriding(client, {
    execute: (...args: Parameters<Client['execute']>) =>
      heard(textOf(args[0]), () => client.execute(...args)),
    batch: (statements, mode) => heard('', () => client.batch(statements, mode ?? 'write')),
    migrate: (statements) => heard('', () => client.migrate(statements)),
    executeMultiple: (text) => heard('', () => client.executeMultiple(text)),
    transaction: async () =>
      guardedTransaction(await call(() => client.transaction('write'), true), call, guard, open),
  });
}

/**
 * After a failure that may have ended the transaction nothing more runs in it: over HTTP (Hrana 2) a later
 * statement would be executed and kept on its own.
 */
function guardedTransaction(
  inner: Transaction,
  call: Call,
  guard: Guard,
  open: OpenTransaction,
): Transaction {
  let ended: unknown;
  async function step<T>(run: () => Promise<T>, inTransaction: boolean): Promise<T> {
    if (ended !== undefined) throw ended;
    try {
      return await call(run, inTransaction);
    } catch (error) {
      if (!isByStatement(error)) ended = error;
      throw error;
    }
  }
  /** A statement that may look at what the unit keeps, and may change it. */
  async function beside<T>(text: string, run: () => Promise<T>): Promise<T> {
    await open.rows?.beforeStatement(text);
    const result = await step(run, true);
    open.rows?.afterStatement(text);
    open.afterStatement(text);
    return result;
  }
  open.execute = (statement) => step(() => inner.execute(statement), true);
  return overriding(inner, {
    execute: (statement) => beside(textOf(statement), () => inner.execute(statement)),
    batch: (statements) => beside('', () => inner.batch(statements)),
    executeMultiple: (text) => beside('', () => inner.executeMultiple(text)),
    commit: () => step(() => inner.commit(), false),
    rollback: async () => {
      const { mayRunAgain } = guard;
      try {
        await call(() => inner.rollback());
      } catch {
        // Already rolled back, or it will be with its connection. What led here is worth telling, not this.
        guard.broken = true;
      } finally {
        guard.mayRunAgain = mayRunAgain;
      }
    },
  });
}

function textOf(statement: InStatement): string {
  return typeof statement === 'string' ? statement : statement.sql;
}

async function within<T>(ms: number, run: () => Promise<T>): Promise<T> {
  const answered = new AbortController();
  const silence = systemTimers.sleep(ms, answered.signal).then(
    () => {
      throw new DatabaseSilent(`The database server did not answer within ${ms} ms.`);
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([run(), silence]);
  } finally {
    answered.abort();
  }
}

/** The same client for reading: a read whose connection failed runs once more, after `reconnect`. */
export function rereading(client: Client, guard: Guard, reconnect: () => Promise<void>): Client {
  let reconnecting: Promise<void> | null = null;
  async function heal(): Promise<void> {
    if (guard.broken) {
      guard.broken = false;
      reconnecting = reconnect().finally(() => {
        reconnecting = null;
      });
    }
    await reconnecting;
  }
  async function read<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (isByStatement(error)) throw error;
      await heal();
      if (error instanceof DatabaseSilent) throw error;
      return await run();
    }
  }
  return overriding(client, {
    execute: (...args: Parameters<Client['execute']>) => read(() => client.execute(...args)),
    batch: (statements, mode) => read(() => client.batch(statements, mode ?? 'read')),
  });
}

/** How `serialized` takes its turns. */
export interface Turns {
  /** Waits for the turn; what it gives ends it. */
  acquire(): Promise<() => void>;
  /** Takes a turn for one unit, and runs it again where that is safe. */
  unit<T>(run: () => Promise<T>): Promise<T>;
}

/** The same client, each of whose calls and transactions runs alone. */
export function serialized(client: Client, turns: Turns): Client {
  return overriding(client, {
    execute: (...args: Parameters<Client['execute']>) => turns.unit(() => client.execute(...args)),
    batch: (statements, mode) => turns.unit(() => client.batch(statements, mode ?? 'write')),
    executeMultiple: (text) => turns.unit(() => client.executeMultiple(text)),
    transaction: async () => {
      const release = await turns.acquire();
      try {
        return releasing(await client.transaction('write'), release);
      } catch (error) {
        release();
        throw error;
      }
    },
  });
}

function releasing(inner: Transaction, release: () => void): Transaction {
  async function ending(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } finally {
      release();
    }
  }
  return overriding(inner, {
    commit: () => ending(() => inner.commit()),
    rollback: () => ending(() => inner.rollback()),
    close: () => {
      inner.close();
      release();
    },
  });
}

/** `target` with some methods replaced; the others keep their `this`. */
function overriding<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, key) {
      const replaced: unknown = Reflect.get(methods, key);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
