import { and, eq, sql } from 'drizzle-orm';
import { schema } from '../db/index.ts';
import { isPresent, passes, type Source } from './audience.ts';
import type { Unit } from './context.ts';
import { enrollContacts, segmentsOf } from './enroll.ts';
import { graphOf } from './rows.ts';

const { automation: automationTable, contact, segmentSource } = schema;

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
