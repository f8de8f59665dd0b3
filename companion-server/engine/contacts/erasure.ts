import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Queryable, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { letGo } from '../flow/letGo.ts';
import { appendEvent } from '../record.ts';
import { contactById } from '../rows.ts';
import { endEverything, leaveLists } from './bin.ts';

const { contact, contactIdentity, contactImport, erasure, suppression } = schema;

/** One identifier of a person, as `contact_identity` has it. */
export interface Identifier {
  kind: string;
  value: string;
}

type Rule = 'ids_only' | 'delete' | SQL;

const step = sql`payload = NULL, payload_hash = NULL, approval = NULL, shown = NULL, detail = NULL, proof = NULL, message_id = NULL`;

/**
 * What becomes of a person's rows in each table that names a contact. Rows that hold ids and codes only stay: history
 * and counters go on naming somebody who cannot be known any more. A test demands a rule for every such table.
 */
export const erasureRules: Readonly<Record<string, Rule>> = {
  contact_identity: 'delete',
  list_member: 'delete',
  contact_tag: 'delete',
  contact_bin: 'delete',
  retention_notice: 'delete',
  inbound_message: 'delete',
  hand_message: 'delete',
  contact_note: 'delete',
  thread: 'delete',
  notification: 'delete',
  relation: 'ids_only',
  enrollment: 'ids_only',
  found_step: 'ids_only',
  webhook_delivery: 'ids_only',
  task: step,
  task_archive: step,
  manual_task: sql`note = NULL`,
  contact_import_row: sql`reason = NULL, field = NULL`,
  // What a server or a page said may name the person.
  event: sql`data = json_remove(data, '$.detail', '$.proof')`,
};

/** The hash that an identifier is recognised by again. */
export function hashOf(keyedHash: (text: string) => string, { kind, value }: Identifier): string {
  return keyedHash(`${kind}:${value}`);
}

/** Which of these identifiers belong to people who asked to be erased. */
export async function erasedAmong(
  q: Queryable,
  workspaceId: string,
  keyedHash: (text: string) => string,
  identifiers: readonly Identifier[],
): Promise<Identifier[]> {
  const [any] = await q
    .select({ hash: erasure.hash })
    .from(erasure)
    .where(eq(erasure.workspaceId, workspaceId))
    .limit(1);
  if (!any || identifiers.length === 0) return [];
  const byHash = new Map(identifiers.map((each) => [hashOf(keyedHash, each), each]));
  const rows = await q.all<{ hash: string }>(
    sql`SELECT e.hash AS hash FROM json_each(${JSON.stringify([...byHash.keys()])}) AS j
      CROSS JOIN erasure e ON e.workspace_id = ${workspaceId} AND e.hash = j.value`,
  );
  return rows.flatMap(({ hash }) => byHash.get(hash) ?? []);
}

/**
 * Erases all personal data of a contact, and of those that proved to be the same person. `remember`: the person asked
 * for it, so that keyed hashes of their identifiers stay, and stoplist entries that name them go. Gives those hashes.
 */
export async function eraseContact(
  unit: Unit,
  contactId: string,
  { remember }: { remember: boolean },
): Promise<string[]> {
  const { workspaceId } = await contactById(unit.tx, contactId);
  const same = await unit.tx
    .select({ id: contact.id })
    .from(contact)
    .where(or(eq(contact.id, contactId), eq(contact.mergedInto, contactId)));
  const ids = same.map(({ id }) => id);
  const identifiers = await identifiersOf(unit, ids);
  const hashes = remember ? await rememberThem(unit, workspaceId, identifiers) : [];
  await dropUploads(unit, workspaceId, identifiers);
  for (const id of ids) await eraseOne(unit, id);
  const dedupeKey = `contact_erased:${contactId}:${unit.newId()}`;
  await appendEvent(unit, { workspaceId, type: 'contact_erased', dedupeKey, contactId });
  return hashes;
}

