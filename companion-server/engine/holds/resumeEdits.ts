import { and, asc, eq, gte, lt, lte } from 'drizzle-orm';
import type { ResumeEdit } from '#shared/contract/resumePlan.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { decideEnrollment } from '../flow/enrollmentDecisions.ts';
import { isReady } from '../predicates.ts';
import { priority, requeue } from '../steps/tasks.ts';

const { task } = schema;

/** Steps that one look at a channel takes in; what lies beyond goes by itself like everything else. */
export const HELD_AT_MOST = 5_000;

/** The steps that stand ready on a channel, of one kind in the order in which they go. */
export async function readySteps(q: Queryable, channelId: string, kind: string): Promise<TaskRow[]> {
  return await q
    .select()
    .from(task)
    .where(and(eq(task.channelId, channelId), eq(task.kind, kind as TaskRow['kind']), isReady))
    .orderBy(asc(task.priority), asc(task.notBefore), asc(task.id))
    .limit(HELD_AT_MOST + 1);
}

/** Whether it is the contact's first touch; follow-ups go before those. */
export function isFirstTouch(row: Pick<TaskRow, 'priority'>): boolean {
  return row.priority >= priority.firstTouch;
}

/** Postpones or takes out steps that were held. How many it was. */
export async function applyResumeEdit(
  unit: Unit,
  channelId: string,
  edit: ResumeEdit,
  by: string,
): Promise<number> {
  const rows = await unit.tx
    .select()
    .from(task)
    .where(
      and(
        eq(task.channelId, channelId),
        eq(task.kind, edit.kind as TaskRow['kind']),
        isReady,
        eq(task.automationId, edit.automationId),
        edit.do === 'cancel' && edit.firstTouches ? gte(task.priority, priority.firstTouch) : undefined,
        edit.do === 'cancel' && edit.dueBefore !== null ? lt(task.notBefore, edit.dueBefore) : undefined,
        lte(task.notBefore, unit.now),
      ),
    )
    .limit(HELD_AT_MOST);
  for (const row of rows) {
    if (edit.do === 'postpone') await requeue(unit, row, edit.until, 'postponed');
    else await decideEnrollment(unit, row.enrollmentId, 'cancel', by);
  }
  return rows.length;
}
