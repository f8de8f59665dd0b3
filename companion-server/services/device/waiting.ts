import { and, desc, eq } from 'drizzle-orm';
import type { DeviceSnapshot } from '#shared/contract/device.ts';
import { schema } from '../../db/index.ts';
import { isReplied } from '../../engine/index.ts';
import { contactName } from '../contact/view.ts';
import type { DeviceCall } from '../context.ts';

const { contact, enrollment } = schema;

const REPLIES = 10;

/** Who replied to this sender profile and waits for the rep's decision, newest first. */
export async function repliesTo(call: DeviceCall): Promise<DeviceSnapshot['replies']> {
  const rows = await call.db.reader
    .select({
      contactId: contact.id,
      at: contact.repliedAt,
      firstName: contact.firstName,
      lastName: contact.lastName,
      email: contact.email,
      linkedinSlug: contact.linkedinSlug,
    })
    .from(enrollment)
    .innerJoin(contact, eq(contact.id, enrollment.contactId))
    .where(and(eq(enrollment.senderId, call.actor.senderId), isReplied))
    .orderBy(desc(enrollment.updatedAt))
    .limit(REPLIES);
  const seen = new Set<string>();
  return rows.flatMap(({ contactId, at, ...person }) => {
    if (at === null || seen.has(contactId)) return [];
    seen.add(contactId);
    return [{ contactId, name: contactName(person), at }];
  });
}
