import type { EnrollmentStatus } from '#shared/statuses/engine.ts';
import { rowsOf } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { noteEvent, publish } from '../record.ts';
import { enrollmentById } from '../rows.ts';
import { shapes } from '../shapes.ts';

export type Standing = Partial<EnrollmentRow> & { status: EnrollmentStatus; reason: string | null };

/** Admitted now or before: one that came back (an undone cancel, a retry) has its branches although it waits outside. */
export function hasStarted({ visited }: Pick<EnrollmentRow, 'visited'>): boolean {
  return visited.length > 0;
}

/**
 * The only way an enrollment changes its status: keeps the counters per status, the revision that undo looks at,
 * and the activity log's line. `row` is the enrollment as it stands in this transaction.
 */
export async function setStanding(unit: Unit, row: EnrollmentRow, standing: Standing): Promise<void> {
  const { revision } = await enrollmentById(unit.tx, row.id);
  const change = { ...standing, revision: revision + 1, updatedAt: unit.now };
  rowsOf(unit.tx).update(shapes.enrollment, [row.id], change);
  publish(unit, row.workspaceId, 'enrollment', row.id);
  if (row.status === standing.status && row.reason === standing.reason) return;
  if (row.status !== standing.status) {
    await countStatus(unit, row.automationId, { [row.status]: -1, [standing.status]: 1 });
  }
  noteEvent(unit, {
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
  for (const [status, n] of Object.entries(change)) {
    const row = { automationId, status: status as EnrollmentStatus };
    rowsOf(unit.tx).increase(shapes.enrollmentCount, row, { n });
  }
}
