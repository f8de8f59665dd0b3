import { and, desc, eq, sql } from 'drizzle-orm';
import { isFinal } from '#shared/automation/reducer.ts';
import { schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { liftHold } from '../holds/holds.ts';
import { contactById, enrollmentById } from '../rows.ts';
import { cancelTask, ENRICHMENT_NODE } from '../steps/tasks.ts';
import { endBeforeStart } from '../wayIn/enrichment.ts';
import { enterOnceMore } from '../wayIn/enroll.ts';
import { askAdmission, blockedOn, passOn } from '../wayIn/slots.ts';
import { retryFailed } from './comeBack.ts';
import { applyEvent } from './interpret.ts';
import { setStanding } from './standing.ts';

const { contact, enrollment, inboundMessage, task } = schema;

/**
 * `complete` and `skip` answer a paused contact: done with it, or past the step where it stands. `enroll_again`
 * is for one that has ended, `retry` for one that failed.
 */
export type Decision = 'pause' | 'resume' | 'cancel' | 'complete' | 'skip' | 'retry' | 'enroll_again';

/** A person decides about one contact in one automation. False: it was refused. */
export async function decideEnrollment(
  unit: Unit,
  enrollmentId: string,
  decision: Decision,
  by: string,
): Promise<boolean> {
  return (await refusalOf(unit, enrollmentId, decision, by)) === null;
}

/** The same; null: it is done, else why not, as a note of a bulk action or `does_not_apply` to the status. */
export async function refusalOf(
  unit: Unit,
  enrollmentId: string,
  decision: Decision,
  by: string,
): Promise<string | null> {
  const row = await enrollmentById(unit.tx, enrollmentId);
  if (decision === 'retry') return await retryFailed(unit, row);
  if (decision !== 'enroll_again') return (await decide(unit, row, decision, by)) ? null : 'does_not_apply';
  const entered = await enterOnceMore(unit, row);
  return 'id' in entered ? null : entered.refused;
}

async function decide(
  unit: Unit,
  row: EnrollmentRow,
  decision: Exclude<Decision, 'retry' | 'enroll_again'>,
  by: string,
): Promise<boolean> {
  if (isFinal(row.status)) return false;
  if (decision === 'cancel') {
    await stopEnrollment(unit, row, 'manual');
    return true;
  }
  if (decision === 'pause') return await pauseEnrollment(unit, row, 'paused_by_person');
  if (row.status !== 'paused' && decision !== 'resume') return false;
  if (decision === 'complete') await completeEnrollment(unit, row, by);
  else await resumeEnrollment(unit, row, by, decision === 'skip' ? 'skipped' : 'resumed');
  return true;
}

/** False: paused already. */
export async function pauseEnrollment(unit: Unit, row: EnrollmentRow, reason: string): Promise<boolean> {
  if (row.status === 'paused') return false;
  if (row.live === 1) {
    await applyEvent(unit, row.id, { type: 'paused', reason });
    return true;
  }
  await cancelEnrichment(unit, row);
  await setStanding(unit, row, { status: 'paused', reason, blockedOn: blockedOn.reply(row.id) });
  await passOn(unit, row);
  return true;
}

/** What is known here of the contact's words is dealt with; the branches go on where they stood, or past it. */
export async function resumeEnrollment(
  unit: Unit,
  row: EnrollmentRow,
  by: string,
  how: 'resumed' | 'skipped' = 'resumed',
): Promise<void> {
  await settleReply(unit, row, by);
  if (row.live === 1) await applyEvent(unit, row.id, { type: how });
  else if (row.status === 'paused') await tryToEnter(unit, row);
}

/** Paused before it entered: it looks again. An answer that nobody decided about pauses it once more. */
export async function tryToEnter(unit: Unit, row: EnrollmentRow): Promise<void> {
  await setStanding(unit, row, { status: 'ready', reason: null, blockedOn: null });
  await askAdmission(unit, row.automationId, row.workspaceId);
}

async function completeEnrollment(unit: Unit, row: EnrollmentRow, by: string): Promise<void> {
  await settleReply(unit, row, by);
  if (row.live === 1) await applyEvent(unit, row.id, { type: 'completed' });
  else await endBeforeStart(unit, row, 'finished', 'completed');
}

async function settleReply(unit: Unit, row: EnrollmentRow, by: string): Promise<void> {
  const repliesFrom = Math.max(row.repliesFrom, await newestKnown(unit, row.contactId));
  await unit.tx.update(contact).set({ repliedAt: null }).where(eq(contact.id, row.contactId));
  await unit.tx.update(enrollment).set({ repliesFrom }).where(eq(enrollment.id, row.id));
  const key = { workspaceId: row.workspaceId, scope: 'enrollment' as const, scopeId: row.id };
  await liftHold(unit, { ...key, reason: 'missing_data' }, by);
  await liftHold(unit, { ...key, reason: 'manual' }, by);
}

/** The newest message that the person who decides could know of; what came before and is read later is news. */
async function newestKnown(unit: Unit, contactId: string): Promise<number> {
  const [message] = await unit.tx
    .select({ at: inboundMessage.at })
    .from(inboundMessage)
    .where(eq(inboundMessage.contactId, contactId))
    .orderBy(desc(inboundMessage.at))
    .limit(1);
  const { repliedAt } = await contactById(unit.tx, contactId);
  return Math.max(message?.at ?? 0, repliedAt ?? 0);
}

/** Reasons that do not wait for a step under way: who stands in the middle of one is Failed (product §4.3). */
const abrupt: ReadonlySet<string> = new Set(['archived', 'sender_deleted', 'sender_removed']);

/** Ends an enrollment that has not ended: Canceled, or Failed where that was sudden and a task was being executed. */
export async function stopEnrollment(unit: Unit, row: EnrollmentRow, reason: string): Promise<void> {
  const failed = abrupt.has(reason) && (await isExecuting(unit, row));
  if (row.live === 1) {
    return await applyEvent(unit, row.id, { type: failed ? 'failed' : 'canceled', reason });
  }
  await cancelEnrichment(unit, row);
  await endBeforeStart(unit, row, failed ? 'failed' : 'canceled', reason);
}

/** Whether a task is claimed, committing or may have happened. */
async function isExecuting(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: task.id })
    .from(task)
    .where(and(eq(task.enrollmentId, row.id), sql`${task.state} IN ('claimed', 'committing', 'unknown')`))
    .limit(1);
  return rows.length > 0;
}

/** The profile is not read for this one any more. */
export async function cancelEnrichment(unit: Unit, row: EnrollmentRow): Promise<void> {
  const rows = await unit.tx
    .select()
    .from(task)
    .where(and(eq(task.enrollmentId, row.id), eq(task.nodeId, ENRICHMENT_NODE)));
  for (const each of rows) await cancelTask(unit, each, 'enrollment_stopped');
}
