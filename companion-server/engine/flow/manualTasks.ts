import { and, eq } from 'drizzle-orm';
import type { NodeOf } from '#shared/automation/graph.ts';
import type { TaskEnding } from '#shared/automation/state.ts';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { isOpenManualTask } from '../predicates.ts';
import { publish } from '../record.ts';

const { manualTask } = schema;

export type ManualTaskRow = typeof manualTask.$inferSelect;

interface ManualStep {
  enrollment: EnrollmentRow;
  node: NodeOf<'manual_task'>;
  cursorId: string;
  visit: number;
}

/**
 * Asks a person to do the step. Idempotent like every task: one that was taken back is asked for again, and one that
 * a person ended is not; its ending is the answer.
 */
export async function openManualTask(unit: Unit, step: ManualStep): Promise<TaskEnding | null> {
  const { enrollment, node, cursorId, visit } = step;
  const senderId = must(enrollment.senderId, 'sender of a started enrollment');
  const [row] = await unit.tx
    .insert(manualTask)
    .values({
      id: unit.newId(),
      workspaceId: enrollment.workspaceId,
      automationId: enrollment.automationId,
      enrollmentId: enrollment.id,
      cursorId,
      contactId: enrollment.contactId,
      senderId,
      nodeId: node.id,
      visit,
      kind: node.config.kind,
      instruction: node.config.instruction,
      dueAt: unit.now + node.config.dueInMs,
      state: 'ready',
      createdAt: unit.now,
    })
    .onConflictDoUpdate({
      target: [manualTask.enrollmentId, manualTask.nodeId, manualTask.visit],
      set: { cursorId },
    })
    .returning();
  const current = must(row, 'manual task');
  if (current.state === 'done') return { kind: 'done' };
  if (current.state === 'skipped') return { kind: 'skipped', reason: current.reason ?? 'skipped' };
  if (current.state === 'canceled') {
    await unit.tx
      .update(manualTask)
      .set({ state: 'ready', reason: null, finishedAt: null, senderId })
      .where(eq(manualTask.id, current.id));
  }
  publish(unit, current.workspaceId, 'task', current.id);
  return null;
}

/** Takes back what a branch asked of a person, if nobody has done it. */
export async function cancelManualTask(unit: Unit, cursorId: string, reason: string): Promise<void> {
  const rows = await unit.tx
    .update(manualTask)
    .set({ state: 'canceled', reason, finishedAt: unit.now })
    .where(and(eq(manualTask.cursorId, cursorId), isOpenManualTask))
    .returning({ id: manualTask.id, workspaceId: manualTask.workspaceId });
  for (const { id, workspaceId } of rows) publish(unit, workspaceId, 'task', id);
}
