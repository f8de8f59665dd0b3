import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { must } from '#shared/kernel/assert.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import type { Kept, Lists } from './kept.ts';
import { beginningIn, concerns, type Lookup, type RowShape } from './shape.ts';
import { isRead, tableWritten } from './statement.ts';
import { type RunList, TableRows } from './table.ts';
import { type Key, textOf, type Values } from './text.ts';

/** Answers of one question, by the beginning of the key, by the key. */
type Answers = Map<string, Lists>;

/** The tables that some question is about. */
const askedTables = new Set<string>();

/**
 * What one transaction has read and not yet written. Hot statements go through it, so that a hundred tasks cost as many
 * statements as one; every other statement of the transaction stays right: what it may look at is written before it
 * runs, and what it wrote is forgotten here.
 */
export class Rows {
  private readonly tables = new Map<string, TableRows>();
  private readonly answers = new Map<string, Answers>();
  private readonly lookups = new Map<string, Lookup<unknown>>();
  private readonly newAnswers: [lookup: Lookup<unknown>, beginning: string][] = [];

  constructor(
    private readonly run: RunList,
    /** What is never changed once stored; the same for all transactions of a database. */
    readonly immutable: Map<string, unknown>,
    /** What earlier transactions left; null: each reads anew. */
    private readonly kept: Kept | null = null,
  ) {}

  get<T extends SQLiteTable>(shape: RowShape<T>, ...key: Key): Awaitable<T['$inferSelect'] | null> {
    const table = this.table(shape);
    const known = table.peek(key);
    return known !== undefined ? known : table.get(key);
  }

  load(shape: RowShape, keys: readonly Key[]): Promise<void> | undefined {
    return this.table(shape).load(keys);
  }

  group<T extends SQLiteTable, Group extends string>(
    shape: RowShape<T, Group>,
    name: Group,
    ...key: Key
  ): Awaitable<T['$inferSelect'][]> {
    const table = this.table(shape);
    return table.peekGroup(name, key) ?? table.group(name, key);
  }

  /** Once the group was loaded. */
  loadedGroup<T extends SQLiteTable, Group extends string>(
    shape: RowShape<T, Group>,
    name: Group,
    ...key: Key
  ): T['$inferSelect'][] {
    return must(this.table(shape).peekGroup(name, key), `${name} of ${shape.text.name} was not loaded`);
  }

  loadGroups<Group extends string>(
    shape: RowShape<SQLiteTable, Group>,
    name: Group,
    keys: readonly Key[],
  ): Promise<void> | undefined {
    return this.table(shape).loadGroups(name, keys);
  }

  /** Changes a row that exists. */
  update<T extends SQLiteTable>(shape: RowShape<T>, key: Key, change: Partial<T['$inferSelect']>): void {
    const table = this.table(shape);
    const before = askedTables.has(shape.text.name) ? (table.peek(key) ?? null) : undefined;
    const after = table.update(key, change);
    if (before === undefined) return;
    this.forgetAnswers(shape.text.name, before === null || after === null ? [] : [before, after]);
  }

