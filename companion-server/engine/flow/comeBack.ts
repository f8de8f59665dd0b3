import { and, eq, gt, inArray } from 'drizzle-orm';
import { isFinal } from '#shared/automation/reducer.ts';
import { isRetriable, reviveFailed } from '#shared/automation/revive.ts';
import { senderNodeOf } from '#shared/automation/segments.ts';
import type { EnrollmentState } from '#shared/automation/state.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { enrollmentById, graphOf } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { finish } from '../steps/tasks.ts';
import { bringBack } from '../upkeep/taskArchive.ts';
import { hasLeft } from '../wayIn/chooseSender.ts';
import { askAdmission, blockedOn } from '../wayIn/slots.ts';
import { applyEvent, loadState, storeAdvance } from './interpret.ts';
import { hasStarted, setStanding } from './standing.ts';

const { automation, cursor, enrollment, task } = schema;

/** Why an enrollment cannot come back or be tried again. */
export type NoWayBack =
  | 'not_failed'
  | 'unknown_open'
  | 'nothing_to_retry'
  | 'automation_ended'
  | 'entered_again'
  | 'sender_left';

/**
 * Failed branches are tried again at the step that failed, through admission, so that limits hold. Refused while a
 * step may have happened; a step whose effect may exist is never among those tried again.
 */
export async function retryFailed(unit: Unit, row: EnrollmentRow): Promise<NoWayBack | null> {
  if (row.status !== 'failed' && row.live === 0) return 'not_failed';
  if (!(await isRunning(unit, row))) return 'automation_ended';
  if (!(await isLatest(unit.tx, row))) return 'entered_again';
  if (await lostSender(unit.tx, row)) return 'sender_left';
  await bringBack(unit, row.id);
  const tasks = await unit.tx.select().from(task).where(eq(task.enrollmentId, row.id));
  if (tasks.some(({ state }) => state === 'unknown' || state === 'committing')) return 'unknown_open';
  const before = await loadState(unit, row);
  const neverStarted = before.cursors.length === 0;
  const failed = new Set(before.cursors.filter(isRetriable).map(({ id }) => id));
  const after = reviveFailed(before);
  if (!after && !neverStarted) return row.status === 'failed' ? 'nothing_to_retry' : 'not_failed';
  for (const each of tasks) {
    if (each.state !== 'failed' || each.committedAt !== null) continue;
    if (!neverStarted && !failed.has(each.cursorId)) continue;
    // Failed means without an effect: as a canceled one it is planned anew for the same step, with all its retries.
    await finish(unit, each, 'canceled', { reason: 'retried' });
    rowsOf(unit.tx).update(shapes.task, [each.id], { retries: 0, attempt: 0 });
  }
  if (after) await storeState(unit, row, before, after);
  if (row.live === 1) await applyEvent(unit, row.id, { type: 'reopened' });
  else await queueAgain(unit, row);
  return null;
}

/** Whether a failed enrollment of a running automation has a step that may be tried again. */
export async function mayRetry(q: Queryable, row: EnrollmentRow): Promise<boolean> {
  if (row.status !== 'failed' || !(await isLatest(q, row)) || (await lostSender(q, row))) return false;
  const open = await q
    .select({ id: task.id })
    .from(task)
    .where(and(eq(task.enrollmentId, row.id), inArray(task.state, ['unknown', 'committing'])))
    .limit(1);
  if (open.length > 0) return false;
  const branches = await q.select().from(cursor).where(eq(cursor.enrollmentId, row.id));
  return branches.length === 0 || branches.some(isRetriable);
}

/** Whether the contact did not enter the automation once more since. */
export async function isLatest(
  q: Queryable,
  { automationId, contactId, rotation }: EnrollmentRow,
): Promise<boolean> {
  const later = await q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(
      and(
        eq(enrollment.automationId, automationId),
        eq(enrollment.contactId, contactId),
        gt(enrollment.rotation, rotation),
      ),
    )
    .limit(1);
  return later.length === 0;
}

/**
 * It ended under way with a sender that takes nobody any more: another one would go on in the middle of what it never
 * began. Who is not known to any sender yet gets a new one.
 */
async function lostSender(q: Queryable, row: EnrollmentRow): Promise<boolean> {
  if (row.live === 1 || row.senderId === null || !hasStarted(row)) return false;
  const node = senderNodeOf(await graphOf(q, row.versionId), row.segmentNodeId);
  return await hasLeft(q, row.automationId, node?.id ?? '', row.senderId);
}

/**
 * Puts an ended enrollment back to the branches it had; it goes on from there once it is admitted again. Refused where
 * the contact entered once more since: both would do every step.
 */
export async function restoreEnded(
  unit: Unit,
  row: EnrollmentRow,
  state: Pick<EnrollmentState, 'status' | 'reason' | 'cursors' | 'visited'>,
): Promise<NoWayBack | null> {
  if (!isFinal(row.status)) return 'not_failed';
  if (!(await isRunning(unit, row))) return 'automation_ended';
  if (!(await isLatest(unit.tx, row))) return 'entered_again';
  if (await lostSender(unit.tx, row)) return 'sender_left';
  await bringBack(unit, row.id);
  const before = await loadState(unit, row);
  await storeState(unit, row, before, { ...before, ...state, status: 'ready', reason: null });
  if (state.status === 'paused') {
    const paused = { status: state.status, reason: state.reason, blockedOn: blockedOn.reply(row.id) };
    await setStanding(unit, await enrollmentById(unit.tx, row.id), paused);
  } else await queueAgain(unit, row);
  return null;
}

async function queueAgain(unit: Unit, row: EnrollmentRow): Promise<void> {
  const now = await enrollmentById(unit.tx, row.id);
  await setStanding(unit, now, { status: 'ready', reason: null, blockedOn: null, endedAt: null });
  await askAdmission(unit, row.automationId, row.workspaceId);
}

/** Stores a state that no event of the reducer leads to, with the counts of its nodes. */
async function storeState(
  unit: Unit,
  row: EnrollmentRow,
  before: EnrollmentState,
  state: EnrollmentState,
): Promise<void> {
  const graph = await graphOf(unit.tx, row.versionId);
  await storeAdvance(unit, row, graph, before, { state, commands: [], passed: [] });
}

/** Archived or finished automations take nobody back. */
async function isRunning(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const [owner] = await unit.tx.select().from(automation).where(eq(automation.id, row.automationId));
  return owner?.status === 'running';
}
