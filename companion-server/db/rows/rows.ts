import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Lookup, RowShape } from './shape.ts';
import { type Key, type RunList, TableRows } from './table.ts';

/**
 * What one transaction has read and not yet written. Hot statements go through it, so that a hundred tasks cost as many
 * statements as one; every other statement of the transaction stays right: what it may look at is written before it
 * runs, and what it wrote is forgotten here.
 */
export class Rows {
  private readonly tables = new Map<string, TableRows>();
  private readonly answers = new Map<string, Map<string, unknown[]>>();
  private readonly lookups = new Map<string, Lookup<unknown>>();

  constructor(private readonly run: RunList) {}

  async get<T extends SQLiteTable>(shape: RowShape<T>, ...key: Key): Promise<T['$inferSelect'] | null> {
    return await this.table(shape).get(key);
  }

  async load(shape: RowShape, keys: readonly Key[]): Promise<void> {
    await this.table(shape).load(keys);
  }

  async group<T extends SQLiteTable, Group extends string>(
    shape: RowShape<T, Group>,
    name: Group,
    ...key: Key
  ): Promise<T['$inferSelect'][]> {
    return await this.table(shape).group(name, key);
  }

  async loadGroups<Group extends string>(
    shape: RowShape<SQLiteTable, Group>,
    name: Group,
    keys: readonly Key[],
  ): Promise<void> {
    await this.table(shape).loadGroups(name, keys);
  }

  /** Changes a row that exists. */
  update<T extends SQLiteTable>(shape: RowShape<T>, key: Key, change: Partial<T['$inferSelect']>): void {
    this.table(shape).update(key, change);
    this.forgetAnswers(shape.text.name);
  }

  /** Adds a row; `ignore`: unless its key, or another unique value, is there already. */
  insert<T extends SQLiteTable>(shape: RowShape<T>, row: T['$inferInsert'], ignore = false): void {
    this.table(shape).insert(row, ignore);
    this.forgetAnswers(shape.text.name);
  }

  /** Adds to counters of a row that may be missing. */
  increase<T extends SQLiteTable>(
    shape: RowShape<T>,
    row: Partial<T['$inferInsert']>,
    counters: Partial<Record<keyof T['$inferSelect'] & string, number>>,
  ): void {
    this.table(shape).increase(row, counters as Record<string, number>);
  }

  /** What is answered to `key`, asked once. */
  async look<Answer>(lookup: Lookup<Answer>, ...key: Key): Promise<Answer[]> {
    const text = JSON.stringify(key);
    if (!this.answers.get(lookup.name)?.has(text)) await this.ask(lookup, [key]);
    return (this.answers.get(lookup.name)?.get(text) ?? []) as Answer[];
  }

  /** Asks for all keys in one statement. */
  async ask<Answer>(lookup: Lookup<Answer>, keys: readonly Key[]): Promise<void> {
    if (keys.length === 0) return;
    for (const name of lookup.tables) await this.tables.get(name)?.flush();
    const answers = this.answers.get(lookup.name) ?? new Map<string, unknown[]>();
    this.answers.set(lookup.name, answers);
    this.lookups.set(lookup.name, lookup);
    for (const key of keys) answers.set(JSON.stringify(key), []);
    for (const [at, ...values] of await this.run(lookup.text, keys)) {
      answers.get(JSON.stringify(keys[Number(at)]))?.push(lookup.decode(values));
    }
  }

  async flush(): Promise<void> {
    for (const table of this.tables.values()) if (table.isDirty) await table.flush();
  }

  /** Before another statement of the transaction: it sees what is kept of the tables it names. */
  async beforeStatement(text: string): Promise<void> {
    const isKnown = KNOWN.test(text);
    for (const [name, table] of this.tables) {
      if (table.isDirty && (!isKnown || text.includes(name))) await table.flush();
    }
  }

  /** After it: what is known of the table it wrote to is not known any more. */
  afterStatement(text: string): void {
    if (READS.test(text)) return;
    const written = WRITES.exec(text)?.[1];
    for (const [name, table] of this.tables) if (written === undefined || name === written) table.forget();
    if (written === undefined) this.answers.clear();
    else this.forgetAnswers(written);
  }

  private table(shape: RowShape): TableRows {
    const known = this.tables.get(shape.text.name);
    if (known) return known;
    const table = new TableRows(shape, this.run);
    this.tables.set(shape.text.name, table);
    return table;
  }

  private forgetAnswers(table: string): void {
    for (const [name, lookup] of this.lookups) if (lookup.tables.includes(table)) this.answers.delete(name);
  }
}

const READS = /^\s*select\b/i;
const WRITES = /^\s*(?:insert(?:\s+or\s+\w+)?\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+["`]?(\w+)/i;
const KNOWN = new RegExp(`${READS.source}|${WRITES.source}`, 'i');
