import { and, eq, inArray, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { NodeOf } from '#shared/automation/graph.ts';
import type { SegmentFilter } from '#shared/automation/nodes.ts';
import { type Queryable, schema } from '../../db/index.ts';

/** Who may enter by a segment, as conditions over `contact`: enrollment, preflight and forecast ask the same. */

const { contact, contactTag, listMember, relation } = schema;

type SegmentConfig = NodeOf<'segment'>['config'];
/** Where contacts come from: a list or a tag of this id. */
export type Source = { listId: string } | { tagId: string };

/** The lists and tags that feed a segment. */
export function sourcesOf({ listIds, tagIds }: Pick<SegmentConfig, 'listIds' | 'tagIds'>): Source[] {
  return [...listIds.map((listId) => ({ listId })), ...tagIds.map((tagId) => ({ tagId }))];
}

/** Contacts of the workspace, not in the bin, that are in one of the segment's lists or tags and pass its filter. */
export function admittedBy(workspaceId: string, config: SegmentConfig): SQL | undefined {
  return and(isPresent(workspaceId), isIn(config), passes(config.filter));
}

/** Contacts of the workspace that are not in the recycle bin. */
export function isPresent(workspaceId: string): SQL | undefined {
  return and(eq(contact.workspaceId, workspaceId), isNull(contact.deletedAt));
}

/** What a segment's filter asks about of a contact. */
export type Filtered = Pick<typeof contact.$inferSelect, 'id' | 'email' | 'companyName' | 'title'>;

/** Contacts that pass a segment's filter; case does not matter. */
export function passes(
  filter: SegmentFilter,
  fields: Record<'email' | 'companyName' | 'title', SQLWrapper> = contact,
): SQL | undefined {
  const { hasEmail, companyContains, titleContains } = filter;
  return and(
    hasEmail ? sql`${fields.email} IS NOT NULL` : undefined,
    contains(fields.companyName, companyContains),
    contains(fields.title, titleContains),
  );
}

/** Those whom a segment's filter refuses as they are given here. */
export async function refusedBy(
  q: Queryable,
  filter: SegmentFilter,
  people: readonly Filtered[],
): Promise<string[]> {
  const passed = passes(filter, {
    email: sql`j.value ->> 'email'`,
    companyName: sql`j.value ->> 'companyName'`,
    title: sql`j.value ->> 'title'`,
  });
  if (passed === undefined) return [];
  const given = people.map(({ id, email, companyName, title }) => ({ id, email, companyName, title }));
  const rows = await q.all<{ id: string }>(
    sql`SELECT j.value ->> 'id' AS id FROM json_each(${JSON.stringify(given)}) AS j WHERE (${passed}) IS NOT 1`,
  );
  return rows.map(({ id }) => id);
}

/** What "existing connections" admits: contacts that are connected to one of these sender profiles. */
export function isConnectedTo(senderIds: readonly string[]): SQL {
  return sql`EXISTS (SELECT 1 FROM ${relation} WHERE ${and(
    eq(relation.contactId, contact.id),
    inArray(relation.senderId, [...senderIds]),
    eq(relation.status, 'connected'),
  )})`;
}

function isIn({ listIds, tagIds }: SegmentConfig): SQL {
  const members = [];
  if (listIds.length > 0) {
    members.push(
      sql`SELECT ${listMember.contactId} FROM ${listMember} WHERE ${inArray(listMember.listId, listIds)}`,
    );
  }
  if (tagIds.length > 0) {
    members.push(
      sql`SELECT ${contactTag.contactId} FROM ${contactTag} WHERE ${inArray(contactTag.tagId, tagIds)}`,
    );
  }
  return members.length === 0 ? sql`0` : sql`${contact.id} IN (${sql.join(members, sql` UNION `)})`;
}

function contains(column: SQLWrapper, part: string): SQL | undefined {
  const wanted = part.trim();
  return wanted === '' ? undefined : sql`${column} GLOB ${somewhere(wanted)}`;
}

/** The GLOB pattern of a text that contains `part`, in any case of its letters. */
export function somewhere(part: string): string {
  return `*${inAnyCase(part)}*`;
}

/** SQLite's own comparisons know the case of a–z only: here every letter stands in both. */
function inAnyCase(text: string): string {
  return [...text]
    .map((letter) => {
      const cases = [letter, letter.toLowerCase(), letter.toUpperCase()];
      const single = new Set(cases.filter((each) => [...each].length === 1));
      return single.size > 1 || '*?['.includes(letter) ? `[${[...single].join('')}]` : letter;
    })
    .join('');
}
