import { and, asc, eq, sql } from 'drizzle-orm';
import { segmentsOf } from '#shared/automation/segments.ts';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { publish } from '../record.ts';
import { graphOf } from '../rows.ts';
import { type Filtered, isPresent, passes, refusedBy, type Source } from './audience.ts';
import { enrollContacts, type StartedAutomation } from './enroll.ts';

const { automation: automationTable, contact, enteringBatch, segmentSource } = schema;

/** Contacts that enter in one transaction. */
export const enterAtOnce = 500;

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
    if (versionId !== null) await enterSome(unit, { id, workspaceId, versionId }, nodeId, contactIds);
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

/**
 * Fields that a filter may ask about changed, `before` says what they were: segments with a filter that refused them take
 * in whom it admits now. Whom it admitted before is there, or was left out by a person. `isFrom`: only by these lists
 * and tags.
 */
export async function feedFiltered(
  unit: Unit,
  before: readonly Filtered[],
  isFrom: (sourceId: string) => boolean = () => true,
): Promise<void> {
  if (before.length === 0) return;
  const people = new Map(before.map((each) => [each.id, each]));
  const wanted = JSON.stringify([...people.keys()]);
  const fedBy = (source: 'listId' | 'tagId') => {
    const from = source === 'listId' ? schema.listMember : schema.contactTag;
    const id = source === 'listId' ? schema.listMember.listId : schema.contactTag.tagId;
    return sql`SELECT a.id AS id, a.workspace_id AS workspaceId, a.version_id AS versionId, s.node_id AS nodeId,
        s.source_id AS sourceId, j.value AS contactId
      FROM json_each(${wanted}) AS j CROSS JOIN ${from} ON ${from.contactId} = j.value
      CROSS JOIN segment_source s ON s.source_id = ${id}
      CROSS JOIN automation a ON a.id = s.automation_id AND a.status = 'running' AND a.version_id IS NOT NULL`;
  };
  const rows = await unit.tx.all<StartedAutomation & { nodeId: string; sourceId: string; contactId: string }>(
    sql`${fedBy('listId')} UNION ALL ${fedBy('tagId')}`,
  );
  const bySegment = new Map<string, { started: StartedAutomation; nodeId: string; members: Set<Filtered> }>();
  for (const { nodeId, sourceId, contactId, ...started } of rows) {
    if (!isFrom(sourceId)) continue;
    const key = `${started.id} ${nodeId}`;
    const fed = bySegment.get(key) ?? { started, nodeId, members: new Set() };
    bySegment.set(key, fed);
    fed.members.add(must(people.get(contactId), 'the contact as it was'));
  }
  for (const { started, nodeId, members } of bySegment.values()) {
    const graph = await graphOf(unit.tx, started.versionId);
    const segment = segmentsOf(graph).find(({ id }) => id === nodeId);
    const refused = segment ? await refusedBy(unit.tx, segment.config.filter, [...members]) : [];
    if (refused.length > 0) await enterSome(unit, started, nodeId, refused);
  }
}

/**
 * Contacts came into what feeds a segment. So many as one transaction takes enter at once, the others in the engine's
 * next rounds: a large import must not hold up everything else.
 */
async function enterSome(
  unit: Unit,
  started: StartedAutomation,
  nodeId: string,
  contactIds: readonly string[],
): Promise<void> {
  await enterAdmitted(unit, started, nodeId, contactIds.slice(0, enterAtOnce));
  const { id: automationId, workspaceId } = started;
  const later = contactIds.slice(enterAtOnce);
  for (let from = 0; from < later.length; from += enterAtOnce) {
    const some = later.slice(from, from + enterAtOnce);
    await unit.tx.insert(enteringBatch).values({
      id: unit.newId(),
      automationId,
      workspaceId,
      nodeId,
      contactIds: some,
      n: some.length,
      total: contactIds.length,
      at: unit.now,
    });
  }
}

/** Those of them whom the segment's filter admits. */
async function enterAdmitted(
  unit: Unit,
  started: StartedAutomation,
  nodeId: string,
  contactIds: readonly string[],
): Promise<void> {
  const graph = await graphOf(unit.tx, started.versionId);
  const segment = segmentsOf(graph).find((each) => each.id === nodeId);
  if (!segment) return;
  const people = await unit.tx
    .select({ id: contact.id })
    .from(contact)
    .where(
      and(
        sql`${contact.id} IN (SELECT value FROM json_each(${JSON.stringify(contactIds)}))`,
        isPresent(started.workspaceId),
        passes(segment.config.filter),
      ),
    );
  const ids = people.map(({ id }) => id);
  await enrollContacts(unit, started, nodeId, ids);
}

/** The engine's stage: the batch that waits longest enters. True: there may be more. */
export async function enterBatch(ctx: EngineContext): Promise<boolean> {
  const { id, at } = enteringBatch;
  const [first] = await ctx.db.reader.select({ id }).from(enteringBatch).orderBy(asc(at), asc(id)).limit(1);
  if (!first) return false;
  await unitOfWork(ctx, async (unit) => {
    const [row] = await unit.tx.delete(enteringBatch).where(eq(id, first.id)).returning();
    if (!row) return;
    const [owner] = await unit.tx
      .select()
      .from(automationTable)
      .where(eq(automationTable.id, row.automationId));
    if (owner?.status !== 'running' || owner.versionId === null) return;
    const started = { id: owner.id, workspaceId: owner.workspaceId, versionId: owner.versionId };
    await enterAdmitted(unit, started, row.nodeId, row.contactIds);
    publish(unit, owner.workspaceId, 'automation', owner.id);
  });
  return true;
}
