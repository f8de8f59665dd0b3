import { and, eq, notExists, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { schema } from '../db/index.ts';
import { admittedBy, isPresent, passes, type Source } from './audience.ts';
import type { Unit } from './context.ts';
import { enrollContacts, type StartedAutomation, segmentsOf } from './enroll.ts';
import { graphOf } from './rows.ts';

const { automation: automationTable, contact, enrollment, segmentSource } = schema;

/** Enrolls everybody whom the version's segments admit and who was never here. Returns how many those are. */
export async function enrollSegments(
  unit: Unit,
  automation: StartedAutomation,
  graph: Graph,
): Promise<number> {
  let added = 0;
  for (const { id, config } of segmentsOf(graph)) {
    const people = await unit.tx
      .select({ id: contact.id })
      .from(contact)
      .where(and(admittedBy(automation.workspaceId, config), wasNeverIn(unit, automation.id)));
    added += await enrollContacts(unit, automation, id, idsOf(people));
  }
  return added;
}

/** Publishing asks for all contacts of its lists: those enrolled before are not even read. */
function wasNeverIn(unit: Unit, automationId: string) {
  return notExists(
    unit.tx
      .select({ id: enrollment.id })
      .from(enrollment)
      .where(and(eq(enrollment.automationId, automationId), eq(enrollment.contactId, contact.id))),
  );
}

/** Contacts came into a list or got a tag: every running automation that it keeps feeding takes them in. */
export async function feed(unit: Unit, source: Source, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  const fed = await unit.tx
    .select({
      id: automationTable.id,
      workspaceId: automationTable.workspaceId,
      versionId: automationTable.versionId,
      nodeId: segmentSource.nodeId,
    })
    .from(segmentSource)
    .innerJoin(automationTable, eq(automationTable.id, segmentSource.automationId))
    .where(
      and(
        eq(segmentSource.sourceId, 'listId' in source ? source.listId : source.tagId),
        eq(automationTable.status, 'running'),
      ),
    );
  for (const { id, workspaceId, versionId, nodeId } of fed) {
    if (versionId === null) continue;
    const segment = segmentsOf(await graphOf(unit.tx, versionId)).find((each) => each.id === nodeId);
    if (!segment) continue;
    const isAmong = sql`${contact.id} IN (SELECT value FROM json_each(${JSON.stringify(contactIds)}))`;
    const people = await unit.tx
      .select({ id: contact.id })
      .from(contact)
      .where(and(isAmong, isPresent(workspaceId), passes(segment.config.filter)));
    await enrollContacts(unit, { id, workspaceId, versionId }, nodeId, idsOf(people));
  }
}

/** The same for one list. */
export async function contactsAddedToList(
  unit: Unit,
  listId: string,
  contactIds: readonly string[],
): Promise<void> {
  await feed(unit, { listId }, contactIds);
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
