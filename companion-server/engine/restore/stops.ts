import { and, asc, count, eq, gt, isNull, sql } from 'drizzle-orm';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import { hashOf } from '../contacts/erasure.ts';
import { stoplistKeys } from '../contacts/stoplist.ts';
import { namesMany } from '../contacts/stoplistEnding.ts';
import type { ContactRow, Unit } from '../context.ts';
import { letGo } from '../flow/letGo.ts';
import { appendEvent } from '../record.ts';
import { shapes } from '../shapes.ts';

const { contact, rememberedStop, suppression } = schema;

type Key = Awaited<ReturnType<typeof stoplistKeys>>[number];

export interface StopLine {
  workspaceId: string;
  hash: string;
  on: boolean;
  optOut: boolean;
  at: number;
}

/** Who made the entries that a restore brought back. */
const BY = 'restore';
const AT_ONCE = 500;

/** When those end whom an entry names that may name many. */
type Many = 'at_once' | 'in_rounds';

/**
 * After a restore: what was put on the stoplist after the backup stands on it again, and what was taken off is off.
 * Whoever matches themselves is let go at once, those of a domain or company end in the engine's rounds; what matches
 * nobody is remembered for those who come in later.
 */
export async function replayStops(unit: Unit, lines: readonly StopLine[]): Promise<void> {
  const last = new Map<string, StopLine>();
  for (const line of lines) last.set(`${line.workspaceId} ${line.hash}`, line);
  if (last.size === 0) return;
  const known = await settleKnown(unit, last);
  for (const [key, { workspaceId, hash, on, optOut }] of last) {
    if (!on || known.has(key)) continue;
    await unit.tx.insert(rememberedStop).values({ workspaceId, hash, optOut }).onConflictDoNothing();
  }
  for (const workspaceId of new Set(lines.map((line) => line.workspaceId))) {
    await stopAll(unit, workspaceId);
  }
}

async function stopAll(unit: Unit, workspaceId: string): Promise<void> {
  const found = new Set<string>();
  for (let after = ''; ; ) {
    const rows = await unit.tx
      .select({ id: contact.id })
      .from(contact)
      .where(and(eq(contact.workspaceId, workspaceId), gt(contact.id, after), isNull(contact.erasedAt)))
      .orderBy(asc(contact.id))
      .limit(AT_ONCE);
    const ids = rows.map(({ id }) => id);
    // Others may match the same domain or company: nothing is forgotten before everybody was looked at.
    for (const hash of await stopThese(unit, workspaceId, ids, 'in_rounds')) found.add(hash);
    const end = rows.at(-1);
    if (!end || rows.length < AT_ONCE) break;
    after = end.id;
  }
  await forgetStops(unit, workspaceId, found);
}

/**
 * These contacts came in or showed more of who they are: those whom a remembered entry means are stoplisted, before
 * anything is planned for them.
 */
