import { and, asc, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { contactRoutes } from '#shared/contract/contact.ts';
import { schema } from '../../db/index.ts';
import { FEW, findByText, hasWord, isIndexed, wordsOf } from '../../engine/index.ts';
import type { Call } from '../context.ts';
import { decodeCursor, pageOf, textKey } from '../page.ts';
import { notFound } from '../refusal.ts';

import { isStoplistedSql, viewContact } from './view.ts';

const { contact, contactCount, list, listMember } = schema;

type Query = z.output<typeof contactRoutes.list.query>;

/**
 * Contacts by name, in keyset pages. Where few come into question those are sorted; where many do, the index of names
 * is walked, on which a page is found soon.
 */
export async function listContacts(call: Call, query: Query) {
  const size = await sizeOf(call, query.listId);
  const words = wordsOf(query.search);
  const found = await findByText(call.db.reader, call.workspaceId, words);
  const few = found.ids ?? (query.listId && size <= FEW ? await idsIn(call, query.listId) : null);
  const isPlain = words.length === 0;
  const matches = and(
    eq(contact.workspaceId, call.workspaceId),
    isNull(contact.deletedAt),
    query.listId ? inList(query.listId) : undefined,
    ...words.filter((word) => found.ids === null || !isIndexed(word)).map((word) => hasWord(word)),
  );
  const after = decodeCursor(query.cursor, textKey);
  const where = and(
    matches,
    after ? sql`(${contact.sortName}, ${contact.id}) > (${after[0]}, ${after[1]})` : undefined,
  );
  const rows = await (few ? firstOf(call, few, where, query.limit + 1) : walk(call, where, query.limit + 1));
  const page = pageOf(
    rows,
    query.limit,
    (row) => [row.sortName, row.id],
    (row) => viewContact(row, row.stoplisted === 1),
  );
  if (isPlain) return { ...page, total: size, atLeast: false };
  if (few) return { ...page, total: await countOf(call, few, matches), atLeast: false };
  const isAll = after === null && page.nextCursor === null;
  const known = query.listId || words.some((word) => !isIndexed(word)) ? 0 : found.atLeast;
  return { ...page, total: isAll ? rows.length : Math.max(known, page.items.length), atLeast: !isAll };
}

const shown = { ...getTableColumns(contact), stoplisted: isStoplistedSql };

function walk({ db }: Call, where: SQL | undefined, limit: number) {
  return db.reader
    .select(shown)
    .from(contact)
    .where(where)
    .orderBy(asc(contact.sortName), asc(contact.id))
    .limit(limit);
}

/** The first of these by name. The rest of what is shown is read for those alone. */
async function firstOf(call: Call, ids: readonly string[], where: SQL | undefined, limit: number) {
  const first = await call.db.reader.all<{ id: string }>(
    sql`SELECT ${contact.id} AS id ${among(ids)} WHERE ${where}
      ORDER BY ${contact.sortName}, ${contact.id} LIMIT ${limit}`,
  );
  const place = new Map(first.map(({ id }, index) => [id, index]));
  const isFirst = sql`${contact.id} IN (SELECT value FROM json_each(${JSON.stringify([...place.keys()])}))`;
  const rows = await call.db.reader
    .select(shown)
    .from(contact)
    .where(and(eq(contact.workspaceId, call.workspaceId), isFirst));
  return rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

async function countOf({ db }: Call, ids: readonly string[], matches: SQL | undefined): Promise<number> {
  const [row] = await db.reader.all<{ n: number }>(sql`SELECT count(*) AS n ${among(ids)} WHERE ${matches}`);
  return row?.n ?? 0;
}

/** Those, each by its id: never more than `FEW`. */
function among(ids: readonly string[]): SQL {
  return sql`FROM json_each(${JSON.stringify(ids)}) AS few CROSS JOIN ${contact} ON ${contact.id} = few.value`;
}

function inList(listId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${listMember} WHERE list_id = ${listId} AND contact_id = ${contact.id})`;
}

async function idsIn({ db }: Call, listId: string): Promise<string[]> {
  const rows = await db.reader
    .select({ id: listMember.contactId })
    .from(listMember)
    .where(eq(listMember.listId, listId));
  return rows.map(({ id }) => id);
}

/** How many are in the list, or in the workspace; from their counters. */
async function sizeOf({ db, workspaceId }: Call, listId: string | undefined): Promise<number> {
  if (listId) {
    const [row] = await db.reader
      .select({ n: list.memberCount })
      .from(list)
      .where(and(eq(list.workspaceId, workspaceId), eq(list.id, listId)));
    if (!row) throw notFound('list');
    return row.n;
  }
  const [row] = await db.reader
    .select({ n: contactCount.n })
    .from(contactCount)
    .where(eq(contactCount.workspaceId, workspaceId));
  return row?.n ?? 0;
}
