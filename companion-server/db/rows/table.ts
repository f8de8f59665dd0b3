import type { RowShape } from './shape.ts';
import type { Values } from './text.ts';

export type Key = readonly (string | number)[];
/** Runs one statement whose only parameter is a list, and gives the rows it selects. */
export type RunList = (text: string, list: readonly unknown[]) => Promise<unknown[][]>;

interface Added {
  row: Values;
  /** Perhaps it is there already: then nothing is added. */
  ignore: boolean;
}

/**
 * The rows of one table as one transaction sees them: each read once, changes kept here and written together. A row is
 * never changed in place: whoever holds one holds what it was.
 */
export class TableRows {
  /** Null: there is no such row. */
  private readonly known = new Map<string, Values | null>();
  private readonly groups = new Map<string, string[]>();
  private readonly changes = new Map<string, { key: Key; change: Values }>();
  private readonly added = new Map<string, Added>();
  private readonly increases = new Map<string, { row: Values; counters: Record<string, number> }>();

  constructor(
    private readonly shape: RowShape,
    private readonly run: RunList,
  ) {}

  get isDirty(): boolean {
    return this.changes.size > 0 || this.added.size > 0 || this.increases.size > 0;
  }

  /** Reads those that are not known yet, in one statement. */
  async load(keys: readonly Key[]): Promise<void> {
    const missing = distinct(keys, (text) => !this.known.has(text));
    if (missing.length === 0) return;
    if (this.added.size > 0) await this.flush();
    const { text, key } = this.shape;
    for (const values of await this.run(text.select(key), missing)) this.remember(text.decode(values));
    for (const each of missing) if (!this.known.has(textOf(each))) this.known.set(textOf(each), null);
  }

  async get(key: Key): Promise<Values | null> {
    const text = textOf(key);
    if (!this.known.has(text)) await this.load([key]);
    return this.known.get(text) ?? null;
  }

  /** The row as it is known here; null: it was not read, or there is none. */
  peek(key: Key): Values | null {
    return this.known.get(textOf(key)) ?? null;
  }

  /** Reads the groups that are not known yet, in one statement. */
  async loadGroups(name: string, keys: readonly Key[]): Promise<void> {
    const missing = distinct(keys, (text) => !this.groups.has(name + text));
    const group = this.shape.groups[name];
    if (missing.length === 0 || !group) return;
    if (this.isDirty) await this.flush();
    const { text } = this.shape;
    const found = await this.run(text.select(group.by, group.where), missing);
    for (const key of missing) this.groups.set(name + textOf(key), []);
    for (const values of found) {
      const row = text.decode(values);
      this.groups.get(name + textOf(keyIn(row, group.by)))?.push(this.remember(row));
    }
  }

  async group(name: string, key: Key): Promise<Values[]> {
    const text = name + textOf(key);
    if (!this.groups.has(text)) await this.loadGroups(name, [key]);
    const members = (this.groups.get(text) ?? []).map((member) => this.known.get(member));
    return members.filter((row) => row != null);
  }

  update(key: Key, change: Values): void {
    const text = textOf(key);
    const row = this.known.get(text);
    const added = this.added.get(text);
    if (added) added.row = { ...added.row, ...change };
    else this.keepChange(text, key, row ? differing(row, change) : change);
    if (row) this.known.set(text, { ...row, ...change });
    const movesGroups = Object.values(this.shape.groups).some(
      ({ by, where }) => where !== undefined || by.some((property) => property in change),
    );
    if (movesGroups) this.groups.clear();
  }

  private keepChange(text: string, key: Key, change: Values): void {
    const before = this.changes.get(text)?.change;
    if (before || Object.keys(change).length > 0)
      this.changes.set(text, { key, change: { ...before, ...change } });
  }

