import { and, eq, isNotNull } from 'drizzle-orm';
import { rowsOf, schema } from '../db/index.ts';
import type { EnrollmentRow, Unit } from './context.ts';
import { resumeEnrollment, stopEnrollment } from './enrollmentDecisions.ts';
import { bindIdentities } from './profiles.ts';
import { contactById } from './rows.ts';
import { shapes } from './shapes.ts';

const { task } = schema;

/** Why the decision does not apply: nothing to confirm (any more), or that person is another contact here. */
type ConfirmRefusal = 'nobody_shown' | 'duplicate';

/** A person says that who was shown is the contact: it is bound to those ids, and goes on where it stood. */
export async function confirmPerson(
  unit: Unit,
  row: EnrollmentRow,
  by: string,
): Promise<ConfirmRefusal | null> {
  const shown = await takeShown(unit, row.id);
  const contact = await contactById(unit.tx, row.contactId);
  const isBound = contact.linkedinProfileId !== null || contact.linkedinMemberId !== null;
  if (!shown || isBound || row.status !== 'paused') return 'nobody_shown';
  const { profileId, memberId } = shown;
  const slug = contact.linkedinSlug ?? '';
  if (!(await bindIdentities(unit, contact, { profileId, memberId, slug }))) return 'duplicate';
  rowsOf(unit.tx).update(shapes.contact, [contact.id], {
    linkedinProfileId: profileId,
    linkedinMemberId: memberId,
    updatedAt: unit.now,
  });
  await resumeEnrollment(unit, row, by);
  return null;
}

/** A person says that somebody else stands at the contact's address: nothing more goes there from here. */
export async function refusePerson(unit: Unit, row: EnrollmentRow): Promise<void> {
  await takeShown(unit, row.id);
  await stopEnrollment(unit, row, 'wrong_person');
}

/** Who was shown; kept no longer than until the decision. */
async function takeShown(unit: Unit, enrollmentId: string) {
  const rows = await unit.tx
    .select({ id: task.id, shown: task.shown })
    .from(task)
    .where(and(eq(task.enrollmentId, enrollmentId), isNotNull(task.shown)));
  for (const { id } of rows) rowsOf(unit.tx).update(shapes.task, [id], { shown: null });
  return rows[0]?.shown ?? null;
}