async function identifiersOf(unit: Unit, ids: readonly string[]): Promise<Identifier[]> {
  const found = new Map<string, Identifier>();
  const add = (kind: string, value: string | null) => {
    if (value) found.set(`${kind}:${value}`, { kind, value });
  };
  const kept = await unit.tx
    .select()
    .from(contactIdentity)
    .where(inArray(contactIdentity.contactId, [...ids]));
  for (const { kind, value } of kept) add(kind, value);
  for (const id of ids) {
    const row = await contactById(unit.tx, id);
    add('email', row.email);
    add('linkedin_slug', row.linkedinSlug);
    add('linkedin_profile', row.linkedinProfileId);
    add('linkedin_member', row.linkedinMemberId);
  }
  return [...found.values()];
}

async function rememberThem(
  unit: Unit,
  workspaceId: string,
  identifiers: readonly Identifier[],
): Promise<string[]> {
  const hashes = identifiers.map((each) => hashOf(unit.keyedHash, each));
  for (const hash of hashes) {
    await unit.tx.insert(erasure).values({ workspaceId, hash, at: unit.now }).onConflictDoNothing();
  }
  for (const { kind, value } of identifiers) {
    await unit.tx
      .delete(suppression)
      .where(
        and(
          eq(suppression.workspaceId, workspaceId),
          eq(suppression.kind, kind as typeof suppression.$inferSelect.kind),
          eq(suppression.value, value),
        ),
      );
  }
  return hashes;
}

/** Whether this identifier is one of somebody who does not want to be written to and whose data is erased. */
export async function isErased(q: Queryable, workspaceId: string, hash: string): Promise<boolean> {
  const rows = await q
    .select({ hash: erasure.hash })
    .from(erasure)
    .where(and(eq(erasure.workspaceId, workspaceId), eq(erasure.hash, hash)));
  return rows.length > 0;
}

/** Somebody whose data is erased opts out: they are kept out as those who asked for the erasure. */
export async function keepOut(unit: Unit, workspaceId: string, hash: string): Promise<void> {
  await unit.tx.insert(erasure).values({ workspaceId, hash, at: unit.now }).onConflictDoNothing();
}

/** Files that were uploaded and not imported hold people as they stood there. */
async function dropUploads(
  unit: Unit,
  workspaceId: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  const open = await unit.tx
    .select({ id: contactImport.id })
    .from(contactImport)
    .where(and(eq(contactImport.workspaceId, workspaceId), eq(contactImport.state, 'uploaded')));
  // One at a time: a file may hold 25 MB.
  for (const { id } of open) {
    const [upload] = await unit.tx
      .select({ rows: contactImport.rows })
      .from(contactImport)
      .where(eq(contactImport.id, id));
    const text = JSON.stringify(upload?.rows ?? []).toLowerCase();
    if (!identifiers.some(({ value }) => text.includes(value.toLowerCase()))) continue;
    await unit.tx.delete(contactImport).where(eq(contactImport.id, id));
  }
}

async function eraseOne(unit: Unit, contactId: string): Promise<void> {
  await endEverything(unit, contactId, 'contact_erased');
  await leaveLists(unit, contactId);
  for (const attempts of ['task_attempt', 'task_attempt_archive']) {
    const tasks = attempts === 'task_attempt' ? 'task' : 'task_archive';
    await unit.tx.run(sql`UPDATE ${sql.identifier(attempts)} SET detail = NULL
      WHERE task_id IN (SELECT id FROM ${sql.identifier(tasks)} WHERE contact_id = ${contactId})`);
  }
  for (const [table, rule] of Object.entries(erasureRules)) {
    const name = sql.identifier(table);
    if (rule === 'ids_only') continue;
    if (rule === 'delete') await unit.tx.run(sql`DELETE FROM ${name} WHERE contact_id = ${contactId}`);
    else await unit.tx.run(sql`UPDATE ${name} SET ${rule} WHERE contact_id = ${contactId}`);
  }
  const { deletedAt } = await contactById(unit.tx, contactId);
  await unit.tx
    .update(contact)
    .set({
      firstName: '',
      lastName: '',
      sortName: '',
      email: null,
      undeliverableEmail: null,
      linkedinSlug: null,
      linkedinProfileId: null,
      linkedinMemberId: null,
      companyId: null,
      companyName: null,
      companyKey: null,
      title: null,
      location: null,
      zone: null,
      custom: null,
      pinnedSenderId: null,
      source: 'erased',
      deletedAt: deletedAt ?? unit.now,
      erasedAt: unit.now,
      updatedAt: unit.now,
    })
    .where(eq(contact.id, contactId));
}