  insert(given: Values, ignore: boolean): void {
    const text = textOf(keyIn(given, this.shape.key));
    const row = this.shape.text.complete(given);
    const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    this.added.set(text, { row: stated, ignore });
    const isCertain = row !== null && !ignore;
    if (isCertain) this.known.set(text, row);
    else this.known.delete(text);
    for (const [name, { by, where }] of Object.entries(this.shape.groups)) {
      const group = name + textOf(keyIn(row ?? given, by));
      if (isCertain && where === undefined) this.groups.get(group)?.push(text);
      else this.groups.delete(group);
    }
  }

  /** Adds to counters of a row that may be missing; `row` has its key and what a new one needs beside it. */
  increase(row: Values, counters: Record<string, number>): void {
    const text = textOf(keyIn(row, this.shape.key));
    const sums = { ...this.increases.get(text)?.counters };
    for (const [property, by] of Object.entries(counters)) sums[property] = (sums[property] ?? 0) + by;
    this.increases.set(text, { row, counters: sums });
    this.known.delete(text);
  }

  /** Writes what is kept: one statement for all rows that changed alike. */
  async flush(): Promise<void> {
    const { text, key } = this.shape;
    const added = take(this.added);
    const changes = take(this.changes);
    const increases = take(this.increases);
    for (const alike of sorted(added, ({ row, ignore }) => [String(ignore), ...Object.keys(row)])) {
      const properties = Object.keys(alike[0]?.row ?? {});
      const list = alike.map(({ row }) => text.encode(row, properties));
      await this.run(text.insert(properties, alike[0]?.ignore ?? false), list);
    }
    for (const alike of sorted(changes, ({ change }) => Object.keys(change).sort())) {
      const properties = Object.keys(alike[0]?.change ?? {}).sort();
      const list = alike.map((each) => [...each.key, ...text.encode(each.change, properties)]);
      await this.run(text.update(properties), list);
    }
    for (const alike of sorted(increases, ({ counters }) => Object.keys(counters))) {
      const counters = Object.keys(alike[0]?.counters ?? {});
      const others = Object.keys(alike[0]?.row ?? {}).filter((property) => !key.includes(property));
      const properties = [...key, ...others, ...counters];
      const list = alike.map((each) => text.encode({ ...each.row, ...each.counters }, properties));
      await this.run(text.increase(others, counters), list);
    }
  }

  /** Another statement wrote to the table: what is known may be wrong. */
  forget(): void {
    this.known.clear();
    this.groups.clear();
  }

  private remember(row: Values): string {
    const text = textOf(keyIn(row, this.shape.key));
    // What is known has the changes that are not written yet.
    if (!this.known.get(text)) this.known.set(text, { ...row, ...this.changes.get(text)?.change });
    return text;
  }
}

/** Only equal keys have the same text: no part of a key but the last may have a line break. */
export function textOf(key: readonly unknown[]): string {
  return key.length === 1 ? String(key[0]) : key.join('\n');
}

/** A column that is set to what it is would still cost every index it stands in. */
function differing(row: Values, change: Values): Values {
  return Object.fromEntries(Object.entries(change).filter(([property, value]) => row[property] !== value));
}

function keyIn(row: Values, properties: readonly string[]): Key {
  return properties.map((property) => {
    const value = row[property];
    return typeof value === 'number' ? value : String(value);
  });
}

function distinct(keys: readonly Key[], isWanted: (text: string) => boolean): Key[] {
  const wanted = new Map<string, Key>();
  for (const key of keys) if (isWanted(textOf(key))) wanted.set(textOf(key), key);
  return [...wanted.values()];
}

function take<T>(kept: Map<string, T>): T[] {
  const all = [...kept.values()];
  kept.clear();
  return all;
}

/** Those with the same traits together. */
function sorted<T>(items: readonly T[], traitsOf: (item: T) => readonly string[]): T[][] {
  const sets = new Map<string, T[]>();
  for (const item of items) {
    const traits = traitsOf(item).join();
    const set = sets.get(traits);
    if (set) set.push(item);
    else sets.set(traits, [item]);
  }
  return [...sets.values()];
}
