import { and, asc, eq, exists, gt, inArray, isNull, not, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Graph, NodeOf } from '#shared/automation/graph.ts';
import { schema } from '../../db/index.ts';
import { type ContactRow, isStoplistedSql } from '../contact/view.ts';
import type { Call } from '../context.ts';

const { contact, listMember } = schema;

export type SegmentNode = NodeOf<'segment'>;

export function segmentsOf(graph: Graph): SegmentNode[] {
  return graph.nodes.filter((node) => node.type === 'segment');
}

/** The Sender Profile node right after a segment. */
export function senderNodeOf(graph: Graph, segmentId: string): NodeOf<'sender_profile'> | null {
  const targets = graph.edges.filter(({ source }) => source === segmentId).map(({ target }) => target);
  return (
    graph.nodes.find(
      (node): node is NodeOf<'sender_profile'> => node.type === 'sender_profile' && targets.includes(node.id),
    ) ?? null
  );
}

/** Every sender profile that a graph names, once. */
export function senderIdsOf(graph: Graph): string[] {
  const ids = graph.nodes.flatMap((node) =>
    node.type === 'sender_profile' || node.type === 'change_sender'
      ? node.config.senders.map(({ senderId }) => senderId)
      : [],
  );
  return [...new Set(ids)];
}

export function listIdsOf(graph: Graph): string[] {
  return [...new Set(segmentsOf(graph).flatMap((node) => node.config.listIds))];
}

/** Contacts of this workspace that are in one of the lists and not in the bin, as a condition over `contact`. */
export function inLists(call: Call, listIds: readonly string[]): SQL | undefined {
  return and(
    eq(contact.workspaceId, call.workspaceId),
    isNull(contact.deletedAt),
    inArray(contact.id, memberIds(call, listIds)),
  );
}

/** Those of them that may be contacted. */
export function reachableIn(call: Call, listIds: readonly string[]): SQL | undefined {
  return and(inLists(call, listIds), not(isStoplistedSql));
}

function memberIds(call: Call, listIds: readonly string[]) {
  return call.db.reader
    .select({ id: listMember.contactId })
    .from(listMember)
    .where(and(eq(listMember.workspaceId, call.workspaceId), inArray(listMember.listId, [...listIds])));
}

/** Somebody in two segments enters by the first: what comes before a segment is not its own. */
export function ownOf(call: Call, graph: Graph, segment: SegmentNode): SQL | undefined {
  const segments = segmentsOf(graph);
  const before = segments.slice(0, segments.indexOf(segment)).flatMap((node) => node.config.listIds);
  if (before.length === 0) return inLists(call, segment.config.listIds);
  return and(
    inLists(call, segment.config.listIds),
    not(inArray(contact.id, memberIds(call, before)) as SQL<boolean>),
  );
}

export const noLinkedin = sql`(${contact.linkedinSlug} IS NULL AND ${contact.linkedinProfileId} IS NULL)`;

const PAGE = 1_000;

/**
 * Everybody in these lists, once, a page at a time along the lists' own index: neither the memory nor the time of a
 * page depends on how many there are.
 */
export async function* contactsOf(
  call: Call,
  listIds: readonly string[],
): AsyncGenerator<ContactRow & { stoplisted: number }> {
  const { reader } = call.db;
  const other = alias(listMember, 'other');
  for (const [at, listId] of listIds.entries()) {
    const before = listIds.slice(0, at);
    const inBefore = reader
      .select({ contactId: other.contactId })
      .from(other)
      .where(and(inArray(other.listId, before), eq(other.contactId, listMember.contactId)));
    for (let last = ''; ; ) {
      const rows = await reader
        .select({ row: contact, stoplisted: sql<number>`${isStoplistedSql}` })
        .from(listMember)
        .innerJoin(contact, eq(contact.id, listMember.contactId))
        .where(
          and(
            eq(listMember.listId, listId),
            eq(listMember.workspaceId, call.workspaceId),
            gt(listMember.contactId, last),
            isNull(contact.deletedAt),
            before.length > 0 ? not(exists(inBefore)) : undefined,
          ),
        )
        .orderBy(asc(listMember.contactId))
        .limit(PAGE);
      for (const { row, stoplisted } of rows) yield { ...row, stoplisted };
      if (rows.length < PAGE) break;
      last = rows.at(-1)?.row.id ?? '';
    }
  }
}