/** A page showed that a contact is a person who asked to be erased: nothing goes to them, and a person is told why. */
export async function stopErased(unit: Unit, contactId: string, found: Identifier): Promise<void> {
  const { workspaceId } = await contactById(unit.tx, contactId);
  await unit.tx
    .insert(suppression)
    .values({
      id: unit.newId(),
      workspaceId,
      kind: found.kind as typeof suppression.$inferSelect.kind,
      value: found.value,
      reason: 'asked to be erased before',
      by: 'system',
      at: unit.now,
    })
    .onConflictDoNothing();
  const dedupeKey = `stoplisted:erased:${contactId}`;
  await appendEvent(unit, { workspaceId, type: 'stoplisted', dedupeKey, contactId });
  await letGo(unit, contactId, 'stoplisted');
}

const AT_ONCE = 1000;

/**
 * After a restore: erasures that the backup does not know are known again, and their people erased again. Gives how many
 * contacts that were.
 */
export async function replayErasures(
  unit: Unit,
  lines: readonly { workspaceId: string; hash: string; at: number }[],
): Promise<number> {
  if (lines.length === 0) return 0;
  const keyOf = (workspaceId: string, hash: string) => `${workspaceId}\n${hash}`;
  const known = new Set(lines.map(({ workspaceId, hash }) => keyOf(workspaceId, hash)));
  for (const line of lines) await unit.tx.insert(erasure).values(line).onConflictDoNothing();
  const found = new Set<string>();
  for (let after = { workspaceId: '', kind: '', value: '' }; ; ) {
    const rows = await unit.tx
      .select()
      .from(contactIdentity)
      .where(
        sql`(${contactIdentity.workspaceId}, ${contactIdentity.kind}, ${contactIdentity.value})
          > (${after.workspaceId}, ${after.kind}, ${after.value})`,
      )
      .orderBy(contactIdentity.workspaceId, contactIdentity.kind, contactIdentity.value)
      .limit(AT_ONCE);
    for (const row of rows) {
      if (known.has(keyOf(row.workspaceId, hashOf(unit.keyedHash, row)))) found.add(row.contactId);
    }
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) break;
    after = last;
  }
  for (const contactId of found) await eraseContact(unit, contactId, { remember: true });
  return found.size;
}

/** Identifiers erased in this database, for the log beside it: those after `after` in the order of their keys. */
export async function erasuresOf(
  q: Queryable,
  after: { workspaceId: string; hash: string },
  limit: number,
): Promise<{ workspaceId: string; hash: string; at: number }[]> {
  const rows = await q
    .select()
    .from(erasure)
    .where(sql`(${erasure.workspaceId}, ${erasure.hash}) > (${after.workspaceId}, ${after.hash})`)
    .orderBy(erasure.workspaceId, erasure.hash)
    .limit(limit);
  return rows.map((row) => ({ ...row, at: row.at ?? 0 }));
}

/** All rows that name a contact, by table: what a person is given who asks for their data. */
export async function everythingAbout(
  q: Queryable,
  contactId: string,
  tables: readonly { name: string; table: SQLiteTable }[],
): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const { name, table } of tables) {
    const rows = await q.all(sql`SELECT * FROM ${table} WHERE contact_id = ${contactId}`);
    if (rows.length > 0) found[name] = rows;
  }
  return found;
}
