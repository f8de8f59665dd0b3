import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { ContactRow, Unit } from '../context.ts';

const { contact: contactTable } = schema;

/** Addresses that a report called gone: no email goes there until something speaks for them. */

/** A report says that nothing arrives there. */
export function addressIsGone(unit: Unit, contactId: string, address: string): Promise<void> {
  return mark(unit, contactId, address);
}

/** Whoever writes from an address receives there too: a report that called it gone was wrong, or is past. */
export async function addressWrites(unit: Unit, contact: ContactRow, address: string | null): Promise<void> {
  if (contact.undeliverableEmail !== null && contact.undeliverableEmail === address)
    await mark(unit, contact.id, null);
}

/** Whoever enrolls a bounced contact again says that the address works: until the next report nothing speaks against it. */
export function addressIsTrusted(unit: Unit, contactId: string): Promise<void> {
  return mark(unit, contactId, null);
}

async function mark(unit: Unit, contactId: string, address: string | null): Promise<void> {
  await unit.tx
    .update(contactTable)
    .set({ undeliverableEmail: address })
    .where(eq(contactTable.id, contactId));
}
