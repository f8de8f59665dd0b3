import { and, eq } from 'drizzle-orm';
import { senderNodeOf } from '#shared/automation/segments.ts';
import type { EnrollmentEvent } from '#shared/automation/state.ts';
import { schema } from '../../db/index.ts';
import type { EnrollmentRow, TaskRow, Unit } from '../context.ts';
import { applyEvent } from '../flow/interpret.ts';
import { hasStarted, setStanding } from '../flow/standing.ts';
import { enrollmentById, graphOf } from '../rows.ts';
import { createTask, ENRICHMENT_NODE, priority } from '../steps/tasks.ts';
import { usableSenders } from './chooseSender.ts';
import { roomAhead } from './readAhead.ts';
import { askAdmission, blockedOn, passOn } from './slots.ts';

const { enrollment: enrollmentTable, task } = schema;

const openStates = ['scheduled', 'ready', 'claimed', 'committing', 'unknown'];

/** Asks the sender's browser to read the profile; false: it has two days of reading ahead already. */
export async function askEnrichment(unit: Unit, row: EnrollmentRow, senderId: string): Promise<boolean> {
  if ((await roomAhead(unit, senderId)) === 0) return false;
  const before = await readsOf(unit, row.id);
  if (before.some(({ state }) => openStates.includes(state))) return true;
  await createTask(unit, {
    enrollment: row,
    senderId,
    cursorId: '',
    nodeId: ENRICHMENT_NODE,
    visit: before.length + 1,
    kind: 'visit',
    priority: priority.enrichment,
    notBefore: unit.now,
  });
  return true;
}

/** The read is over: back to admission, or the end of the way in. */
export async function endEnrichment(
  unit: Unit,
  task: TaskRow,
  result: 'read' | 'duplicate' | 'wrong_person' | { failed: string },
): Promise<void> {
  const row = await enrollmentById(unit.tx, task.enrollmentId);
  if (row.status !== 'waiting_enrichment') return;
  if (result === 'read') {
    await unit.tx.update(enrollmentTable).set({ blockedOn: null }).where(eq(enrollmentTable.id, row.id));
    await askAdmission(unit, row.automationId, row.workspaceId);
    return;
  }
  if (result === 'duplicate') return await endBeforeStart(unit, row, 'duplicate', 'duplicate');
  if (result === 'wrong_person') {
    // Whether it is the contact is for a person to say.
    await setStanding(unit, row, { status: 'paused', reason: result, blockedOn: blockedOn.reply(row.id) });
    return;
  }
  if (result.failed === 'profile_not_found' && (await askAnotherSender(unit, row))) return;
  await endBeforeStart(unit, row, 'failed', result.failed);
}

/** A link that is dead for one sender may work for another: one more of the node tries it. */
async function askAnotherSender(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const failed = (await readsOf(unit, row.id)).filter(({ state }) => state === 'failed');
  const tried = new Set(failed.map(({ senderId }) => senderId));
  if (tried.size > 1) return false;
  const node = senderNodeOf(await graphOf(unit.tx, row.versionId), row.segmentNodeId);
  const usable = node ? await usableSenders(unit.tx, row.automationId, node.id) : [];
  const other = usable.find(({ senderId }) => !tried.has(senderId));
  if (!other) return false;
  const { senderId } = other;
  await unit.tx
    .update(enrollmentTable)
    .set({ senderId, blockedOn: null })
    .where(eq(enrollmentTable.id, row.id));
  await askAdmission(unit, row.automationId, row.workspaceId);
  return true;
}

/** The profile reads of this enrollment so far. */
async function readsOf(unit: Unit, enrollmentId: string) {
  return await unit.tx
    .select({ senderId: task.senderId, state: task.state })
    .from(task)
    .where(and(eq(task.enrollmentId, enrollmentId), eq(task.nodeId, ENRICHMENT_NODE)));
}

/** Ends an enrollment that is not admitted; one that came back ends with its branches. */
export async function endBeforeStart(
  unit: Unit,
  row: EnrollmentRow,
  status: 'duplicate' | 'failed' | 'canceled' | 'finished',
  reason: string,
): Promise<void> {
  if (hasStarted(row)) return await applyEvent(unit, row.id, endedBy(status, reason));
  await setStanding(unit, row, { status, reason, blockedOn: null, endedAt: unit.now });
  await passOn(unit, row);
}

function endedBy(status: 'duplicate' | 'failed' | 'canceled' | 'finished', reason: string): EnrollmentEvent {
  switch (status) {
    case 'duplicate':
      return { type: 'duplicate' };
    case 'finished':
      return { type: 'completed' };
    default:
      return { type: status, reason };
  }
}
