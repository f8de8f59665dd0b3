import type { Unit } from '../context.ts';
import { applyEvent } from '../flow/interpret.ts';
import { appendEvent } from '../record.ts';
import { findTask } from '../rows.ts';

/** A person opened a tracked email or followed a link of it: the first time it is an event that waits see. */
export async function noteTracked(
  unit: Unit,
  taskId: string,
  type: 'email_opened' | 'email_clicked',
): Promise<void> {
  const task = await findTask(unit.tx, taskId);
  if (!task) return;
  const isNew = await appendEvent(unit, {
    workspaceId: task.workspaceId,
    type,
    dedupeKey: `${type}:${task.id}`,
    contactId: task.contactId,
    enrollmentId: task.enrollmentId,
    automationId: task.automationId,
    senderId: task.senderId,
    taskId: task.id,
    nodeId: task.nodeId,
    data: { result: 'success' },
  });
  if (isNew) await applyEvent(unit, task.enrollmentId, { type });
}
