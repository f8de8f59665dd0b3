import { and, eq, lte, sql } from 'drizzle-orm';
import { rowsOf, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { findHold } from '../holds/holds.ts';
import { planReminder, reminderAfter } from '../holds/reminders.ts';
import { accountOf } from '../pace/usage.ts';
import { isPlannedMail } from '../predicates.ts';
import { channelById } from '../rows.ts';
import { shapes } from '../shapes.ts';

const { enrollment, handMessage, restoredDoubt, systemMail, usage } = schema;

/**
 * Emails that may have been sent between the backup and the restore: those that were due, those that a person may have
 * let go meanwhile, and those behind a wait that ended meanwhile. A copy in the Sent folder proves one, a missing copy
 * proves nothing (the server may have died before it kept one).
 */
export async function doubtDueEmails(unit: Unit): Promise<void> {
  await unit.tx.run(sql`INSERT OR IGNORE INTO restored_doubt (enrollment_id, workspace_id)
    SELECT t.enrollment_id, t.workspace_id FROM task t CROSS JOIN enrollment e ON e.id = t.enrollment_id
    WHERE t.kind = 'send_email' AND t.committed_at IS NULL AND e.ended_at IS NULL
      AND (t.state IN ('ready', 'waiting_approval', 'canceled') OR (t.state = 'scheduled' AND t.not_before <= ${unit.now}))`);
  await unit.tx.run(sql`INSERT OR IGNORE INTO restored_doubt (enrollment_id, workspace_id)
    SELECT enrollment_id, workspace_id FROM cursor
    WHERE state = 'waiting' AND wake_at IS NOT NULL AND wake_at <= ${unit.now}`);
}

/**
 * Answers by a person that may have been sent between the backup and the restore: as with every one whose fate is not
 * known, a copy in Sent settles it or a person does. One whose next try was not due yet cannot have gone.
 */
export async function doubtAnswers(unit: Unit): Promise<void> {
  const detail =
    'The server was restored from a backup, and it may have been sent since. Look in the Sent folder.';
  const open = await unit.tx
    .select()
    .from(handMessage)
    .where(
      sql`${handMessage.state} IN ('queued','sending')
        AND (${handMessage.state} = 'sending' OR coalesce(${handMessage.notBefore}, 0) <= ${unit.now})`,
    );
  for (const { id, state, channelId } of open) {
    await unit.tx.update(handMessage).set({ state: 'unknown', detail }).where(eq(handMessage.id, id));
    if (state === 'sending') continue;
    const account = accountOf(await channelById(unit.tx, channelId));
    await unit.tx.insert(usage).values({ account, kind: 'email', at: unit.now, taskId: id });
  }
}

/** Mail of the system itself that may have been sent since the backup is not sent again; its series goes on. */
export async function dropDueSystemMail(unit: Unit): Promise<void> {
  const failure = 'Not repeated: the server was restored from a backup, and it may have been sent since.';
  const dropped = await unit.tx
    .update(systemMail)
    .set({ state: 'failed', failure, endedAt: unit.now })
    .where(and(isPlannedMail, lte(systemMail.sendAt, unit.now)))
    .returning();
  for (const { aboutId: id, workspaceId, causeAt, step } of dropped) {
    if (step === null || causeAt === null) continue;
    let next = step + 1;
    while (causeAt + reminderAfter(next) <= unit.now) next += 1;
    await planReminder(unit, { id, workspaceId }, causeAt, next);
  }
}

/** An acceptance of before the restore is read now: what follows it may have been sent meanwhile. */
export async function doubtAfterAcceptance(
  unit: Unit,
  pair: { workspaceId: string; contactId: string; senderId: string },
  at: number,
): Promise<void> {
  const { workspaceId, contactId, senderId } = pair;
  const workspace = await rowsOf(unit.tx).get(shapes.workspace, workspaceId);
  if (!workspace?.restoredAt || at > workspace.restoredAt) return;
  const restored = { workspaceId, scope: 'workspace', scopeId: workspaceId } as const;
  if (!(await findHold(unit.tx, { ...restored, reason: 'restored_from_backup' }))) return;
  const rows = await unit.tx
    .select({ enrollmentId: enrollment.id })
    .from(enrollment)
    .where(
      and(
        eq(enrollment.contactId, contactId),
        eq(enrollment.senderId, senderId),
        sql`${enrollment.live} = 1`,
      ),
    );
  for (const { enrollmentId } of rows) {
    await unit.tx.insert(restoredDoubt).values({ enrollmentId, workspaceId }).onConflictDoNothing();
  }
}

/** Whether this enrollment may have gone on between the backup and the restore. */
export async function isDoubted(unit: Unit, enrollmentId: string): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: restoredDoubt.enrollmentId })
    .from(restoredDoubt)
    .where(eq(restoredDoubt.enrollmentId, enrollmentId));
  return rows.length > 0;
}

/** Asked once for each: the next email of this enrollment is the one in doubt. */
export async function takeDoubt(unit: Unit, enrollmentId: string): Promise<boolean> {
  const rows = await unit.tx
    .delete(restoredDoubt)
    .where(eq(restoredDoubt.enrollmentId, enrollmentId))
    .returning({ id: restoredDoubt.enrollmentId });
  return rows.length > 0;
}
