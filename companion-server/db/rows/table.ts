import type { KeptTable, Recent } from './kept.ts';
import type { RowShape } from './shape.ts';
import { type Key, textOf, type Values } from './text.ts';

/** Runs one statement whose only parameter is a list, and gives the rows it selects. */
export type RunList = (text: string, list: readonly unknown[]) => Promise<unknown[][]>;

interface GroupRows {
  by: readonly string[];
  where: string | undefined;
  /** By the key of the group: the keys of its members. */
  known: Recent<string[]>;
}

interface Added {
  row: Values;
  /** Perhaps it is there already: then nothing is added. */
  ignore: boolean;
}

/** A row before and after a change; null: what it is only the database knows. */
export type Changed = readonly [before: Values, after: Values] | null;

/**
 * The rows of one table as one transaction sees them: each read once, changes kept here and written together. A row is
 * never changed in place: whoever holds one holds what it was.
 */
export class TableRows {
  private readonly known: Recent<Values | null>;
  private readonly groups = new Map<string, GroupRows>();
  private readonly changes = new Map<string, { key: Key; change: Values }>();
  private readonly added = new Map<string, Added>();
  private readonly increases = new Map<string, { row: Values; counters: Record<string, number> }>();

  constructor(
    private readonly shape: RowShape,
    private readonly run: RunList,
    private readonly kept: KeptTable,
  ) {
    this.known = kept.rows;
    for (const name in shape.groups) {
      const { by, where } = shape.groups[name] ?? { by: [] };
      this.groups.set(name, { by, where, known: kept.group(name) });
    }
  }

  get isDirty(): boolean {
    return this.changes.size > 0 || this.added.size > 0 || this.increases.size > 0;
  }

  /** Reads those that are not known yet, in one statement; nothing to wait for where all are known. */
  load(keys: readonly Key[]): Promise<void> | undefined {
    const missing = distinct(
      keys,
      (text, key) => this.known.get(text) === undefined && !this.isAbsent(text, key),
    );
    return missing.length === 0 ? undefined : this.read(missing);
  }

  private async read(missing: readonly Key[]): Promise<void> {
    if (this.added.size > 0 || missing.some((key) => this.increases.has(textOf(key)))) await this.flush();
    const { text, key } = this.shape;
    for (const values of await this.run(text.select(key), missing)) this.remember(text.decode(values));
    for (const each of missing) {
      const missed = textOf(each);
      if (this.known.get(missed) === undefined) this.known.set(missed, null);
    }
  }

  /** The row; undefined: it must be read first. */
  peek(key: Key): Values | null | undefined {
    return this.known.get(textOf(key));
  }

  async get(key: Key): Promise<Values | null> {
    const known = this.peek(key);
    if (known !== undefined) return known;
    await this.load([key]);
    return this.peek(key) ?? null;
  }

  /** All of a group that the row would be in is known, and it is not among them. */
  private isAbsent(text: string, key: Key): boolean {
    if (this.groups.size === 0) return false;
    const own: Values = {};
    for (const [at, property] of this.shape.key.entries()) own[property] = key[at];
    for (const { by, where, known } of this.groups.values()) {
      if (where !== undefined || !by.every((property) => property in own)) continue;
      const members = known.get(keyIn(own, by));
      if (members === undefined || members.includes(text)) continue;
      this.known.set(text, null);
      return true;
    }
    return false;
  }

  /** Reads the groups that are not known yet, in one statement; nothing to wait for where all are known. */
  loadGroups(name: string, keys: readonly Key[]): Promise<void> | undefined {
    const group = this.groups.get(name);
    if (!group) return undefined;
    const missing = distinct(keys, (text) => !this.isKnown(group, text));
    return missing.length === 0 ? undefined : this.readGroups(group, missing);
  }

  private async readGroups(group: GroupRows, missing: readonly Key[]): Promise<void> {
    if (this.isDirty) await this.flush();
    const { text } = this.shape;
    const found = await this.run(text.select(group.by, group.where), missing);
    for (const key of missing) group.known.set(textOf(key), []);
    for (const values of found) {
      const row = text.decode(values);
      group.known.get(keyIn(row, group.by))?.push(this.remember(row));
    }
  }

  /** The rows of a group; undefined: they must be read first. */
  peekGroup(name: string, key: Key): Values[] | undefined {
    const members = this.groups.get(name)?.known.get(textOf(key));
    if (members === undefined) return undefined;
    const rows: Values[] = [];
    for (const member of members) {
      const row = this.known.get(member);
      if (row === undefined) return undefined;
      if (row !== null) rows.push(row);
    }
    return rows;
  }

  async group(name: string, key: Key): Promise<Values[]> {
    const known = this.peekGroup(name, key);
    if (known !== undefined) return known;
    await this.loadGroups(name, [key]);
    return this.peekGroup(name, key) ?? [];
  }

  update(key: Key, change: Values): Changed {
    const text = textOf(key);
    const row = this.known.get(text) ?? null;
    // A column that is set to what it is would still cost every index it stands in.
    const different = row === null ? change : differing(row, change);
    if (different === null || isEmpty(different)) return row && [row, row];
    const added = this.added.get(text);
    if (added) added.row = { ...added.row, ...different };
    else {
      const before = this.changes.get(text)?.change;
      this.changes.set(text, { key, change: before ? { ...before, ...different } : different });
    }
    const after = row && this.merged(row, different);
    if (after !== null) this.known.set(text, after);
    for (const { by, where, known } of this.groups.values()) {
      if (where === undefined && !by.some((property) => property in different)) continue;
      if (row === null || after === null) known.clear();
      else {
        known.delete(keyIn(row, by));
        known.delete(keyIn(after, by));
      }
    }
    return row && after && [row, after];
  }

