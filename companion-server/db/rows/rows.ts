import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { must } from '#shared/kernel/assert.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import type { Answers, Kept, Recent } from './kept.ts';
import type { Lookup, RowShape } from './shape.ts';
import { isRead, tableWritten } from './statement.ts';
import { type RunList, TableRows } from './table.ts';
import { type Key, textOf } from './text.ts';

/**
 * What one transaction has read and not yet written. Hot statements go through it, so that a hundred tasks cost as many
 * statements as one; every other statement of the transaction stays right: what it may look at is written before it
 * runs, and what it wrote is forgotten here.
 */
export class Rows {
  private readonly tables = new Map<string, TableRows>();
  private readonly asked = new Map<string, Recent<Answers>>();

  constructor(
    private readonly run: RunList,
    /** What is never changed once stored; the same for all transactions of a database. */
    readonly immutable: Map<string, unknown>,
    /** What earlier transactions left, or nothing. */
    private readonly kept: Kept,
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
    const changed = this.table(shape).update(key, change);
    const { name } = shape.text;
    if (this.kept.isAskedAbout(name))
      this.kept.forgetAnswersAfter(name, changed?.[0] ?? null, changed?.[1] ?? null);
  }

  /** Adds a row; `ignore`: unless its key, or another unique value, is there already. */
  insert<T extends SQLiteTable>(shape: RowShape<T>, row: T['$inferInsert'], ignore = false): void {
    this.table(shape).insert(row, ignore);
    const { name } = shape.text;
    if (this.kept.isAskedAbout(name)) this.kept.forgetAnswersTo(name, row);
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
    const known = this.answersOf(lookup);
    await this.tables.get(lookup.table)?.flush();
    const found = await this.run(lookup.text, asked);
    const lists = asked.map((key) => {
      const beginning = beginningOf(key, lookup);
      const answers: Answers = known.get(beginning) ?? new Map();
      const list: unknown[] = [];
      known.set(beginning, answers.set(textOf(key), list));
      return list;
    });
    for (const [at, ...values] of found) lists[Number(at)]?.push(lookup.decode(values));
  }

  async flush(): Promise<void> {
    for (const table of this.tables.values()) if (table.isDirty) await table.flush();
  }

  /** Everything is written: the next transactions need not read it again. */
  hand(): void {
    this.kept.trim();
  }

  /** The transaction is rolled back. */
  takeBack(): void {
    for (const table of this.tables.values()) table.forget();
    for (const answers of this.asked.values()) answers.clear();
    this.kept.trim();
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
    this.kept.forget(tableWritten(text));
  }

  private answerTo(lookup: Lookup<unknown>, key: Key): unknown[] | undefined {
    return this.answersOf(lookup).get(beginningOf(key, lookup))?.get(textOf(key));
  }

  private answersOf(lookup: Lookup<unknown>): Recent<Answers> {
    const known = this.asked.get(lookup.name);
    if (known) return known;
    const answers = this.kept.answersOf(lookup);
    this.asked.set(lookup.name, answers);
    return answers;
  }

  private table(shape: RowShape): TableRows {
    const { name } = shape.text;
    const known = this.tables.get(name);
    if (known) return known;
    const table = new TableRows(shape, this.run, this.kept.table(shape));
    this.tables.set(name, table);
    return table;
  }
}

function beginningOf(key: Key, { by }: Lookup<unknown>): string {
  if (by.length <= 1) return String(key[0]);
  return textOf(by.length === key.length ? key : key.slice(0, by.length));
}

function mentions(text: string, name: string): boolean {
  return text.includes(`"${name}"`) || new RegExp(`\\b${name}\\b`, 'i').test(text);
}
