import { and, eq } from 'drizzle-orm';
import type { Graph, NodeOf } from '#shared/automation/graph.ts';
import { schema } from '../db/index.ts';
import type { AutomationRow, EnrollmentRow, Unit } from './context.ts';
import { appendEvent, publish } from './record.ts';
import { askAdmission, setSegmentLimits } from './slots.ts';
import { countStatus } from './standing.ts';

const { automation, automationSender, contact, enrollment } = schema;

export type StartedAutomation = Pick<AutomationRow, 'id' | 'workspaceId'> & { versionId: string };

/** Limits and senders of a version, as its Segment and Sender Profile nodes say. */
export async function layOut(unit: Unit, automation: StartedAutomation, graph: Graph): Promise<void> {
  const { id: automationId, workspaceId } = automation;
  for (const segment of segmentsOf(graph)) {
    await setSegmentLimits(unit, { automationId, workspaceId, nodeId: segment.id }, segment.config);
  }
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

/** The same automation once more for one whose enrollment ended, by the segment they came from; or why not. */
export async function enterOnceMore(
  unit: Unit,
  row: EnrollmentRow,
): Promise<{ id: string } | { refused: 'automation_ended' | 'still_here' }> {
  const [owner] = await unit.tx.select().from(automation).where(eq(automation.id, row.automationId));
  if (owner?.status !== 'running' || owner.versionId === null) return { refused: 'automation_ended' };
  const started = { ...owner, versionId: owner.versionId };
  const id = await enrollAgain(unit, started, row.segmentNodeId, row.contactId);
  return id ? { id } : { refused: 'still_here' };
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
  const id = await enterAs(unit, automation, segmentNodeId, contactId, rotation);
  if (id) {
    await countStatus(unit, automation.id, { ready: 1 });
    await askAdmission(unit, automation.id, automation.workspaceId);
  }
  return id;
}

/** Null: there is such an enrollment, or no such contact. */
async function enterAs(
  unit: Unit,
  automation: StartedAutomation,
  segmentNodeId: string,
  contactId: string,
  rotation: number,
): Promise<string | null> {
  const [person] = await unit.tx.select().from(contact).where(eq(contact.id, contactId));
  if (!person || person.deletedAt !== null) return null;
  const inserted = await unit.tx
    .insert(enrollment)
    .values({
      id: unit.newId(),
      workspaceId: automation.workspaceId,
      automationId: automation.id,
      versionId: automation.versionId,
      segmentNodeId,
      contactId,
      rotation,
      companyId: person.companyId,
      status: 'ready',
      visited: [],
      repliesFrom: unit.now,
      createdAt: unit.now,
      updatedAt: unit.now,
    })
    .onConflictDoNothing()
    .returning({ id: enrollment.id });
  const id = inserted[0]?.id;
  if (!id) return null;
  await appendEvent(unit, {
    workspaceId: automation.workspaceId,
    type: 'enrolled',
    dedupeKey: `enrolled:${id}`,
    contactId,
    enrollmentId: id,
    automationId: automation.id,
    data: { rotation },
  });
  return id;
}

/** Queues contacts; one that was here before stays as it is (entering again is explicit). */
export async function enrollContacts(
  unit: Unit,
  automation: StartedAutomation,
  segmentNodeId: string,
  contactIds: readonly string[],
): Promise<number> {
  let added = 0;
  for (const contactId of contactIds) {
    if (await enterAs(unit, automation, segmentNodeId, contactId, 1)) added += 1;
  }
  if (added > 0) {
    await countStatus(unit, automation.id, { ready: added });
    await askAdmission(unit, automation.id, automation.workspaceId);
    await publish(unit, automation.workspaceId, 'automation', automation.id);
  }
  return added;
}

export function segmentsOf(graph: Graph): NodeOf<'segment'>[] {
  return graph.nodes.filter((node) => node.type === 'segment');
}

/** The Sender Profile node right after a segment. */
export function senderNodeOf(graph: Graph, segmentNodeId: string): NodeOf<'sender_profile'> | null {
  for (const edge of graph.edges) {
    if (edge.source !== segmentNodeId) continue;
    const node = graph.nodes.find((each) => each.id === edge.target);
    if (node?.type === 'sender_profile') return node;
  }
  return null;
}
