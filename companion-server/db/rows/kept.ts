import { beginningIn, concerns, type Lookup, type RowShape } from './shape.ts';
import type { Values } from './text.ts';

/** Rows of one table, or answers to one question, that stay where nothing else is said: about twice as many at most. */
const AT_MOST = 1_000;

/**
 * What transactions read and wrote, so that a step's commit need not read again what its claim read. Where this process
 * is the only one that writes (a file) it stays from one unit to the next; elsewhere each unit has its own. A unit that
 * fails takes everything out of the tables it used, and all is forgotten when a commit fails.
 */
export class Kept {
  private readonly tables = new Map<string, KeptTable>();
  private readonly answers = new Map<string, Asked>();
  /** The questions about a table. */
  private readonly about = new Map<string, Asked[]>();

  table({ text: { name }, keeps }: RowShape): KeptTable {
    const known = this.tables.get(name);
    if (known) return known;
    const table = new KeptTable(keeps);
    this.tables.set(name, table);
    return table;
  }

  /** By the beginning of the key. */
  answersOf(lookup: Lookup<unknown>): Recent<Answers> {
    const known = this.answers.get(lookup.name);
    if (known) return known.lists;
    const asked = { lookup, lists: new Recent<Answers>() };
    this.answers.set(lookup.name, asked);
    this.about.set(lookup.table, [...(this.about.get(lookup.table) ?? []), asked]);
    return asked.lists;
  }

  /** Another statement wrote to this table; null: perhaps to any. */
  forget(table: string | null): void {
    for (const [name, kept] of this.tables) if (table === null || name === table) kept.clear();
    for (const { lookup, lists } of this.answers.values()) {
      if (table === null || lookup.table === table) lists.clear();
    }
  }

  isAskedAbout(table: string): boolean {
    return this.about.has(table);
  }

  /** A row was added. */
  forgetAnswersTo(table: string, row: Values): void {
    for (const { lookup, lists } of this.about.get(table) ?? []) {
      forgetIn(lists, lookup, row);
    }
  }

  /** A row changed; null: which one is not known. */
  forgetAnswersAfter(table: string, before: Values | null, after: Values | null): void {
    for (const { lookup, lists } of this.about.get(table) ?? []) {
      if (before === null || after === null) lists.clear();
      else if (
        lookup.of === undefined ||
        lookup.of.some((property) => before[property] !== after[property])
      ) {
        forgetIn(lists, lookup, before);
        forgetIn(lists, lookup, after);
      }
    }
  }

  /** Between two units: nothing goes while one is at work. */
  trim(): void {
    for (const table of this.tables.values()) table.trim();
    for (const { lists } of this.answers.values()) lists.trim();
  }
}

function forgetIn(lists: Recent<Answers>, lookup: Lookup<unknown>, row: Values): void {
  if (!concerns(lookup, row)) return;
  if (lookup.by.length === 0) lists.clear();
  else lists.delete(beginningIn(row, lookup));
}

interface Asked {
  lookup: Lookup<unknown>;
  lists: Recent<Answers>;
}

/** Answers by the key. */
export type Answers = Map<string, unknown[]>;

export class KeptTable {
  /** Null: there is no such row. */
  readonly rows: Recent<Values | null>;
  private readonly named = new Map<string, Recent<string[]>>();

  constructor(atMost?: number) {
    this.rows = new Recent(atMost);
  }

  /** By the key of the group: the keys of its members. */
  group(name: string): Recent<string[]> {
    const known = this.named.get(name);
    if (known) return known;
    const groups = new Recent<string[]>();
    this.named.set(name, groups);
    return groups;
  }

  clear(): void {
    this.rows.clear();
    for (const groups of this.named.values()) groups.clear();
  }

  trim(): void {
    this.rows.trim();
    for (const groups of this.named.values()) groups.trim();
  }
}

/** A map that forgets, when it is told to, what was not asked for lately. */
export class Recent<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly atMost = AT_MOST) {}

  get(key: string): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined || this.old.size === 0) return value;
    const before = this.old.get(key);
    if (before !== undefined) this.young.set(key, before);
    return before;
  }

  set(key: string, value: Value): void {
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

  trim(): void {
    if (this.young.size < this.atMost) return;
    this.old = this.young;
    this.young = new Map();
  }
}
