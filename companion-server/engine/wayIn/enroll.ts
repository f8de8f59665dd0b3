import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { segmentsOf } from '#shared/automation/segments.ts';
import { schema } from '../../db/index.ts';
import type { AutomationRow, EnrollmentRow, Unit } from '../context.ts';
import { countStatus } from '../flow/standing.ts';
import { addressIsTrusted } from '../inbound/undeliverable.ts';
import { noteEvent, publish } from '../record.ts';
import { graphOf } from '../rows.ts';
import { admittedBy } from './audience.ts';
import { askAdmission, setSegmentLimits } from './slots.ts';

const { automation, automationSender, contact, enrollment, segmentSource, task } = schema;

export type StartedAutomation = Pick<AutomationRow, 'id' | 'workspaceId'> & { versionId: string };

/** Limits and senders of a version, as its Segment and Sender Profile nodes say. */
export async function layOut(unit: Unit, automation: StartedAutomation, graph: Graph): Promise<void> {
  const { id: automationId, workspaceId } = automation;
  for (const segment of segmentsOf(graph)) {
    await setSegmentLimits(unit, { automationId, workspaceId, nodeId: segment.id }, segment.config);
  }
  await noteSources(unit, automation, graph);
  for (const node of graph.nodes) {
    if (node.type !== 'sender_profile' && node.type !== 'change_sender') continue;
    for (const { senderId, weight } of node.config.senders) {
      await unit.tx
        .insert(automationSender)
        .values({ automationId, nodeId: node.id, senderId, workspaceId, weight })
        .onConflictDoNothing();
    }
  }
}

/** Which lists and tags feed which segments, so that adding a contact asks one index. */
async function noteSources(
  unit: Unit,
  { id: automationId, workspaceId }: StartedAutomation,
  graph: Graph,
): Promise<void> {
  await unit.tx.delete(segmentSource).where(eq(segmentSource.automationId, automationId));
  for (const { id: nodeId, config } of segmentsOf(graph)) {
    if (!config.keepFeeding) continue;
    for (const sourceId of new Set([...config.listIds, ...config.tagIds])) {
      await unit.tx.insert(segmentSource).values({ sourceId, automationId, nodeId, workspaceId });
    }
  }
}

/** Why somebody cannot enter an automation once more. */
type NoWayIn = 'automation_ended' | 'still_here' | 'unknown_open' | 'segment_removed';

/** The same automation once more for one whose enrollment ended, by the segment they came from; or why not. */
export async function enterOnceMore(
  unit: Unit,
  row: EnrollmentRow,
): Promise<{ id: string } | { refused: NoWayIn }> {
  const [owner] = await unit.tx.select().from(automation).where(eq(automation.id, row.automationId));
  if (owner?.status !== 'running' || owner.versionId === null) return { refused: 'automation_ended' };
  if (await mayHaveHappened(unit, row)) return { refused: 'unknown_open' };
  const started = { ...owner, versionId: owner.versionId };
  const segmentNodeId = await segmentFor(unit, row, started.versionId);
  if (segmentNodeId === null) return { refused: 'segment_removed' };
  const id = await enrollAgain(unit, started, segmentNodeId, row.contactId);
  if (!id) return { refused: 'still_here' };
  if (row.status === 'bounced') await addressIsTrusted(unit, row.contactId);
  return { id };
}

/** The segment they came from; where the current version has it no more, the first one that admits them. */
async function segmentFor(
  unit: Unit,
  { segmentNodeId, workspaceId, contactId }: EnrollmentRow,
  versionId: string,
): Promise<string | null> {
  const segments = segmentsOf(await graphOf(unit.tx, versionId));
  if (segments.some(({ id }) => id === segmentNodeId)) return segmentNodeId;
  for (const { id, config } of segments) {
    const admitted = await unit.tx
      .select({ id: contact.id })
      .from(contact)
      .where(and(eq(contact.id, contactId), admittedBy(workspaceId, config)));
    if (admitted.length > 0) return id;
  }
  return null;
}

/** A step of an earlier time here whose effect nobody knows: the same step once more could reach them twice. */
async function mayHaveHappened(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: task.id })
    .from(task)
    .innerJoin(enrollment, eq(enrollment.id, task.enrollmentId))
    .where(
      and(
        eq(enrollment.automationId, row.automationId),
        eq(enrollment.contactId, row.contactId),
        inArray(task.state, ['committing', 'unknown']),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Queues a contact that was here before once more, as its next rotation. Returns the new enrollment; null: it is here still. */
async function enrollAgain(
  unit: Unit,
  automation: StartedAutomation,
  segmentNodeId: string,
  contactId: string,
): Promise<string | null> {
  const earlier = await unit.tx
    .select({ rotation: enrollment.rotation, endedAt: enrollment.endedAt })
    .from(enrollment)
    .where(and(eq(enrollment.automationId, automation.id), eq(enrollment.contactId, contactId)));
  if (earlier.some(({ endedAt }) => endedAt === null)) return null;
  const rotation = Math.max(0, ...earlier.map((each) => each.rotation)) + 1;
  const [id] = await enterAs(unit, automation, segmentNodeId, [contactId], rotation);
  if (id) {
    await countStatus(unit, automation.id, { ready: 1 });
    await askAdmission(unit, automation.id, automation.workspaceId);
  }
  return id ?? null;
}

/** Makes enrollments, in one statement. Returns those that are new: not who is here, or in the bin. */
async function enterAs(
  unit: Unit,
  automation: StartedAutomation,
  segmentNodeId: string,
  contactIds: readonly string[],
  rotation: number,
): Promise<string[]> {
  const { id: automationId, workspaceId, versionId } = automation;
  const wanted = JSON.stringify(contactIds.map((contactId) => [unit.newId(), contactId]));
  const entered = await unit.tx.all<{ id: string; contactId: string }>(sql`
    INSERT INTO enrollment (id, workspace_id, automation_id, version_id, segment_node_id, contact_id, company_id,
      rotation, status, visited, replies_from, created_at, updated_at)
    SELECT wanted.value ->> 0, ${workspaceId}, ${automationId}, ${versionId}, ${segmentNodeId}, contact.id,
      contact.company_id, ${rotation}, 'ready', '[]', ${unit.now}, ${unit.now}, ${unit.now}
    FROM json_each(${wanted}) AS wanted CROSS JOIN contact ON contact.id = wanted.value ->> 1
    WHERE contact.deleted_at IS NULL
    ON CONFLICT DO NOTHING
    RETURNING id, contact_id AS contactId`);
  for (const { id, contactId } of entered) {
    noteEvent(unit, {
      workspaceId,
      type: 'enrolled',
      dedupeKey: `enrolled:${id}`,
      contactId,
      enrollmentId: id,
      automationId,
      data: { rotation },
    });
  }
  return entered.map(({ id }) => id);
}

/** Contacts that one statement takes in. */
const AT_ONCE = 1000;

/** Queues contacts; one that was here before stays as it is (entering again is explicit). */
export async function enrollContacts(
  unit: Unit,
  automation: StartedAutomation,
  segmentNodeId: string,
  contactIds: readonly string[],
): Promise<number> {
  let added = 0;
  for (let from = 0; from < contactIds.length; from += AT_ONCE) {
    const some = contactIds.slice(from, from + AT_ONCE);
    added += (await enterAs(unit, automation, segmentNodeId, some, 1)).length;
  }
  if (added > 0) {
    await countStatus(unit, automation.id, { ready: added });
    await askAdmission(unit, automation.id, automation.workspaceId);
    publish(unit, automation.workspaceId, 'automation', automation.id);
  }
  return added;
}
