import { and, count, desc, eq, inArray, isNotNull, max, notInArray, type SQL, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { segmentsOf, senderNodeOf } from '#shared/automation/segments.ts';
import { utcDate } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { MemberCall } from '../context.ts';
import { admitted, reachableIn } from './audience.ts';
import { EXAMPLES, type Finding, finding, nameOf } from './finding.ts';

const { contact, relation, sender } = schema;

/** Colleagues told by name; more of them would only be a wall of text. */
const TOLD = 10;

/** Contacts that a sender profile outside of the node wrote to or heard from: who, and when last. */
export async function checkCollisions(call: MemberCall, graph: Graph): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const segment of segmentsOf(graph)) {
    const node = senderNodeOf(graph, segment.id);
    if (!node || node.config.ignorePreviousInteractions) continue;
    const own = node.config.senders.map(({ senderId }) => senderId);
    findings.push(...(await collisionsIn(call, node.id, own, reachableIn(admitted(call, graph, segment)))));
  }
  return findings;
}

async function collisionsIn(
  call: MemberCall,
  nodeId: string,
  own: string[],
  people: SQL | undefined,
): Promise<Finding[]> {
  const { reader } = call.db;
  const touched = and(
    inArray(relation.contactId, reader.select({ id: contact.id }).from(contact).where(people)),
    notInArray(relation.senderId, own),
    isNotNull(relation.lastInteractionAt),
  );
  const rows = await reader
    .select({ id: sender.id, name: sender.name, total: count(), last: max(relation.lastInteractionAt) })
    .from(relation)
    .innerJoin(sender, eq(sender.id, relation.senderId))
    .where(touched)
    .groupBy(relation.senderId)
    .orderBy(desc(sql`count(*)`))
    .limit(TOLD);
  const findings: Finding[] = [];
  for (const { id, name, total, last } of rows) {
    const names = await reader
      .select(nameOf)
      .from(relation)
      .innerJoin(contact, eq(contact.id, relation.contactId))
      .where(and(touched, eq(relation.senderId, id)))
      .limit(EXAMPLES);
    const when = utcDate(last ?? 0);
    const people = total === 1 ? '1 contact' : `${total} contacts`;
    const message = `${name} was in touch with ${people}, last on ${when}, and is no sender here.`;
    findings.push({
      ...finding('warning', 'collision', nodeId, message),
      count: total,
      examples: names.map((each) => each.name),
    });
  }
  return findings;
}