export async function stopRemembered(
  unit: Unit,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<void> {
  const [any] = await unit.tx
    .select({ hash: rememberedStop.hash })
    .from(rememberedStop)
    .where(eq(rememberedStop.workspaceId, workspaceId))
    .limit(1);
  if (!any) return;
  const found = new Set<string>();
  for (let from = 0; from < contactIds.length; from += AT_ONCE) {
    const hashes = await stopThese(unit, workspaceId, contactIds.slice(from, from + AT_ONCE));
    for (const hash of hashes) found.add(hash);
  }
  await forgetStops(unit, workspaceId, found);
}

/** Remembered entries that are none any more: an entry that can be read stands for them, or a person took it off. */
export async function forgetStops(unit: Unit, workspaceId: string, hashes: Iterable<string>): Promise<void> {
  for (const hash of hashes) {
    await unit.tx
      .delete(rememberedStop)
      .where(and(eq(rememberedStop.workspaceId, workspaceId), eq(rememberedStop.hash, hash)));
  }
}

/** Entries that a restore brought back since, and those that match nobody yet. */
export async function countStops(
  q: Queryable,
  workspaceId: string,
): Promise<{ again: number; remembered: number }> {
  const [again] = await q
    .select({ n: count() })
    .from(suppression)
    .where(and(eq(suppression.workspaceId, workspaceId), eq(suppression.by, BY)));
  const [remembered] = await q
    .select({ n: count() })
    .from(rememberedStop)
    .where(eq(rememberedStop.workspaceId, workspaceId));
  return { again: again?.n ?? 0, remembered: remembered?.n ?? 0 };
}

/** What the backup knows of the entries: those taken off later go, the others are known. */
async function settleKnown(unit: Unit, last: ReadonlyMap<string, StopLine>): Promise<Set<string>> {
  const known = new Set<string>();
  for (let after = ''; ; ) {
    const rows = await unit.tx
      .select()
      .from(suppression)
      .where(gt(suppression.id, after))
      .orderBy(asc(suppression.id))
      .limit(AT_ONCE);
    for (const row of rows) {
      const key = `${row.workspaceId} ${hashOf(unit.keyedHash, row)}`;
      if (last.get(key)?.on !== false) known.add(key);
      else await unit.tx.delete(suppression).where(eq(suppression.id, row.id));
    }
    const end = rows.at(-1);
    if (!end || rows.length < AT_ONCE) return known;
    after = end.id;
  }
}

/** Stoplists those of these contacts whom a remembered entry means, and gives the hashes that did. */
async function stopThese(
  unit: Unit,
  workspaceId: string,
  contactIds: readonly string[],
  many: Many = 'at_once',
): Promise<Set<string>> {
  const people = await namesOf(unit, contactIds);
  const wanted = people.flatMap(({ keys }) => [...keys.keys()]);
  const rows = await unit.tx.all<{ hash: string; optOut: number }>(
    sql`SELECT r.hash AS hash, r.opt_out AS optOut FROM json_each(${JSON.stringify(wanted)}) AS j
      CROSS JOIN remembered_stop r ON r.workspace_id = ${workspaceId} AND r.hash = j.value`,
  );
  const remembered = new Map(rows.map(({ hash, optOut }) => [hash, optOut === 1]));
  if (remembered.size === 0) return new Set();
  for (const { row, keys } of people) {
    const hits = [...keys].flatMap(([hash, key]) => {
      const optOut = remembered.get(hash);
      return optOut === undefined ? [] : [{ key, optOut }];
    });
    if (hits.length > 0) await stop(unit, row, hits, many);
  }
  return new Set(remembered.keys());
}

/** These contacts, with what an entry may mean each by, by its hash. */
async function namesOf(unit: Unit, contactIds: readonly string[]) {
  const rows = rowsOf(unit.tx);
  const keys = contactIds.map((id): [string] => [id]);
  await rows.load(shapes.contact, keys);
  await rows.loadGroups(shapes.identity, 'contact', keys);
  const people: { row: ContactRow; keys: Map<string, Key> }[] = [];
  for (const id of contactIds) {
    const row = await rows.get(shapes.contact, id);
    if (!row) continue;
    const named = await stoplistKeys(unit.tx, row);
    const byHash = named.map((key): [string, Key] => [
      hashOf(unit.keyedHash, { kind: key[1], value: key[2] }),
      key,
    ]);
    people.push({ row, keys: new Map(byHash) });
  }
  return people;
}

async function stop(
  unit: Unit,
  { id: contactId, workspaceId }: ContactRow,
  hits: readonly { key: Key; optOut: boolean }[],
  many: Many,
): Promise<void> {
  const isLater = ([, kind]: Key) => many === 'in_rounds' && namesMany(kind);
  for (const { key, optOut } of hits) {
    const [, kind, value] = key;
    const endingAfter = isLater(key) ? '' : null;
    const reason = optOut ? 'unsubscribed' : 'on the stoplist before the restore';
    await unit.tx
      .insert(suppression)
      .values({ id: unit.newId(), workspaceId, kind, value, reason, by: BY, at: unit.now, endingAfter })
      .onConflictDoNothing();
  }
  if (hits.every(({ key }) => isLater(key))) return;
  const isOptOut = hits.some(({ optOut }) => optOut);
  const dedupeKey = `stoplisted:restored:${contactId}:${unit.now}`;
  await appendEvent(unit, { workspaceId, type: 'stoplisted', dedupeKey, contactId });
  await letGo(unit, contactId, isOptOut ? 'unsubscribed' : 'stoplisted');
}
