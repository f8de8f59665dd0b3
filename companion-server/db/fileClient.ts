import {
  type Client,
  type InArgs,
  type InStatement,
  type InValue,
  LibsqlError,
  type ResultSet,
  type Row,
  type Transaction,
  type Value,
} from '@libsql/client';
import Database from 'libsql';
import BesideDatabase from 'libsql/promise';

/**
 * A client for a database file, on the same native driver as `@libsql/client`, which prepares a statement each time it
 * runs: half of what a small statement costs. Here each text is prepared once in a connection, and a row is an
 * object of a class made for its columns. One connection; a call while its transaction is open is refused.
 */
export function openFileClient(path: string, busyTimeoutMs: number): Client {
  return new FileClient(path, busyTimeoutMs);
}

/** Texts kept prepared; those with a list of parameters are many. */
const PREPARED = 300;
/** What may run again as it was prepared. Anything else may change the tables, and runs once. */
const REPEATS = /^\s*(?:select|insert|update|delete|with|begin|commit|rollback|savepoint|release)\b/i;

class FileClient implements Client {
  readonly protocol = 'file';
  private connection: Connection;
  private transactionOpen = false;

  constructor(
    private readonly path: string,
    private readonly busyTimeoutMs: number,
  ) {
    this.connection = new Connection(path, busyTimeoutMs);
  }

  get closed(): boolean {
    return !this.connection.isOpen;
  }

  async execute(statement: InStatement, args?: InArgs): Promise<ResultSet> {
    return this.free().run(textOf(statement), args ?? argsOf(statement));
  }

  async batch(statements: (InStatement | [string, InArgs?])[], mode = 'deferred'): Promise<ResultSet[]> {
    const connection = this.free();
    connection.run(mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN DEFERRED');
    try {
      const results = statements.map((each) => connection.run(...parts(each)));
      await connection.commit();
      return results;
    } finally {
      connection.rollBack();
    }
  }

  async migrate(statements: InStatement[]): Promise<ResultSet[]> {
    const connection = this.free();
    connection.run('PRAGMA foreign_keys=off');
    try {
      return await this.batch(statements);
    } finally {
      connection.run('PRAGMA foreign_keys=on');
    }
  }

  async transaction(): Promise<Transaction> {
    const connection = this.free();
    connection.run('BEGIN IMMEDIATE');
    this.transactionOpen = true;
    return new FileTransaction(connection, () => {
      if (connection === this.connection) this.transactionOpen = false;
    });
  }

  async executeMultiple(text: string): Promise<void> {
    const connection = this.free();
    try {
      connection.runAll(text);
    } finally {
      connection.rollBack();
    }
  }

  sync(): Promise<never> {
    throw new LibsqlError('A file has nothing to be synchronised with', 'SYNC_NOT_SUPPORTED');
  }

  reconnect(): void {
    this.connection.close();
    this.transactionOpen = false;
    this.connection = new Connection(this.path, this.busyTimeoutMs);
  }

  close(): void {
    this.connection.close();
  }

  private free(): Connection {
    if (this.transactionOpen) throw new LibsqlError('A transaction is open', 'TRANSACTION_ACTIVE');
    return this.connection;
  }
}

class FileTransaction implements Transaction {
  private ended = false;

  constructor(
    private readonly connection: Connection,
    private readonly onEnd: () => void,
  ) {}

  get closed(): boolean {
    return this.ended || !this.connection.inTransaction;
  }

  async execute(statement: InStatement, args?: InArgs): Promise<ResultSet> {
    return this.open().run(textOf(statement), args ?? argsOf(statement));
  }

  async batch(statements: (InStatement | [string, InArgs?])[]): Promise<ResultSet[]> {
    return statements.map((each) => this.open().run(...parts(each)));
  }

  async executeMultiple(text: string): Promise<void> {
    this.open().runAll(text);
  }

  async commit(): Promise<void> {
    try {
      await this.open().commit();
    } finally {
      this.close();
    }
  }

  async rollback(): Promise<void> {
    this.close();
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    try {
      this.connection.rollBack();
    } finally {
      this.onEnd();
    }
  }

  private open(): Connection {
    if (this.closed) throw new LibsqlError('The transaction is closed', 'TRANSACTION_CLOSED');
    return this.connection;
  }
}

interface Prepared {
  statement: Database.Statement;
  columns: string[];
  /** Makes the rows of its result; null: it gives none. */
  RowOf: RowClass | null;
}

/** One connection and its prepared statements. Asking a closed one ends the process: each use looks first. */
class Connection {
  private readonly database: Database.Database;
  private readonly prepared = new Map<string, Prepared>();

  constructor(path: string, busyTimeoutMs: number) {
    this.database = new Database(path, { timeout: busyTimeoutMs });
  }

  get isOpen(): boolean {
    return this.database.open;
  }

  get inTransaction(): boolean {
    return this.database.open && this.database.inTransaction;
  }

