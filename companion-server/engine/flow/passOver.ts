import { rowsOf } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { appendTaskEvent } from '../record.ts';
import { shapes } from '../shapes.ts';
import { ENRICHMENT_NODE, finish, isEngineTask } from '../steps/tasks.ts';
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

/**
 * Whether a branch still stands on the step. One that was under way may have come back without an effect after a
 * person skipped it or put the contact before another one, or after an edit removed it.
 */
export async function isStoodOn(unit: Unit, task: TaskRow): Promise<boolean> {
  if (isEngineTask(task)) return true;
  const branch = await rowsOf(unit.tx).get(shapes.cursor, task.cursorId);
  return branch?.state === 'acting' && branch.nodeId === task.nodeId && branch.visit === task.visit;
}

/**
 * A step without an effect whose branch stands elsewhere by now; one that waited for the result goes on. Reached again,
 * the step is asked for anew.
 */
export async function giveUp(unit: Unit, task: TaskRow, reason: string): Promise<void> {
  await finish(unit, task, 'canceled', { reason });
  appendTaskEvent(unit, task, 'task_canceled', `canceled:${task.fence}`, { reason });
  await applyEvent(unit, task.enrollmentId, {
    type: 'task_ended',
    cursorId: task.cursorId,
    nodeId: task.nodeId,
    visit: task.visit,
    result: { kind: 'skipped', reason },
  });
}
