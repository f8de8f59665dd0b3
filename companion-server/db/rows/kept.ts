import { beginningIn, concerns, type Lookup, type RowShape } from './shape.ts';
import type { Values } from './text.ts';

/** Rows of one table, or answers to one question, that stay where nothing else is said: twice as many at most. */
const AT_MOST = 1_000;

/**
 * What the latest transactions read and wrote, so that a step's commit need not read again what its claim read. Only
 * where this process is the only one that writes (a file), and only what is certainly in the database: a unit hands on
 * its rows when it has written them all, takes back what it changed when it fails, and all is forgotten when a commit fails.
 */
export class Kept {
  private readonly tables = new Map<string, KeptTable>();
  private readonly answers = new Map<string, { lookup: Lookup<unknown>; lists: Recent<Lists> }>();

  table({ text: { name }, keeps }: RowShape): KeptTable {
    const known = this.tables.get(name) ?? new KeptTable(keeps);
    this.tables.set(name, known);
    return known;
  }

  /** By the beginning of the key. */
  answersOf(lookup: Lookup<unknown>): Recent<Lists> {
    const known = this.answers.get(lookup.name);
    if (known) return known.lists;
    const lists = new Recent<Lists>();
    this.answers.set(lookup.name, { lookup, lists });
    return lists;
  }

  /** Another statement wrote to this table; null: perhaps to any. */
  forget(table: string | null): void {
    for (const [name, kept] of this.tables) if (table === null || name === table) kept.clear();
    for (const { lookup, lists } of this.answers.values()) {
      if (table === null || lookup.table === table) lists.clear();
    }
  }

  /** Answers that rows like these may change; all of the table where the rows are not known. */
  forgetAnswers(table: string, rows: readonly Values[]): void {
    for (const { lookup, lists } of this.answers.values()) {
      if (lookup.table !== table) continue;
      if (rows.length === 0) lists.clear();
      else for (const row of rows) if (concerns(lookup, row)) lists.delete(beginningIn(row, lookup));
    }
  }
}

/** Answers by the key. */
export type Lists = ReadonlyMap<string, unknown[]>;

export class KeptTable {
  readonly rows: Recent<Values>;
  private readonly named = new Map<string, Recent<readonly string[]>>();

  constructor(atMost?: number) {
    this.rows = new Recent(atMost);
  }

  /** By the key of the group: the keys of its members. */
  group(name: string): Recent<readonly string[]> {
    const known = this.named.get(name);
    if (known) return known;
    const groups = new Recent<readonly string[]>();
    this.named.set(name, groups);
    return groups;
  }

  clear(): void {
    this.rows.clear();
    for (const groups of this.named.values()) groups.clear();
  }
}

/** A map that forgets what was not asked for lately. */
export class Recent<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly atMost = AT_MOST) {}

  get(key: string): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined || this.old.size === 0) return value;
    const before = this.old.get(key);
    if (before !== undefined) this.set(key, before);
    return before;
  }

  set(key: string, value: Value): void {
    if (this.young.size >= this.atMost) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  delete(key: string): void {
    this.young.delete(key);
    if (this.old.size > 0) this.old.delete(key);
  }

  clear(): void {
    if (this.young.size > 0) this.young.clear();
    if (this.old.size > 0) this.old.clear();
  }
}