  run(text: string, args: InArgs = []): ResultSet {
    this.look();
    const given = Array.isArray(args) ? args.map(bound) : named(args);
    try {
      const { statement, columns, RowOf } = this.prepare(text);
      if (RowOf === null) {
        const { changes, lastInsertRowid } = statement.run(given);
        return resultOf([], [], changes, BigInt(lastInsertRowid));
      }
      const rows = (statement.all(given) as Value[][]).map((values) => new RowOf(values));
      return resultOf(columns, rows, 0, undefined);
    } catch (error) {
      throw explained(error);
    }
  }

  runAll(text: string): void {
    this.look();
    this.prepared.clear();
    try {
      this.database.exec(text);
    } catch (error) {
      throw explained(error);
    }
  }

  /**
   * Writes the log, and now and then the file, in a thread of the driver's own, so that this one reads and answers
   * requests meanwhile: over HTTP the disk took an eighth of its time (tests/bench/engine). Both interfaces of the driver
   * hold the same native connection, as `db`.
   */
  async commit(): Promise<void> {
    this.look();
    try {
      await BesideDatabase.prototype.exec.call(this.database, 'COMMIT');
    } catch (error) {
      throw explained(error);
    }
  }

  rollBack(): void {
    if (this.inTransaction) this.run('ROLLBACK');
  }

  close(): void {
    this.prepared.clear();
    if (this.database.open) this.database.close();
  }

  private prepare(text: string): Prepared {
    const known = this.prepared.get(text);
    if (known) {
      // What was asked for last goes last.
      this.prepared.delete(text);
      this.prepared.set(text, known);
      return known;
    }
    const made = preparedOf(this.database.prepare(text));
    if (!REPEATS.test(text)) {
      this.prepared.clear();
      return made;
    }
    this.prepared.set(text, made);
    if (this.prepared.size > PREPARED) {
      const [oldest = ''] = this.prepared.keys();
      this.prepared.delete(oldest);
    }
    return made;
  }

  private look(): void {
    if (!this.database.open) throw new LibsqlError('The client is closed', 'CLIENT_CLOSED');
  }
}

function preparedOf(statement: Database.Statement): Prepared {
  if (!statement.reader) return { statement, columns: [], RowOf: null };
  statement.raw(true);
  const columns = statement.columns().map(({ name }) => name);
  return { statement, columns, RowOf: rowClass(columns) };
}

type RowClass = new (values: Value[]) => Row;

/** Rows by column name, of which the first counts where two are called alike, and by position. */
function rowClass(columns: readonly string[]): RowClass {
  const own = columns.flatMap((name, at) => (columns.indexOf(name) === at ? [{ name, at }] : []));
  class ResultRow {
    [name: string]: unknown;
    readonly #values: Value[];

    constructor(values: Value[]) {
      this.#values = values;
      for (const { name, at } of own) this[name] = values[at];
    }

    static at(row: ResultRow, position: number): Value | undefined {
      return row.#values[position];
    }
  }
  for (const at of columns.keys()) {
    Object.defineProperty(ResultRow.prototype, at, {
      get(this: ResultRow) {
        return ResultRow.at(this, at);
      },
    });
  }
  Object.defineProperty(ResultRow.prototype, 'length', { value: columns.length });
  return ResultRow as unknown as RowClass;
}

function resultOf(
  columns: string[],
  rows: Row[],
  rowsAffected: number,
  lastInsertRowid: bigint | undefined,
): ResultSet {
  const result = { columns, columnTypes: columns.map(() => ''), rows, rowsAffected, lastInsertRowid };
  return { ...result, toJSON: () => ({ ...result, lastInsertRowid: lastInsertRowid?.toString() ?? null }) };
}

function bound(value: InValue): Value {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError('Only finite numbers can be passed to the database');
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return value.valueOf();
  if (value instanceof Uint8Array) return Buffer.from(value) as unknown as ArrayBuffer;
  if (value instanceof ArrayBuffer) return Buffer.from(value) as unknown as ArrayBuffer;
  if (value === undefined) throw new TypeError('undefined cannot be passed to the database');
  return value;
}

function named(args: Record<string, InValue>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name.replace(/^[@$:]/, ''), bound(value)]),
  );
}

/** As `@libsql/client` tells it: the primary code, SQLITE_CONSTRAINT, before the extended one. */
function explained(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { message, code, rawCode } = error;
  const primary = code.split('_').slice(0, 2).join('_');
  return new LibsqlError(message, primary, code, rawCode, error);
}

function textOf(statement: InStatement): string {
  return typeof statement === 'string' ? statement : statement.sql;
}

function argsOf(statement: InStatement): InArgs | undefined {
  return typeof statement === 'string' ? undefined : statement.args;
}

function parts(statement: InStatement | [string, InArgs?]): [string, InArgs | undefined] {
  return Array.isArray(statement) ? [statement[0], statement[1]] : [textOf(statement), argsOf(statement)];
}
