import { and, count, desc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { schema } from '../../db/index.ts';
import { isLive } from '../../engine/predicates.ts';
import type { MemberCall } from '../context.ts';
import { audienceOf } from './audience.ts';
import { contactsAre, EXAMPLES, type Finding, finding, nameOf } from './finding.ts';

const { automation, contact, enrollment, sender } = schema;

/** Automations told by name; more of them would only be a wall of text. */
const TOLD = 10;

/** Contacts that are under way in other automations: they wait until they are through there. */
export async function checkOverlaps(
  call: MemberCall,
  automationId: string,
  graph: Graph,
): Promise<Finding[]> {
  const { reader } = call.db;
  const people = reader.select({ id: contact.id }).from(contact).where(audienceOf(call, graph));
  const overlaps = and(
    eq(enrollment.workspaceId, call.workspaceId),
    inArray(enrollment.contactId, people),
    isLive,
    ne(enrollment.automationId, automationId),
  );
  const rows = await reader
    .select({
      id: enrollment.automationId,
      name: automation.name,
      total: count(),
      senders: sql<string | null>`group_concat(DISTINCT ${sender.name})`,
    })
    .from(enrollment)
    .innerJoin(automation, eq(automation.id, enrollment.automationId))
    .leftJoin(sender, eq(sender.id, enrollment.senderId))
    .where(overlaps)
    .groupBy(enrollment.automationId)
    .orderBy(desc(count()))
    .limit(TOLD);
  const findings: Finding[] = [];
  for (const { id, name, total, senders } of rows) {
    const by = senders ? ` by ${senders.split(',').join(', ')}` : '';
    const message = `${contactsAre(total)} under way in "${name}"${by}: here they wait until that has ended.`;
    findings.push({
      ...finding('warning', 'overlap', null, message),
      count: total,
      examples: await firstNames(call, and(overlaps, eq(enrollment.automationId, id))),
    });
  }
  return findings;
}

async function firstNames(call: MemberCall, where: SQL | undefined): Promise<string[]> {
  const rows = await call.db.reader
    .select(nameOf)
    .from(enrollment)
    .innerJoin(contact, eq(contact.id, enrollment.contactId))
    .where(where)
    .limit(EXAMPLES);
  return rows.map(({ name }) => name);
}