  /** Adds a row; `ignore`: unless its key, or another unique value, is there already. */
  insert<T extends SQLiteTable>(shape: RowShape<T>, row: T['$inferInsert'], ignore = false): void {
    this.table(shape).insert(row, ignore);
    if (askedTables.has(shape.text.name)) this.forgetAnswers(shape.text.name, [row]);
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
  look<Answer>(lookup: Lookup<Answer>, ...key: Key): Awaitable<Answer[]> {
    const known = this.answerTo(lookup, key);
    if (known !== undefined) return known as Answer[];
    return whenThere(this.ask(lookup, [key]), () => (this.answerTo(lookup, key) ?? []) as Answer[]);
  }

  /** Asks for all keys that were not asked for, in one statement. */
  ask<Answer>(lookup: Lookup<Answer>, keys: readonly Key[]): Promise<void> | undefined {
    const asked = keys.filter((key) => this.answerTo(lookup, key) === undefined);
    return asked.length === 0 ? undefined : this.askAll(lookup, asked);
  }

  private async askAll<Answer>(lookup: Lookup<Answer>, asked: readonly Key[]): Promise<void> {
    const answers = this.answersOf(lookup);
    await this.tables.get(lookup.table)?.flush();
    const found = await this.run(lookup.text, asked);
    const lists = asked.map((key) => {
      const beginning = beginningOf(key, lookup);
      const list: unknown[] = [];
      answers.set(beginning, new Map([...(answers.get(beginning) ?? []), [textOf(key), list]]));
      this.newAnswers.push([lookup, beginning]);
      return list;
    });
    for (const [at, ...values] of found) lists[Number(at)]?.push(lookup.decode(values));
  }

  async flush(): Promise<void> {
    for (const table of this.tables.values()) if (table.isDirty) await table.flush();
  }

  /** Everything is written: the next transactions need not read it again. */
  hand(): void {
    if (this.kept === null) return;
    for (const table of this.tables.values()) table.hand();
    for (const [lookup, beginning] of this.newAnswers) {
      const lists = this.answers.get(lookup.name)?.get(beginning);
      if (lists) this.kept.answersOf(lookup).set(beginning, lists);
    }
  }

  /** The transaction is rolled back. */
  takeBack(): void {
    for (const table of this.tables.values()) table.takeBack();
  }

  /** Before another statement of the transaction: it sees what is kept of the tables it names. */
  async beforeStatement(text: string): Promise<void> {
    const isKnown = isRead(text) || typeof tableWritten(text) === 'string';
    for (const [name, table] of this.tables) {
      if (table.isDirty && (!isKnown || mentions(text, name))) await table.flush();
    }
  }

  /** After it: what is known of the table it wrote to is not known any more. */
  afterStatement(text: string): void {
    if (isRead(text)) return;
    const written = tableWritten(text);
    for (const [name, table] of this.tables) if (written === null || name === written) table.forget();
    if (written === null) this.answers.clear();
    else this.forgetAnswers(written, []);
  }

  private answerTo(lookup: Lookup<unknown>, key: Key): unknown[] | undefined {
    const answers = this.answersOf(lookup);
    const beginning = beginningOf(key, lookup);
    const known = answers.get(beginning);
    if (known !== undefined || this.kept === null) return known?.get(textOf(key));
    const kept = this.kept.answersOf(lookup).get(beginning);
    if (kept !== undefined) answers.set(beginning, kept);
    return kept?.get(textOf(key));
  }

  private answersOf(lookup: Lookup<unknown>): Answers {
    const known = this.answers.get(lookup.name);
    if (known) return known;
    const answers: Answers = new Map();
    this.answers.set(lookup.name, answers);
    this.lookups.set(lookup.name, lookup);
    askedTables.add(lookup.table);
    return answers;
  }

  private table(shape: RowShape): TableRows {
    const { name } = shape.text;
    const known = this.tables.get(name);
    if (known) return known;
    const table = new TableRows(shape, this.run, this.kept?.table(shape) ?? null);
    this.tables.set(name, table);
    return table;
  }

  /** Answers that rows like these may change; all of the table where the rows are not known. */
  private forgetAnswers(table: string, rows: readonly Values[]): void {
    for (const [name, lookup] of this.lookups) {
      if (lookup.table !== table) continue;
      const answers = this.answers.get(name);
      if (rows.length === 0) answers?.clear();
      else for (const row of rows) if (concerns(lookup, row)) answers?.delete(beginningIn(row, lookup));
    }
    this.kept?.forgetAnswers(table, rows);
  }
}

function beginningOf(key: Key, { by }: Lookup<unknown>): string {
  return textOf(by.length === key.length ? key : key.slice(0, by.length));
}

function mentions(text: string, name: string): boolean {
  return text.includes(`"${name}"`) || new RegExp(`\\b${name}\\b`, 'i').test(text);
}
