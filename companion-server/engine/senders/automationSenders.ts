import { and, eq, inArray } from 'drizzle-orm';
import { segmentsOf, senderNodeOf } from '#shared/automation/segments.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { liftHold, setHold } from '../holds/holds.ts';
import { leaves } from '../lookups.ts';
import { publish } from '../record.ts';
import { graphOf } from '../rows.ts';
import { askAdmission, blockedOn, NO_LIMIT, wakeParked } from '../wayIn/slots.ts';

const { automation, automationSender, automationVersion, sender, senderExit } = schema;

/** A Sender Profile node of a started automation: `automation_sender` is the truth, its version only the start. */
export interface NodeOfAutomation {
  workspaceId: string;
  automationId: string;
  nodeId: string;
}

/** What happens to what a removed sender has under way here. */
export type Removal = 'cancel' | 'finish';

/** Contacts that enter from now on are distributed over this sender too. */
export async function addSenderToNode(
  unit: Unit,
  node: NodeOfAutomation,
  senderId: string,
  weight: number,
): Promise<void> {
  await unit.tx
    .insert(automationSender)
    .values({ ...node, senderId, weight })
    .onConflictDoUpdate({
      target: [automationSender.automationId, automationSender.nodeId, automationSender.senderId],
      set: { enabled: true, weight },
    });
  await distributionChanged(unit, node);
}

/** From now on it gets more or fewer of the contacts that enter; the count of the distribution begins anew. */
export async function setSenderWeight(
  unit: Unit,
  node: NodeOfAutomation,
  senderId: string,
  weight: number,
): Promise<void> {
  await unit.tx
    .update(automationSender)
    .set({ weight })
    .where(and(...inNode(node), eq(automationSender.senderId, senderId)));
  await distributionChanged(unit, node);
}

/** Nothing new is assigned; what is under way here is finished, or canceled in the next rounds of the engine. */
export async function removeSenderFromNode(
  unit: Unit,
  node: NodeOfAutomation,
  senderId: string,
  removal: Removal,
): Promise<void> {
  const { automationId, workspaceId } = node;
  await unit.tx
    .update(automationSender)
    .set({ enabled: false })
    .where(and(...inNode(node), eq(automationSender.senderId, senderId)));
  if (removal === 'cancel') {
    for (const segmentNodeId of await segmentsBefore(unit, node)) {
      const exit = { senderId, automationId, segmentNodeId, nodeId: node.nodeId, workspaceId };
      await unit.tx
        .insert(senderExit)
        .values({ ...exit, reason: 'sender_removed', at: unit.now })
        .onConflictDoNothing();
    }
  }
  await distributionChanged(unit, node);
  await wakeParked(unit, blockedOn.sender(senderId), NO_LIMIT);
}

/** Who came in by one of these is a contact of the node, in whichever version of the automation they are. */
async function segmentsBefore(unit: Unit, { automationId, nodeId }: NodeOfAutomation): Promise<Set<string>> {
  const versions = await unit.tx
    .select({ id: automationVersion.id })
    .from(automationVersion)
    .where(eq(automationVersion.automationId, automationId));
  const segments = new Set<string>();
  for (const { id } of versions) {
    const graph = await graphOf(unit.tx, id);
    for (const segment of segmentsOf(graph)) {
      if (senderNodeOf(graph, segment.id)?.id === nodeId) segments.add(segment.id);
    }
  }
  return segments;
}

/** The sender became usable or stopped being so: every automation it works in looks again. */
export async function senderUsabilityChanged(unit: Unit, senderId: string): Promise<void> {
  const nodes = await unit.tx
    .select({
      workspaceId: automationSender.workspaceId,
      automationId: automationSender.automationId,
      nodeId: automationSender.nodeId,
    })
    .from(automationSender)
    .where(eq(automationSender.senderId, senderId));
  for (const node of nodes) await distributionChanged(unit, node);
  await wakeParked(unit, blockedOn.sender(senderId), NO_LIMIT);
}

/** Counting starts anew, so that a newcomer gets its share of later contacts and not all of them. */
export async function distributionChanged(unit: Unit, node: NodeOfAutomation): Promise<void> {
  await unit.tx
    .update(automationSender)
    .set({ placed: 0 })
    .where(and(...inNode(node)));
  await checkUsableSenders(unit, node);
  publish(unit, node.workspaceId, 'automation', node.automationId);
}

/**
 * Puts or lifts `no_usable_sender`: nobody can come in, whoever a Change sender step has. It stops admission only: what
 * is under way belongs to a sender that finishes.
 */
async function checkUsableSenders(unit: Unit, node: NodeOfAutomation): Promise<void> {
  const { workspaceId, automationId } = node;
  const [row] = await unit.tx.select().from(automation).where(eq(automation.id, automationId));
  if (row?.status !== 'running' || row.versionId === null) return;
  const graph = await graphOf(unit.tx, row.versionId);
  const entrances = segmentsOf(graph).flatMap(({ id }) => senderNodeOf(graph, id)?.id ?? []);
  const [usable] = await unit.tx
    .select({ senderId: automationSender.senderId })
    .from(automationSender)
    .innerJoin(sender, eq(sender.id, automationSender.senderId))
    .where(
      and(
        eq(automationSender.automationId, automationId),
        inArray(automationSender.nodeId, entrances),
        eq(automationSender.enabled, true),
        eq(sender.state, 'active'),
      ),
    )
    .limit(1);
  const hold = {
    workspaceId,
    scope: 'automation',
    scopeId: automationId,
    reason: 'no_usable_sender',
  } as const;
  if (!usable) {
    await setHold(unit, { ...hold, by: 'system' });
    return;
  }
  await liftHold(unit, hold, 'system');
  await wakeParked(unit, blockedOn.automation(automationId), NO_LIMIT);
  await askAdmission(unit, automationId, workspaceId);
}

/** Whether its enrollments that came in by this segment are being canceled; without one: all of them. */
export function isLeaving(
  unit: Unit,
  senderId: string,
  from: { automationId: string; segmentNodeId: string } | null,
): Awaitable<boolean> {
  return whenThere(rowsOf(unit.tx).look(leaves, senderId), (left) =>
    left.some(
      ({ automationId, segmentNodeId }) =>
        automationId === '' || (automationId === from?.automationId && segmentNodeId === from.segmentNodeId),
    ),
  );
}

/** Whether its enrollments of this node are still being canceled: until that is over it cannot come back. */
export async function isLeavingNode(unit: Unit, node: NodeOfAutomation, senderId: string): Promise<boolean> {
  const left = await rowsOf(unit.tx).look(leaves, senderId);
  return left.some(
    ({ automationId, nodeId }) =>
      automationId === '' || (automationId === node.automationId && nodeId === node.nodeId),
  );
}

function inNode(node: NodeOfAutomation) {
  return [eq(automationSender.automationId, node.automationId), eq(automationSender.nodeId, node.nodeId)];
}
