import { type Client, createClient, type InValue, type ResultSet, type Transaction } from '@libsql/client';
import { systemTimers } from '#shared/kernel/clock.ts';
import {
  type Condition,
  errorBody,
  HranaError,
  type Statement,
  type StatementResult,
  type Steps,
  type StreamRequest,
  type Value,
} from './protocol.ts';
import type { WriteLock } from './writeLock.ts';

export interface StreamOptions {
  file: string;
  lock: WriteLock;
  /** A transaction open longer than this is rolled back, as libSQL's server does after 5 s. */
  transactionMs: number;
  /** How long a write waits for another stream's transaction. */
  waitMs: number;
  onStatement: (sql: string) => void;
  /** A transaction was rolled back for its length. */
  onGaveUp: () => void;
}

/** One stream: a connection of its own, with at most one open transaction. Requests come one after the other. */
export class SqlStream {
  readonly sqls = new Map<number, string>();
  #client: Client;
  #transaction: Transaction | null = null;
  #timer: AbortController | null = null;
  #timedOut = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(readonly options: StreamOptions) {
    this.#client = createClient({ url: `file:${options.file}`, concurrency: 1, intMode: 'bigint' });
  }

  /** Executes one request after those before it. */
  handle(request: StreamRequest, sqls: Map<number, string>): Promise<object> {
    return this.#next(async () => {
      if (request.type === 'execute') {
        return { type: 'execute', result: await this.#execute(request.stmt, sqls) };
      }
      if (request.type === 'batch') {
        return { type: 'batch', result: await this.#batch(request.batch.steps, sqls) };
      }
      const sql = textOf(request, sqls);
      await this.#alone(() => (this.#transaction ?? this.#client).executeMultiple(sql));
      return { type: 'sequence' };
    });
  }

  /** Rolls back what is open. */
  close(): Promise<void> {
    return this.#next(async () => {
      await this.#end('rollback');
      this.#client.close();
    });
  }

  #next<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(run);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #batch(steps: Steps, sqls: Map<number, string>) {
    const results: (StatementResult | null)[] = [];
    const errors: ({ message: string; code: string } | null)[] = [];
    for (const step of steps) {
      results.push(null);
      errors.push(null);
      if (step.condition && !holds(step.condition, results, errors)) continue;
      try {
        results[results.length - 1] = await this.#execute(step.stmt, sqls);
      } catch (error) {
        errors[errors.length - 1] = errorBody(error);
      }
    }
    return { step_results: results, step_errors: errors };
  }

  async #execute(stmt: Statement, sqls: Map<number, string>): Promise<StatementResult> {
    const sql = textOf(stmt, sqls);
    this.options.onStatement(sql);
    if (this.#timedOut) {
      this.#timedOut = false;
      throw new HranaError('TRANSACTION_TIMEOUT', 'Transaction timed out');
    }
    const [verb = ''] = sql.trim().toUpperCase().split(/\s+/);
    if (verb === 'BEGIN') return await this.#begin();
    if (verb === 'COMMIT' || verb === 'ROLLBACK') {
      if (/^ROLLBACK\s+TO\b/i.test(sql.trim())) return await this.#run(stmt, sql);
      if (!this.#transaction) {
        throw new HranaError('SQLITE_ERROR', `cannot ${verb.toLowerCase()} - no transaction is active`);
      }
      await this.#end(verb === 'COMMIT' ? 'commit' : 'rollback');
      return nothing;
    }
    if (this.#transaction || verb === 'SELECT' || verb === 'PRAGMA') return await this.#run(stmt, sql);
    return await this.#alone(() => this.#run(stmt, sql));
  }

  async #run(stmt: Statement, sql: string): Promise<StatementResult> {
    const args = stmt.named_args.length
      ? Object.fromEntries(stmt.named_args.map((arg) => [arg.name, toSqlite(arg.value)]))
      : stmt.args.map(toSqlite);
    return resultOf(await (this.#transaction ?? this.#client).execute({ sql, args }));
  }

  /** With the write lock, unless an open transaction holds it already. */
  async #alone<T>(run: () => Promise<T>): Promise<T> {
    if (this.#transaction) return await run();
    await this.options.lock.acquire(this, this.options.waitMs);
    try {
      return await run();
    } finally {
      this.options.lock.release(this);
    }
  }

  async #begin(): Promise<StatementResult> {
    const { lock, waitMs, transactionMs } = this.options;
    await lock.acquire(this, waitMs);
    try {
      this.#transaction = await this.#client.transaction('write');
    } catch (error) {
      lock.release(this);
      throw error;
    }
    const timer = new AbortController();
    this.#timer = timer;
    systemTimers.sleep(transactionMs, timer.signal).then(
      () =>
        this.#next(async () => {
          if (this.#timer !== timer) return;
          await this.#end('rollback');
          this.#timedOut = true;
          this.options.onGaveUp();
        }),
      () => undefined,
    );
    return nothing;
  }

  async #end(how: 'commit' | 'rollback'): Promise<void> {
    const open = this.#transaction;
    if (!open) return;
    this.#timer?.abort();
    this.#timer = null;
    this.#transaction = null;
    try {
      await open[how]();
    } finally {
      open.close();
      this.options.lock.release(this);
    }
  }
}

const nothing: StatementResult = { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null };

function textOf(from: { sql?: string; sql_id?: number }, sqls: Map<number, string>): string {
  const sql = from.sql ?? sqls.get(from.sql_id ?? -1);
  if (sql === undefined) throw new HranaError('SQL_NOT_FOUND', 'Neither a text nor a stored one was given');
  return sql;
}

function holds(condition: Condition, results: unknown[], errors: unknown[]): boolean {
  if (condition.type === 'ok') return results[condition.step] !== null;
  if (condition.type === 'error') return errors[condition.step] !== null;
  if (condition.type === 'not') return !holds(condition.cond, results, errors);
  if (condition.type === 'and') return condition.conds.every((one) => holds(one, results, errors));
  if (condition.type === 'or') return condition.conds.some((one) => holds(one, results, errors));
  throw new HranaError('PROTOCOL', 'unknown condition');
}

function toSqlite(value: Value): InValue {
  if (value.type === 'null') return null;
  if (value.type === 'integer') return BigInt(value.value);
  if (value.type === 'blob') return Buffer.from(value.base64, 'base64');
  return value.value;
}

function fromSqlite(value: unknown): Value {
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'string') return { type: 'text', value };
  if (value instanceof ArrayBuffer) return { type: 'blob', base64: Buffer.from(value).toString('base64') };
  return { type: 'null' };
}

function resultOf(set: ResultSet): StatementResult {
  return {
    cols: set.columns.map((name, i) => ({ name, decltype: set.columnTypes[i] || null })),
    rows: set.rows.map((row) => set.columns.map((_, i) => fromSqlite(row[i]))),
    affected_row_count: set.rowsAffected,
    last_insert_rowid: set.lastInsertRowid === undefined ? null : String(set.lastInsertRowid),
  };
}
