import { and, eq } from 'drizzle-orm';
import type { NodeOf } from '#shared/automation/graph.ts';
import { freshSenderProfile } from '#shared/automation/nodes.ts';
import { schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { askThread } from '../inbound/threads.ts';
import { isOpenManualTask } from '../predicates.ts';
import { appendEvent } from '../record.ts';
import { contactById } from '../rows.ts';
import { cancelTask, createTask, isEngineTask } from '../steps/tasks.ts';
import { chooseSender } from '../wayIn/chooseSender.ts';
import { relationOf } from './facts.ts';

const { enrollment: enrollmentTable, manualTask, task } = schema;

/** What Change sender says: to its one sender, or to the one whose turn it is. False: none can be used. */
export async function takeNextSender(
  unit: Unit,
  row: EnrollmentRow,
  { id, config }: NodeOf<'change_sender'>,
): Promise<boolean> {
  const contact = await contactById(unit.tx, row.contactId);
  const choice = { ...freshSenderProfile, preferLatestContacted: false, ignorePreviousInteractions: true };
  const node = { id, type: 'sender_profile' as const, label: '', position: { x: 0, y: 0 } };
  const senderId = await chooseSender(
    unit,
    row,
    contact,
    { ...node, config: { ...choice, ...config } },
    false,
  );
  if (senderId === null) return false;
  await changeSender(unit, row, senderId, id);
  return true;
}

/**
 * The enrollment goes on as another sender. What the old one has planned and cannot have done is planned for the new
 * one; what may have happened stays with the old one.
 */
export async function changeSender(
  unit: Unit,
  row: EnrollmentRow,
  senderId: string,
  nodeId: string | null = null,
): Promise<void> {
  if (row.senderId === senderId) return;
  const moved = { ...row, senderId };
  await unit.tx.update(enrollmentTable).set({ senderId }).where(eq(enrollmentTable.id, row.id));
  for (const each of await unit.tx.select().from(task).where(eq(task.enrollmentId, row.id))) {
    if (isEngineTask(each) || !(await cancelTask(unit, each, 'sender_changed'))) continue;
    const { cursorId, visit, kind, priority } = each;
    const plan = { enrollment: moved, senderId, cursorId, nodeId: each.nodeId, visit, kind, priority };
    await createTask(unit, { ...plan, notBefore: each.notBefore });
  }
  await unit.tx
    .update(manualTask)
    .set({ senderId })
    .where(and(eq(manualTask.enrollmentId, row.id), isOpenManualTask));
  await askThread(unit, moved);
  await appendEvent(unit, {
    workspaceId: row.workspaceId,
    type: 'sender_changed',
    dedupeKey: `sender_changed:${row.id}:${unit.newId()}`,
    contactId: row.contactId,
    enrollmentId: row.id,
    automationId: row.automationId,
    senderId,
    nodeId,
    data: {
      from: row.senderId,
      // The log warns where the new sender could not write to them.
      connected: (await relationOf(unit.tx, row.contactId, senderId)) === 'connected',
    },
  });
}
