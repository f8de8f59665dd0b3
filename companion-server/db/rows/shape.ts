import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { TableText, textOf, type Values } from './text.ts';

type Property<T extends SQLiteTable> = keyof T['$inferSelect'] & string;

/** What rows are looked up by; `where` (the table is `t`) repeats the condition of a partial index. */
export interface GroupShape<T extends SQLiteTable> {
  by: readonly Property<T>[];
  where?: string;
}

/** A table whose rows a transaction keeps: what identifies a row, and what rows are looked up by. */
export interface RowShape<T extends SQLiteTable = SQLiteTable, Group extends string = string> {
  table: T;
  key: readonly string[];
  groups: Record<Group, { by: readonly string[]; where?: string }>;
  text: TableText;
  /** How many rows stay for the next transactions, where it is not the usual number. */
  keeps?: number;
}

/** Describes a table whose rows are kept. `key`: its primary key; `keeps`: see `RowShape`. */
export function rowShape<T extends SQLiteTable, Group extends string>(
  table: T,
  key: readonly Property<T>[],
  groups: Record<Group, GroupShape<T>>,
  keeps?: number,
): RowShape<T, Group> {
  return { table, key, groups, text: new TableText(table, key), ...(keeps ? { keeps } : {}) };
}

/** A question that many keys ask at once: rows of `k.key` (which of the keys) and what is answered to it. */
export interface Lookup<Answer> {
  name: string;
  /** The table the answer depends on, and the properties of its rows that a key begins with; none: any row may matter to any key. */
  table: string;
  by: readonly string[];
  text: string;
  /** The properties of a row, those in `by` among them, that an answer depends on; omitted: all. */
  of?: readonly string[];
  /** Whether a new or changed row may change an answer; omitted: every row may. */
  concerns?(row: Values): boolean;
  decode(values: readonly unknown[]): Answer;
}

/** Whether a new or changed row may change an answer of this lookup. */
export function concerns(lookup: Lookup<unknown>, row: Values): boolean {
  return lookup.concerns?.(row) ?? true;
}

/** The beginning of the keys whose answers a row belongs to. */
export function beginningIn(row: Values, { by }: Lookup<unknown>): string {
  return textOf(by.map((property) => row[property]));
}
