import { and, asc, count, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { contactRoutes } from '#shared/contract/contact.ts';
import { schema } from '../../db/index.ts';
import type { Call } from '../context.ts';
import { decodeCursor, pageOf, textKey } from '../page.ts';
import { notFound } from '../refusal.ts';
import { isStoplistedSql, viewContact } from './view.ts';

const { contact, list, listMember } = schema;

type Query = z.output<typeof contactRoutes.list.query>;

/** Contacts by name, in keyset pages. */
export async function listContacts(call: Call, query: Query) {
  const { reader } = call.db;
  if (query.listId) await requireList(call, query.listId);
  const where = and(
    eq(contact.workspaceId, call.workspaceId),
    isNull(contact.deletedAt),
    query.listId ? inList(query.listId) : undefined,
    ...words(query.search).map(matches),
  );
  const after = decodeCursor(query.cursor, textKey);
  const rows = await reader
    .select({ ...getTableColumns(contact), stoplisted: isStoplistedSql })
    .from(contact)
    .where(
      and(where, after ? sql`(${contact.sortName}, ${contact.id}) > (${after[0]}, ${after[1]})` : undefined),
    )
    .orderBy(asc(contact.sortName), asc(contact.id))
    .limit(query.limit + 1);
  const totals = await reader.select({ total: count() }).from(contact).where(where);
  return {
    ...pageOf(
      rows,
      query.limit,
      (row) => [row.sortName, row.id],
      (row) => viewContact(row, row.stoplisted === 1),
    ),
    total: totals[0]?.total ?? 0,
  };
}

function inList(listId: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${listMember} WHERE list_id = ${listId} AND contact_id = ${contact.id})`;
}

function words(search: string | undefined): string[] {
  return (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 6);
}

/** Every word somewhere in name, email, company, title or LinkedIn address. */
function matches(word: string): SQL {
  const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`(${contact.sortName} LIKE ${pattern} ESCAPE '\\' OR ${contact.email} LIKE ${pattern} ESCAPE '\\'
    OR lower(${contact.companyName}) LIKE ${pattern} ESCAPE '\\' OR lower(${contact.title}) LIKE ${pattern} ESCAPE '\\'
    OR ${contact.linkedinSlug} LIKE ${pattern} ESCAPE '\\')`;
}

async function requireList(call: Call, listId: string): Promise<void> {
  const rows = await call.db.reader
    .select({ id: list.id })
    .from(list)
    .where(and(eq(list.workspaceId, call.workspaceId), eq(list.id, listId)));
  if (rows.length === 0) throw notFound('list');
}
