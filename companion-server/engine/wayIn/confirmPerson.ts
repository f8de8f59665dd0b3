import { and, eq, isNotNull } from 'drizzle-orm';
import { rowsOf, schema } from '../../db/index.ts';
import type { IdentityKind } from '../contacts/identities.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { resumeEnrollment } from '../flow/enrollmentDecisions.ts';
import { bindIdentities } from '../inbound/profiles.ts';
import { appendEvent } from '../record.ts';
import { contactById } from '../rows.ts';
import { shapes } from '../shapes.ts';

const { contactIdentity, event, task } = schema;

/** Why the decision does not apply: nothing to confirm (any more), or that person is another contact here. */
type ConfirmRefusal = 'nobody_shown' | 'duplicate';

/** A person says that who was shown is the contact: it is bound to those ids, and goes on where it stood, unless it waits for a decision about an answer. */
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
  if (contact.repliedAt === null) await resumeEnrollment(unit, row, by);
  return null;
}

/**
 * A person says that somebody else stands at the contact's address: the address is taken off, with the ids of who was
 * shown, and stays in the activity log as evidence. Whatever needs a link waits for the right one (`lostLink`).
 */
export async function refusePerson(unit: Unit, row: EnrollmentRow, by: string): Promise<void> {
  const shown = await takeShown(unit, row.id);
  const contact = await contactById(unit.tx, row.contactId);
  const { linkedinSlug, linkedinProfileId, linkedinMemberId } = contact;
  const isBoundToThem =
    shown !== null &&
    (shown.profileId === linkedinProfileId ||
      (shown.memberId !== null && shown.memberId === linkedinMemberId));
  const refused = {
    linkedin_slug: linkedinSlug,
    linkedin_profile: isBoundToThem ? linkedinProfileId : null,
    linkedin_member: isBoundToThem ? linkedinMemberId : null,
  };
  for (const [kind, value] of Object.entries(refused)) {
    if (value === null) continue;
    await unit.tx
      .delete(contactIdentity)
      .where(
        and(
          eq(contactIdentity.contactId, contact.id),
          eq(contactIdentity.kind, kind as IdentityKind),
          eq(contactIdentity.value, value),
        ),
      );
  }
  rowsOf(unit.tx).update(shapes.contact, [contact.id], {
    linkedinSlug: null,
    ...(isBoundToThem ? { linkedinProfileId: null, linkedinMemberId: null } : {}),
    updatedAt: unit.now,
  });
  await appendEvent(unit, {
    workspaceId: row.workspaceId,
    type: 'person_refused',
    dedupeKey: `person_refused:${row.id}:${unit.newId()}`,
    contactId: contact.id,
    enrollmentId: row.id,
    automationId: row.automationId,
    data: {
      by,
      detail: shown ? `It showed ${shown.name}${shown.company ? `, ${shown.company}` : ''}.` : '',
      proof: [...new Set([linkedinSlug, shown?.profileId])].filter(Boolean).join(', '),
    },
  });
  if (contact.repliedAt === null) await resumeEnrollment(unit, row, by);
}

/** The contact has no LinkedIn link because a person refused the one that was there: the right one is waited for. */
export async function lostLink(unit: Unit, contactId: string): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: event.id })
    .from(event)
    .where(and(eq(event.contactId, contactId), eq(event.type, 'person_refused')))
    .limit(1);
  return rows.length > 0;
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
