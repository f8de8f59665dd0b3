import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Lookup, RowShape } from './shape.ts';
import { type Key, type RunList, TableRows, textOf } from './table.ts';
import type { Values } from './text.ts';

/**
 * What one transaction has read and not yet written. Hot statements go through it, so that a hundred tasks cost as many
 * statements as one; every other statement of the transaction stays right: what it may look at is written before it
 * runs, and what it wrote is forgotten here.
 */
export class Rows {
  private readonly tables = new Map<string, TableRows>();
  /** By name, by the beginning of the key, by the key. */
  private readonly answers = new Map<string, Map<string, Map<string, unknown[]>>>();
  private readonly lookups = new Map<string, Lookup<unknown>>();

  constructor(
    private readonly run: RunList,
    /** What is never changed once stored; the same for all transactions of a database. */
    readonly immutable: Map<string, unknown>,
  ) {}

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
    const table = this.table(shape);
    const before = table.peek(key);
    table.update(key, change);
    this.forgetAnswers(shape.text.name, before === null ? [] : [before, { ...before, ...change }]);
  }

  /** Adds a row; `ignore`: unless its key, or another unique value, is there already. */
  insert<T extends SQLiteTable>(shape: RowShape<T>, row: T['$inferInsert'], ignore = false): void {
    this.table(shape).insert(row, ignore);
    this.forgetAnswers(shape.text.name, [row]);
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
    await this.ask(lookup, [key]);
    return (this.answersOf(lookup).get(beginningOf(key, lookup))?.get(textOf(key)) ?? []) as Answer[];
  }

  /** Asks for all keys that were not asked for, in one statement. */
  async ask<Answer>(lookup: Lookup<Answer>, keys: readonly Key[]): Promise<void> {
    const answers = this.answersOf(lookup);
    const asked = keys.filter((key) => answers.get(beginningOf(key, lookup))?.get(textOf(key)) === undefined);
    if (asked.length === 0) return;
    await this.tables.get(lookup.table)?.flush();
    const found = await this.run(lookup.text, asked);
    const lists = asked.map((key) => {
      const beginning = beginningOf(key, lookup);
      const same = answers.get(beginning) ?? new Map<string, unknown[]>();
      const list: unknown[] = [];
      answers.set(beginning, same.set(textOf(key), list));
      return list;
    });
    for (const [at, ...values] of found) lists[Number(at)]?.push(lookup.decode(values));
  }

  async flush(): Promise<void> {
    for (const table of this.tables.values()) if (table.isDirty) await table.flush();
  }

  /** Before another statement of the transaction: it sees what is kept of the tables it names. */
  async beforeStatement(text: string): Promise<void> {
    const isKnown = KNOWN.test(text);
    for (const [name, table] of this.tables) {
      if (table.isDirty && (!isKnown || mentions(text, name))) await table.flush();
    }
  }

  /** After it: what is known of the table it wrote to is not known any more. */
  afterStatement(text: string): void {
    if (READS.test(text)) return;
    const written = WRITES.exec(text)?.[1];
    for (const [name, table] of this.tables) if (written === undefined || name === written) table.forget();
    if (written === undefined) this.answers.clear();
    else this.forgetAnswers(written, []);
  }

  private answersOf(lookup: Lookup<unknown>): Map<string, Map<string, unknown[]>> {
    const known = this.answers.get(lookup.name);
    if (known) return known;
    const answers = new Map<string, Map<string, unknown[]>>();
    this.answers.set(lookup.name, answers);
    this.lookups.set(lookup.name, lookup);
    return answers;
  }

  private table(shape: RowShape): TableRows {
    const known = this.tables.get(shape.text.name);
    if (known) return known;
    const table = new TableRows(shape, this.run);
    this.tables.set(shape.text.name, table);
    return table;
  }

  /** Answers that rows like these may change; all of the table where the rows are not known. */
  private forgetAnswers(table: string, rows: readonly Values[]): void {
    for (const [name, lookup] of this.lookups) {
      if (lookup.table !== table) continue;
      const answers = this.answers.get(name);
      if (rows.length === 0) answers?.clear();
      else for (const row of rows) answers?.delete(textOf(lookup.by.map((property) => row[property])));
    }
  }
}

function beginningOf(key: Key, { by }: Lookup<unknown>): string {
  return textOf(key.slice(0, by.length));
}

function mentions(text: string, name: string): boolean {
  return text.includes(`"${name}"`) || new RegExp(`\\b${name}\\b`, 'i').test(text);
}

const READS = /^\s*select\b/i;
const WRITES = /^\s*(?:insert(?:\s+or\s+\w+)?\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+["`]?(\w+)/i;
const KNOWN = new RegExp(`${READS.source}|${WRITES.source}`, 'i');
