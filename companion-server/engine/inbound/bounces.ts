import type { ContactRow, TaskRow, Unit } from '../context.ts';
import { applyEvent, applyToContact } from '../flow/interpret.ts';
import { addressIsGone } from './undeliverable.ts';

/** Marks the address and ends the branch of `task`, or all of the contact's where no email of ours is known. */
export async function endByBounce(
  unit: Unit,
  { contact, task }: { contact: ContactRow; task: TaskRow | null },
  address: string | null,
): Promise<void> {
  const gone = address ?? contact.email;
  if (gone !== null && gone === contact.email) await addressIsGone(unit, contact.id, gone);
  if (task) await applyEvent(unit, task.enrollmentId, { type: 'bounced', cursorId: null });
  else if (gone === contact.email)
    await applyToContact(unit, contact.id, { type: 'bounced', cursorId: null });
}
