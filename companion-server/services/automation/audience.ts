import { and, asc, eq, gt, not, or, type SQL, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { type SegmentNode, segmentsOf, senderNodeOf } from '#shared/automation/segments.ts';
import { schema } from '../../db/index.ts';
import {
  admittedBy,
  isConnectedTo,
  isPresent,
  passes,
  type Source,
  sourcesOf,
} from '../../engine/wayIn/audience.ts';
import { type ContactRow, isStoplistedSql } from '../contact/view.ts';
import type { Call } from '../context.ts';

const { contact, contactTag, listMember } = schema;

/** Every sender profile that a graph names, once. */
export function senderIdsOf(graph: Graph): string[] {
  const ids = graph.nodes.flatMap((node) =>
    node.type === 'sender_profile' || node.type === 'change_sender'
      ? node.config.senders.map(({ senderId }) => senderId)
      : [],
  );
  return [...new Set(ids)];
}

/** Whom a segment admits, as a condition over `contact`: what enrollment asks, and the connections known now. */
export function admitted(call: Call, graph: Graph, segment: SegmentNode): SQL | undefined {
  return and(admittedBy(call.workspaceId, segment.config), entersBy(graph, segment));
}

function entersBy(graph: Graph, segment: SegmentNode): SQL | undefined {
  if (!segment.config.existingConnections) return undefined;
  const senders = senderNodeOf(graph, segment.id)?.config.senders ?? [];
  return isConnectedTo(senders.map(({ senderId }) => senderId));
}

/** Whom any of the segments admits. */
export function audienceOf(call: Call, graph: Graph): SQL {
  return anyOf(segmentsOf(graph).map((segment) => admitted(call, graph, segment)));
}

/** Those of them that may be contacted. */
export function reachableIn(audience: SQL | undefined): SQL | undefined {
  return and(audience, not(isStoplistedSql));
}

/** Somebody in two segments enters by the first: what comes before a segment is not its own. */
export function ownOf(call: Call, graph: Graph, segment: SegmentNode): SQL | undefined {
  const segments = segmentsOf(graph);
  const before = segments.slice(0, segments.indexOf(segment));
  const own = admitted(call, graph, segment);
  if (before.length === 0) return own;
  return and(own, not(anyOf(before.map((each) => admitted(call, graph, each)))));
}

/** By id, so that each condition is answered by its own index. */
function anyOf(conditions: readonly (SQL | undefined)[]): SQL {
  const ids = conditions.map((condition) => sql`SELECT ${contact.id} FROM ${contact} WHERE ${condition}`);
  return ids.length === 0 ? sql`0` : sql`${contact.id} IN (${sql.join(ids, sql` UNION `)})`;
}

export const noLinkedin = sql`(${contact.linkedinSlug} IS NULL AND ${contact.linkedinProfileId} IS NULL)`;

const PAGE = 1_000;

/**
 * Everybody whom the segments admit, once, a page at a time along the index of each list and tag: neither the memory nor
 * the time of a page depends on how many there are.
 */
export async function* contactsOf(
  call: Call,
  graph: Graph,
): AsyncGenerator<ContactRow & { stoplisted: number }> {
  const earlier: (SQL | undefined)[] = [];
  for (const segment of segmentsOf(graph)) {
    const enters = and(isPresent(call.workspaceId), passes(segment.config.filter), entersBy(graph, segment));
    for (const source of sourcesOf(segment.config)) {
      yield* membersOf(
        call,
        source,
        and(enters, earlier.length > 0 ? not(or(...earlier) ?? sql`0`) : undefined),
      );
      earlier.push(and(isMemberOf(source), enters));
    }
  }
}

async function* membersOf(call: Call, source: Source, condition: SQL | undefined) {
  const { reader } = call.db;
  for (let last = ''; ; ) {
    const ids = await pageOf(call, source, last);
    if (ids.length === 0) return;
    const isAmong = sql`${contact.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
    const rows = await reader
      .select({ row: contact, stoplisted: sql<number>`${isStoplistedSql}` })
      .from(contact)
      .where(and(isAmong, condition))
      .orderBy(asc(contact.id));
    for (const { row, stoplisted } of rows) yield { ...row, stoplisted };
    last = ids.at(-1) ?? '';
  }
}

async function pageOf({ db }: Call, source: Source, last: string): Promise<string[]> {
  const rows =
    'listId' in source
      ? await db.reader
          .select({ id: listMember.contactId })
          .from(listMember)
          .where(and(eq(listMember.listId, source.listId), gt(listMember.contactId, last)))
          .orderBy(asc(listMember.contactId))
          .limit(PAGE)
      : await db.reader
          .select({ id: contactTag.contactId })
          .from(contactTag)
          .where(and(eq(contactTag.tagId, source.tagId), gt(contactTag.contactId, last)))
          .orderBy(asc(contactTag.contactId))
          .limit(PAGE);
  return rows.map(({ id }) => id);
}

function isMemberOf(source: Source): SQL {
  return 'listId' in source
    ? sql`EXISTS (SELECT 1 FROM ${listMember} WHERE ${listMember.listId} = ${source.listId} AND ${listMember.contactId} = ${contact.id})`
    : sql`EXISTS (SELECT 1 FROM ${contactTag} WHERE ${contactTag.tagId} = ${source.tagId} AND ${contactTag.contactId} = ${contact.id})`;
}
