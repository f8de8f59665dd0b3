import type { KeptTable, Recent } from './kept.ts';
import type { RowShape } from './shape.ts';
import { type Key, textOf, type Values } from './text.ts';

/** Runs one statement whose only parameter is a list, and gives the rows it selects. */
export type RunList = (text: string, list: readonly unknown[]) => Promise<unknown[][]>;

interface GroupRows {
  by: readonly string[];
  where: string | undefined;
  kept: Recent<readonly string[]> | null;
  /** By the key of the group: the keys of its members. */
  known: Map<string, string[]>;
  touched: Set<string>;
}

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
  private readonly groups = new Map<string, GroupRows>();
  /** What this transaction read or changed: the rows to hand on, or to take back. */
  private readonly touched = new Set<string>();
  private readonly changes = new Map<string, { key: Key; change: Values }>();
  private readonly added = new Map<string, Added>();
  private readonly increases = new Map<string, { row: Values; counters: Record<string, number> }>();

  constructor(
    private readonly shape: RowShape,
    private readonly run: RunList,
    /** What earlier transactions left; null: each reads anew. */
    private readonly kept: KeptTable | null,
  ) {
    for (const [name, { by, where }] of Object.entries(shape.groups)) {
      this.groups.set(name, {
        by,
        where,
        kept: kept?.group(name) ?? null,
        known: new Map(),
        touched: new Set(),
      });
    }
  }

  get isDirty(): boolean {
    return this.changes.size > 0 || this.added.size > 0 || this.increases.size > 0;
  }

  /** Reads those that are not known yet, in one statement; nothing to wait for where all are known. */
  load(keys: readonly Key[]): Promise<void> | undefined {
    const unknown = distinct(keys, (text) => this.find(text) === undefined);
    const missing = unknown.filter((key) => !this.isAbsent(key));
    return missing.length === 0 ? undefined : this.read(missing);
  }

  private async read(missing: readonly Key[]): Promise<void> {
    if (this.added.size > 0 || missing.some((key) => this.increases.has(textOf(key)))) await this.flush();
    const { text, key } = this.shape;
    for (const values of await this.run(text.select(key), missing)) this.remember(text.decode(values));
    for (const each of missing) {
      const missed = textOf(each);
      if (!this.known.has(missed)) this.known.set(missed, null);
    }
  }

  /** The row; undefined: it must be read first. */
  peek(key: Key): Values | null | undefined {
    return this.find(textOf(key));
  }

  async get(key: Key): Promise<Values | null> {
    const known = this.peek(key);
    if (known !== undefined) return known;
    await this.load([key]);
    return this.peek(key) ?? null;
  }

  /** All of a group that the row would be in is known, and it is not among them. */
  private isAbsent(key: Key): boolean {
    const text = textOf(key);
    const own: Values = {};
    for (const [at, property] of this.shape.key.entries()) own[property] = key[at];
    for (const group of this.groups.values()) {
      if (group.where !== undefined || !group.by.every((property) => property in own)) continue;
      const members = this.membersOf(group, keyIn(own, group.by));
      if (members === undefined || members.includes(text)) continue;
      this.known.set(text, null);
      return true;
    }
    return false;
  }

  /** Reads the groups that are not known yet, in one statement; nothing to wait for where all are known. */
  loadGroups(name: string, keys: readonly Key[]): Promise<void> | undefined {
    const group = this.groups.get(name);
    const missing = group ? distinct(keys, (text) => this.membersOf(group, text) === undefined) : [];
    return missing.length === 0 || !group ? undefined : this.readGroups(group, missing);
  }

  private async readGroups(group: GroupRows, missing: readonly Key[]): Promise<void> {
    if (this.isDirty) await this.flush();
    const { text } = this.shape;
    const found = await this.run(text.select(group.by, group.where), missing);
    for (const key of missing) {
      group.known.set(textOf(key), []);
      group.touched.add(textOf(key));
    }
    for (const values of found) {
      const row = text.decode(values);
      group.known.get(keyIn(row, group.by))?.push(this.remember(row));
    }
  }

  /** The rows of a group; undefined: they must be read first. */
  peekGroup(name: string, key: Key): Values[] | undefined {
    const group = this.groups.get(name);
    const members = group && this.membersOf(group, textOf(key));
    if (members === undefined) return undefined;
    const rows: Values[] = [];
    for (const member of members) {
      const row = this.find(member);
      if (row) rows.push(row);
    }
    return rows;
  }

  async group(name: string, key: Key): Promise<Values[]> {
    const known = this.peekGroup(name, key);
    if (known !== undefined) return known;
    await this.loadGroups(name, [key]);
    return this.peekGroup(name, key) ?? [];
  }

  /** Gives the row as it is then; null where it is not known. */
  update(key: Key, change: Values): Values | null {
    const text = textOf(key);
    const row = this.find(text);
    const added = this.added.get(text);
    if (added) added.row = { ...added.row, ...change };
    else this.keepChange(text, key, row ? differing(row, change) : change);
    const after = row ? { ...row, ...change } : null;
    this.touched.add(text);
    if (after) this.known.set(text, after);
    for (const group of this.groups.values()) {
      if (group.where === undefined && !group.by.some((property) => property in change)) continue;
      group.known.clear();
      if (row && after) for (const each of [row, after]) group.kept?.delete(keyIn(each, group.by));
      else group.kept?.clear();
    }
    return after;
  }

  private keepChange(text: string, key: Key, change: Values): void {
    const before = this.changes.get(text)?.change;
    if (before) this.changes.set(text, { key, change: { ...before, ...change } });
    else if (!isEmpty(change)) this.changes.set(text, { key, change });
  }

  insert(given: Values, ignore: boolean): void {
    const text = keyIn(given, this.shape.key);
    this.added.set(text, { row: stated(given), ignore });
    this.touched.add(text);
    const isCertain = !ignore;
    const row = isCertain || this.groups.size > 0 ? this.shape.text.complete(given) : null;
    if (isCertain && row !== null) this.known.set(text, row);
    else this.letGo(text);
    for (const group of this.groups.values()) {
      const key = keyIn(row ?? given, group.by);
      const isMember = isCertain && row !== null && group.where === undefined;
      const members = isMember ? this.membersOf(group, key) : undefined;
      if (members) {
        group.known.set(key, [...members, text]);
        group.touched.add(key);
      } else {
        group.known.delete(key);
      }
      group.kept?.delete(key);
    }
  }

  /** Adds to counters of a row that may be missing; `row` has its key and what a new one needs beside it. */
  increase(row: Values, counters: Record<string, number>): void {
    const text = keyIn(row, this.shape.key);
    const sums = { ...this.increases.get(text)?.counters };
    for (const [property, by] of Object.entries(counters)) sums[property] = (sums[property] ?? 0) + by;
    this.increases.set(text, { row, counters: sums });
    this.letGo(text);
    // It may be a new member.
    for (const group of this.groups.values()) {
      const of = keyIn(row, group.by);
      if (group.where === undefined && this.membersOf(group, of)?.includes(text)) continue;
      group.known.delete(of);
      group.kept?.delete(of);
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

  /** Another statement wrote to the table: what is known may be wrong. */
  forget(): void {
    this.known.clear();
    for (const { known } of this.groups.values()) known.clear();
  }

  /** All of it is written: the next transactions need not read it. */
  hand(): void {
    if (this.kept === null) return;
    for (const text of this.touched) {
      const row = this.known.get(text);
      if (row) this.kept.rows.set(text, row);
      else this.kept.rows.delete(text);
    }
    for (const { known, kept, touched } of this.groups.values()) {
      for (const key of touched) {
        const members = known.get(key);
        if (members) kept?.set(key, members);
      }
    }
  }

  /** None of it came to be. */
  takeBack(): void {
    for (const text of this.touched) this.kept?.rows.delete(text);
  }

  private find(text: string): Values | null | undefined {
    const known = this.known.get(text);
    if (known !== undefined || this.kept === null) return known;
    const kept = this.kept.rows.get(text);
    if (kept !== undefined) this.known.set(text, kept);
    return kept;
  }

  /** What will be in the row only the database knows. */
  private letGo(text: string): void {
    this.known.delete(text);
    this.kept?.rows.delete(text);
  }

  /** The keys of a group's members, each of which is known. */
  private membersOf({ known, kept }: GroupRows, key: string): string[] | undefined {
    const members = known.get(key);
    if (members !== undefined || kept === null) return members;
    const before = kept.get(key);
    if (before === undefined) return undefined;
    for (const member of before) if (this.find(member) === undefined) return undefined;
    const own = [...before];
    known.set(key, own);
    return own;
  }

  private remember(row: Values): string {
    const text = keyIn(row, this.shape.key);
    this.touched.add(text);
    // What is known has the changes that are not written yet.
    if (!this.known.get(text)) {
      const changed = this.changes.get(text)?.change;
      this.known.set(text, changed ? { ...row, ...changed } : row);
    }
    return text;
  }
}

/** A column that is set to what it is would still cost every index it stands in. */
function differing(row: Values, change: Values): Values {
  const different: Values = {};
  for (const property in change)
    if (row[property] !== change[property]) different[property] = change[property];
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
  const [only] = properties;
  return properties.length === 1 && only !== undefined
    ? String(row[only])
    : textOf(properties.map((property) => row[property]));
}

function distinct(keys: readonly Key[], isWanted: (text: string) => boolean): Key[] {
  const wanted = new Map<string, Key>();
  for (const key of keys) {
    const text = textOf(key);
    if (!wanted.has(text) && isWanted(text)) wanted.set(text, key);
  }
  return [...wanted.values()];
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
