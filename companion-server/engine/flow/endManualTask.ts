import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { isOpenManualTask } from '../predicates.ts';
import { appendEvent, publish } from '../record.ts';
import { applyEvent } from './interpret.ts';

const { manualTask } = schema;

/** A person did the step, or goes past it; the branch goes on. False: it is not open any more. */
export async function endManualTask(
  unit: Unit,
  id: string,
  end: { result: 'done' | 'skipped'; note: string; by: string },
): Promise<boolean> {
  const { result, note, by } = end;
  const [row] = await unit.tx
    .update(manualTask)
    .set({ state: result, note, endedBy: by, finishedAt: unit.now })
    .where(and(eq(manualTask.id, id), isOpenManualTask))
    .returning();
  if (!row) return false;
  const { workspaceId, contactId, enrollmentId, automationId, senderId, nodeId, cursorId, visit } = row;
  await appendEvent(unit, {
    workspaceId,
    type: 'manual_task_ended',
    dedupeKey: `manual_task:${id}:${row.finishedAt}`,
    contactId,
    enrollmentId,
    automationId,
    senderId,
    nodeId,
    data: { result: 'success', ending: result, kind: row.kind, by },
  });
  publish(unit, workspaceId, 'task', id);
  const ending = result === 'done' ? { kind: result } : { kind: result, reason: 'manual' };
  await applyEvent(unit, enrollmentId, { type: 'task_ended', cursorId, nodeId, visit, result: ending });
  return true;
}
