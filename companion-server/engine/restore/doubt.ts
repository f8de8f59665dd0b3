import { and, eq, sql } from 'drizzle-orm';
import { rowsOf, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { findHold } from '../holds/holds.ts';
import { shapes } from '../shapes.ts';

const { enrollment, restoredDoubt } = schema;

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

/** Asked once for each: the next email of this enrollment is the one in doubt. */
export async function takeDoubt(unit: Unit, enrollmentId: string): Promise<boolean> {
  const rows = await unit.tx
    .delete(restoredDoubt)
    .where(eq(restoredDoubt.enrollmentId, enrollmentId))
    .returning({ id: restoredDoubt.enrollmentId });
  return rows.length > 0;
}
