import { eq, sql } from 'drizzle-orm';
import type { EnrollmentStatus } from '#shared/statuses/engine.ts';
import { schema } from '../db/index.ts';
import type { EnrollmentRow, Unit } from './context.ts';
import { appendEvent, publish } from './record.ts';

const { enrollment, enrollmentCount } = schema;

export type Standing = Partial<EnrollmentRow> & { status: EnrollmentStatus; reason: string | null };

/**
 * The only way an enrollment changes its status: keeps the counters per status, the revision that undo looks at,
 * and the activity log's line. `row` is the enrollment as it stands in this transaction.
 */
export async function setStanding(unit: Unit, row: EnrollmentRow, standing: Standing): Promise<void> {
  await unit.tx
    .update(enrollment)
    .set({ ...standing, revision: sql`${enrollment.revision} + 1`, updatedAt: unit.now })
    .where(eq(enrollment.id, row.id));
  await publish(unit, row.workspaceId, 'enrollment', row.id);
  if (row.status === standing.status && row.reason === standing.reason) return;
  if (row.status !== standing.status) {
    await countStatus(unit, row.automationId, { [row.status]: -1, [standing.status]: 1 });
  }
  await appendEvent(unit, {
    workspaceId: row.workspaceId,
    type: 'status_changed',
    dedupeKey: `enrollment:${row.id}:${unit.newId()}`,
    contactId: row.contactId,
    enrollmentId: row.id,
    automationId: row.automationId,
    senderId: row.senderId,
    data: { status: standing.status, reason: standing.reason },
  });
}

/** Adds to the counters of an automation; `setStanding` and the entry of new contacts call it. */
export async function countStatus(
  unit: Unit,
  automationId: string,
  change: Partial<Record<EnrollmentStatus, number>>,
): Promise<void> {
  const rows = Object.entries(change).map(([status, n]) => ({
    automationId,
    status: status as EnrollmentStatus,
    n,
  }));
  await unit.tx
    .insert(enrollmentCount)
    .values(rows)
    .onConflictDoUpdate({
      target: [enrollmentCount.automationId, enrollmentCount.status],
      set: { n: sql`${enrollmentCount.n} + excluded.n` },
    });
}