  insert(given: Values, ignore: boolean): void {
    const text = keyIn(given, this.shape.key);
    this.added.set(text, { row: stated(given), ignore });
    const isCertain = !ignore;
    const row = isCertain || this.groups.size > 0 ? this.shape.text.complete(given) : null;
    if (isCertain && row !== null) this.known.set(text, row);
    else this.known.delete(text);
    for (const { by, where, known } of this.groups.values()) {
      const key = keyIn(row ?? given, by);
      const isMember = isCertain && row !== null && where === undefined;
      const members = isMember ? known.get(key) : undefined;
      if (members) members.push(text);
      else known.delete(key);
    }
  }

  /** Adds to counters of a row that may be missing; `row` has its key and what a new one needs beside it. */
  increase(row: Values, counters: Record<string, number>): void {
    const text = keyIn(row, this.shape.key);
    const before = this.increases.get(text);
    const sums = before?.counters ?? {};
    for (const property in counters) sums[property] = (sums[property] ?? 0) + (counters[property] ?? 0);
    if (!before) this.increases.set(text, { row, counters: sums });
    // What will be in the row only the database knows.
    this.known.delete(text);
    // It may be a new member.
    for (const { by, where, known } of this.groups.values()) {
      const of = keyIn(row, by);
      if (where === undefined && known.get(of)?.includes(text)) continue;
      known.delete(of);
    }
  }

  /** Writes what is kept: one statement for all rows that changed alike. */
  async flush(): Promise<void> {
    const { text, key } = this.shape;
    const added = take(this.added);
    const changes = take(this.changes);
    const increases = take(this.increases);
    for (const alike of sorted(added, ({ row, ignore }) => `${ignore} ${namesIn(row)}`)) {
      const properties = Object.keys(alike[0]?.row ?? {});
      const list = alike.map(({ row }) => text.encode(row, properties));
      await this.run(text.insert(properties, alike[0]?.ignore ?? false), list);
    }
    for (const alike of sorted(changes, ({ change }) => namesIn(change))) {
      const properties = Object.keys(alike[0]?.change ?? {}).sort();
      const list = alike.map((each) => [...each.key, ...text.encode(each.change, properties)]);
      await this.run(text.update(properties), list);
    }
    for (const alike of sorted(increases, ({ counters }) => namesIn(counters))) {
      const counters = Object.keys(alike[0]?.counters ?? {});
      const others = Object.keys(alike[0]?.row ?? {}).filter((property) => !key.includes(property));
      const properties = [...key, ...others, ...counters];
      const list = alike.map((each) => text.encode({ ...each.row, ...each.counters }, properties));
      await this.run(text.increase(others, counters), list);
    }
  }

  /** What is known may be wrong: another statement wrote to the table, or the unit failed. */
  forget(): void {
    this.kept.clear();
  }

  private isKnown({ known }: GroupRows, text: string): boolean {
    return known.get(text)?.every((member) => this.known.get(member) !== undefined) ?? false;
  }

  private remember(row: Values): string {
    const text = keyIn(row, this.shape.key);
    // What is known has the changes that are not written yet.
    if (!this.known.get(text)) {
      const changed = this.changes.get(text)?.change;
      this.known.set(text, changed ? this.merged(row, changed) : row);
    }
    return text;
  }

  private merged(row: Values, change: Values): Values {
    const copy = this.shape.text.copy(row);
    for (const property in change) copy[property] = change[property];
    return copy;
  }
}

/** What a change makes different; null: nothing. */
function differing(row: Values, change: Values): Values | null {
  let different: Values | null = null;
  for (const property in change) {
    if (row[property] === change[property]) continue;
    different ??= {};
    different[property] = change[property];
  }
  return different;
}

function isEmpty(values: Values): boolean {
  for (const _ in values) return false;
  return true;
}

/** Those who have the same in the same order are written together. */
function namesIn(values: Values): string {
  let names = '';
  for (const name in values) names += `${name},`;
  return names;
}

/** Without the properties that are left out. */
function stated(given: Values): Values {
  const row: Values = {};
  for (const property in given) if (given[property] !== undefined) row[property] = given[property];
  return row;
}

/** The text of a row's key. */
function keyIn(row: Values, properties: readonly string[]): string {
  const [first = '', second = '', third = ''] = properties;
  if (properties.length === 1) return String(row[first]);
  if (properties.length === 2) return textOf([row[first], row[second]]);
  if (properties.length === 3) return textOf([row[first], row[second], row[third]]);
  return textOf(properties.map((property) => row[property]));
}

function distinct(keys: readonly Key[], isWanted: (text: string, key: Key) => boolean): Key[] {
  const wanted: Key[] = [];
  const seen = new Set<string>();
  for (const key of keys) {
    const text = textOf(key);
    if (!isWanted(text, key) || seen.has(text)) continue;
    seen.add(text);
    wanted.push(key);
  }
  return wanted;
}

function take<T>(kept: Map<string, T>): T[] {
  const all = [...kept.values()];
  kept.clear();
  return all;
}

/** Those with the same traits together. */
function sorted<T>(items: readonly T[], traitsOf: (item: T) => string): T[][] {
  const sets = new Map<string, T[]>();
  for (const item of items) {
    const traits = traitsOf(item);
    const set = sets.get(traits);
    if (set) set.push(item);
    else sets.set(traits, [item]);
  }
  return [...sets.values()];
}
