import { and, eq, lte, sql } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { findHold } from '../holds/holds.ts';
import { planReminder, reminderAfter } from '../holds/reminders.ts';
import { accountOf } from '../pace/usage.ts';
import { isPlannedMail } from '../predicates.ts';
import { channelById, senderById } from '../rows.ts';
import { shapes } from '../shapes.ts';

const { enrollment, handMessage, restoredDoubt, systemMail, usage } = schema;

/** A branch that may have gone on by now: it acts, its wait is over, or a person or a lost event may have ended it. */
const mayHaveGoneOn = (now: number) => sql`(
  (c.state = 'waiting' AND c.wake_at <= ${now})
  OR (c.state = 'waiting' AND c.waits_for IN ('fresh_read','resume','step','data','email_opened','email_clicked'))
  OR (c.state = 'acting' AND NOT EXISTS (SELECT 1 FROM task t WHERE t.enrollment_id = e.id AND t.cursor_id = c.id
    AND t.state = 'scheduled' AND t.blocked_on IS NULL AND t.not_before > ${now})))`;

/**
 * Not over, of an automation that does one of these, and not admitted yet or on a branch that may have gone on. What was
 * in doubt before counts too: under the hold a branch may have moved behind a wait that is not over.
 */
const mayHaveDone = (kinds: readonly ActionKind[], now: number) => sql`e.ended_at IS NULL
  AND e.automation_id IN (SELECT v.automation_id FROM automation_version v, json_each(v.graph, '$.nodes') n
    WHERE json_extract(n.value, '$.type') IN (SELECT value FROM json_each(${JSON.stringify(kinds)})))
  AND (e.live = 0 OR EXISTS (SELECT 1 FROM cursor c WHERE c.enrollment_id = e.id AND ${mayHaveGoneOn(now)})
    OR EXISTS (SELECT 1 FROM restored_doubt d WHERE d.enrollment_id = e.id))`;

/**
 * Emails that may have been sent between the backup and the restore: those that were due, those that a person may have
 * let go meanwhile, those of contacts who may have come to one since. A copy in the Sent folder proves one, a missing
 * copy proves nothing (the server may have died before it kept one).
 */
export async function doubtEmails(unit: Unit): Promise<void> {
  await unit.tx.run(sql`INSERT OR IGNORE INTO restored_doubt (enrollment_id, workspace_id)
    SELECT t.enrollment_id, t.workspace_id FROM task t CROSS JOIN enrollment e ON e.id = t.enrollment_id
    WHERE t.kind = 'send_email' AND t.committed_at IS NULL AND e.ended_at IS NULL
      AND (t.state IN ('ready', 'waiting_approval', 'canceled') OR (t.state = 'scheduled' AND t.not_before <= ${unit.now}))`);
  await unit.tx.run(sql`INSERT OR IGNORE INTO restored_doubt (enrollment_id, workspace_id)
    SELECT enrollment_id, workspace_id FROM cursor
    WHERE state = 'waiting' AND wake_at IS NOT NULL AND wake_at <= ${unit.now}`);
  await unit.tx.run(sql`INSERT OR IGNORE INTO restored_doubt (enrollment_id, workspace_id)
    SELECT e.id, e.workspace_id FROM enrollment e WHERE ${mayHaveDone(['send_email'], unit.now)}`);
}

/** What no page shows to be done already. */
const MESSAGES: readonly ActionKind[] = ['message', 'inmail', 'group_message'];

/**
 * A browser of this sender profile that may have acted since the backup cannot tell any more what it did: whether a
 * message of it went out a person sees in LinkedIn.
 */
export async function doubtMessages(unit: Unit, senderId: string): Promise<void> {
  const { workspaceId } = await senderById(unit.tx, senderId);
  const workspace = await rowsOf(unit.tx).get(shapes.workspace, workspaceId);
  const restoredAt = workspace?.restoredAt ?? unit.now;
  await unit.tx.run(sql`INSERT INTO restored_doubt (enrollment_id, workspace_id, email, linkedin)
    SELECT e.id, e.workspace_id, 0, 1 FROM enrollment e
    WHERE e.workspace_id = ${workspaceId} AND (e.sender_id = ${senderId} OR e.sender_id IS NULL)
      AND ${mayHaveDone(MESSAGES, restoredAt)}
    ON CONFLICT (enrollment_id) DO UPDATE SET linkedin = 1`);
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
    await unit.tx
      .insert(restoredDoubt)
      .values({ enrollmentId, workspaceId })
      .onConflictDoUpdate({ target: restoredDoubt.enrollmentId, set: { email: true } });
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

/** Whether nobody can tell if this step was done between the backup and the restore. */
export async function isInDoubt(unit: Unit, { enrollmentId, kind }: TaskRow): Promise<boolean> {
  const [row] = await unit.tx
    .select()
    .from(restoredDoubt)
    .where(eq(restoredDoubt.enrollmentId, enrollmentId));
  return (
    row !== undefined && ((kind === 'send_email' && row.email) || (MESSAGES.includes(kind) && row.linkedin))
  );
}

/**
 * A person says whether a step happened. Not: what follows cannot have, either. It did: the next one may have followed it
 * before the restore, unless less time lies between than keeps two of them apart.
 */
export async function heedSettled(unit: Unit, row: TaskRow, happened: boolean): Promise<void> {
  const workspace = await rowsOf(unit.tx).get(shapes.workspace, row.workspaceId);
  if (!workspace?.restoredAt) return;
  const unknownMs = workspace.restoredAt - (workspace.restoredFrom ?? 0);
  if (!happened || unknownMs < workspace.personSpacingMs) await endDoubt(unit, row);
}

/** It is known of this step: what comes after it on the same channel was not done before the restore. */
export async function endDoubt(unit: Unit, { enrollmentId, kind }: TaskRow): Promise<void> {
  const known =
    kind === 'send_email' ? { email: false } : MESSAGES.includes(kind) ? { linkedin: false } : null;
  if (!known) return;
  const isThis = eq(restoredDoubt.enrollmentId, enrollmentId);
  await unit.tx.update(restoredDoubt).set(known).where(isThis);
  await unit.tx
    .delete(restoredDoubt)
    .where(and(isThis, eq(restoredDoubt.email, false), eq(restoredDoubt.linkedin, false)));
}
