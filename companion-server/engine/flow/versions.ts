import { and, count, desc, eq, isNull } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { completePlan, type MovePlan } from '#shared/automation/versionDiff.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { AutomationRow, Unit } from '../context.ts';
import { publish } from '../record.ts';
import { graphOf } from '../rows.ts';
import { addSenderToNode, removeSenderFromNode, setSenderWeight } from '../senders/automationSenders.ts';
import { layOut } from '../wayIn/enroll.ts';
import { enterSegments } from '../wayIn/entering.ts';
import { askAdmission } from '../wayIn/slots.ts';

const { automation: automationTable, automationVersion, enrollment, nodeCount, versionMove } = schema;

/** Publishing can be undone for this long (schedule time), and only until the next edit. */
export const undoWithinMs = DAY;

type VersionRow = typeof automationVersion.$inferSelect;
export type RunningAutomation = AutomationRow & { versionId: string };

/** Stores a graph as the next version of a running automation; its contacts follow in the engine's rounds. */
export async function publishVersion(
  unit: Unit,
  automation: RunningAutomation,
  edit: { graph: Graph; plan: MovePlan; by: string },
): Promise<void> {
  const from = await graphOf(unit.tx, automation.versionId);
  const versionId = await storeVersion(unit, automation, { ...edit, restores: null });
  const plan = completePlan(from, edit.graph, edit.plan);
  await beginMove(unit, automation, {
    fromVersionId: automation.versionId,
    versionId,
    plan,
    restores: false,
  });
  await unit.tx
    .update(automationTable)
    .set({ draft: edit.graph })
    .where(eq(automationTable.id, automation.id));
  await putInForce(unit, { ...automation, versionId }, from, edit.graph, [from]);
}

/**
 * The version before becomes the newest one, and everybody returns to where they stood. Who was not moved yet stays.
 * The draft keeps what was undone. False: there is nothing to undo any more.
 */
export async function undoPublishing(
  unit: Unit,
  automation: RunningAutomation,
  by: string,
): Promise<boolean> {
  const undone = await undoableVersion(unit.tx, unit.now, automation);
  if (!undone) return false;
  const fromVersionId = automation.versionId;
  const versionId = await storeVersion(unit, automation, {
    graph: undone.before.graph,
    by,
    restores: undone.before.id,
  });
  // Their graph comes back unchanged: those on it are only marked.
  await unit.tx
    .update(versionMove)
    .set({ toVersionId: versionId, plan: { targets: {}, recompute: [] } })
    .where(and(eq(versionMove.toVersionId, fromVersionId), isNull(versionMove.finishedAt)));
  const plan = completePlan(undone.current.graph, undone.before.graph, { targets: {}, recompute: [] });
  await beginMove(unit, automation, { fromVersionId, versionId, plan, restores: true });
  const graphs = [undone.current.graph, undone.before.graph] as const;
  await putInForce(unit, { ...automation, versionId }, ...graphs, graphs);
  return true;
}

/** The current version and the one an undo brings back; null: not offered (any more). */
export async function undoableVersion(
  q: Queryable,
  now: number,
  automation: Pick<AutomationRow, 'id' | 'status'>,
): Promise<{ current: VersionRow; before: VersionRow } | null> {
  const [current, before] = await q
    .select()
    .from(automationVersion)
    .where(eq(automationVersion.automationId, automation.id))
    .orderBy(desc(automationVersion.number))
    .limit(2);
  if (automation.status !== 'running' || !current || !before || current.restores !== null) return null;
  return now - must(current.createdAt, 'time of a version') < undoWithinMs ? { current, before } : null;
}

async function storeVersion(
  unit: Unit,
  { id: automationId, workspaceId }: RunningAutomation,
  version: { graph: Graph; by: string; restores: string | null },
): Promise<string> {
  const [newest] = await unit.tx
    .select({ number: automationVersion.number })
    .from(automationVersion)
    .where(eq(automationVersion.automationId, automationId))
    .orderBy(desc(automationVersion.number))
    .limit(1);
  const counts = await unit.tx
    .select({ nodeId: nodeCount.nodeId, passed: nodeCount.passed, failed: nodeCount.failed })
    .from(nodeCount)
    .where(eq(nodeCount.automationId, automationId));
  const id = unit.newId();
  await unit.tx.insert(automationVersion).values({
    id,
    workspaceId,
    automationId,
    number: (newest?.number ?? 0) + 1,
    graph: version.graph,
    countsBefore: counts,
    restores: version.restores,
    createdBy: version.by,
    createdAt: unit.now,
  });
  await unit.tx
    .update(automationTable)
    .set({ versionId: id, updatedAt: unit.now })
    .where(eq(automationTable.id, automationId));
  return id;
}

async function beginMove(
  unit: Unit,
  { id: automationId, workspaceId }: RunningAutomation,
  move: { fromVersionId: string; versionId: string; plan: MovePlan; restores: boolean },
): Promise<void> {
  const [open] = await unit.tx
    .select({ total: count() })
    .from(enrollment)
    .where(and(eq(enrollment.versionId, move.fromVersionId), isNull(enrollment.endedAt)));
  await unit.tx.insert(versionMove).values({
    fromVersionId: move.fromVersionId,
    toVersionId: move.versionId,
    automationId,
    workspaceId,
    plan: move.plan,
    restores: move.restores,
    total: open?.total ?? 0,
    startedAt: unit.now,
  });
}

/** Limits, senders and lists of the new graph hold at once, also for those who wait outside. */
async function putInForce(
  unit: Unit,
  automation: RunningAutomation,
  from: Graph,
  to: Graph,
  goneThrough: readonly Graph[],
): Promise<void> {
  const { id: automationId, workspaceId } = automation;
  await layOut(unit, automation, to);
  await syncSenders(unit, { automationId, workspaceId }, from, to);
  await enterSegments(unit, automation, to, goneThrough);
  await askAdmission(unit, automationId, workspaceId);
  publish(unit, workspaceId, 'automation', automationId);
}

/** What the edit changed in the nodes that name senders; changes made there on the running automation stay. */
async function syncSenders(
  unit: Unit,
  automation: { automationId: string; workspaceId: string },
  from: Graph,
  to: Graph,
): Promise<void> {
  const ids = new Set([...sendersOf(from).keys(), ...sendersOf(to).keys()]);
  for (const nodeId of ids) {
    const node = { ...automation, nodeId };
    const before = sendersOf(from).get(nodeId) ?? new Map<string, number>();
    const after = sendersOf(to).get(nodeId) ?? new Map<string, number>();
    for (const [senderId, weight] of after) {
      if (!before.has(senderId)) await addSenderToNode(unit, node, senderId, weight);
      else if (before.get(senderId) !== weight) await setSenderWeight(unit, node, senderId, weight);
    }
    for (const senderId of before.keys()) {
      if (!after.has(senderId)) await removeSenderFromNode(unit, node, senderId, 'finish');
    }
  }
}

/** Per Sender Profile and Change sender node its senders with their weights. */
function sendersOf(graph: Graph): Map<string, Map<string, number>> {
  const nodes = graph.nodes.filter((node) => node.type === 'sender_profile' || node.type === 'change_sender');
  return new Map(
    nodes.map(({ id, config }) => [
      id,
      new Map(config.senders.map(({ senderId, weight }) => [senderId, weight])),
    ]),
  );
}
