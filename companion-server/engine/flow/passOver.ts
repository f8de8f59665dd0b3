import type { TaskRow, Unit } from '../context.ts';
import { appendTaskEvent } from '../record.ts';
import { cancelTask, ENRICHMENT_NODE, finish } from '../steps/tasks.ts';
import { endEnrichment } from '../wayIn/enrichment.ts';
import { applyEvent } from './interpret.ts';

/** Nothing to do, or not to be done: the branch goes on. */
export async function passOver(
  unit: Unit,
  task: TaskRow,
  state: 'closed' | 'skipped',
  reason: string,
): Promise<void> {
  await finish(unit, task, state, { reason });
  appendTaskEvent(unit, task, 'task_closed', `${state}:${task.fence}`, {
    result: 'success',
    kind: task.kind,
    code: reason,
  });
  if (task.nodeId === ENRICHMENT_NODE) {
    await endEnrichment(unit, task, 'read');
    return;
  }
  await applyEvent(unit, task.enrollmentId, {
    type: 'task_ended',
    cursorId: task.cursorId,
    nodeId: task.nodeId,
    visit: task.visit,
    result: { kind: state, reason },
  });
}

/** Its branch stands elsewhere by now and waited for it: that one goes on. Reached again, the step is asked for anew. */
export async function giveUp(unit: Unit, task: TaskRow, reason: string): Promise<void> {
  await cancelTask(unit, task, reason);
  appendTaskEvent(unit, task, 'task_canceled', `canceled:${task.fence}`, { reason });
  await applyEvent(unit, task.enrollmentId, {
    type: 'task_ended',
    cursorId: task.cursorId,
    nodeId: task.nodeId,
    result: { kind: 'skipped', reason },
  });
}
