import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { contactRoutes } from '#shared/contract/contact.ts';
import { isZone } from '#shared/schedule/settings.ts';
import { schema, type Tx } from '../../db/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { invalid } from '../refusal.ts';
import { requireManager, senderOf } from '../scope.ts';
import { contactDetail } from './detail.ts';
import { contactOf } from './view.ts';

const { contact } = schema;

/** Who writes to the contact in future enrollments, and when it is working time where they are. */
export async function setOutreach(
  call: MemberCall,
  contactId: string,
  input: z.output<typeof contactRoutes.setOutreach.body>,
): Promise<z.input<typeof contactRoutes.setOutreach.response>> {
  requireManager(call);
  const { zone, pinnedSenderId } = input;
  if (zone && !isZone(zone)) {
    throw invalid('zone', 'unknown_zone', `"${zone}" is no time zone.`, 'E.g. Europe/Berlin.');
  }
  await call.db.write(async (tx) => {
    await contactOf(tx, call, contactId);
    if (pinnedSenderId !== undefined) await pinSender(tx, call, contactId, pinnedSenderId);
    if (zone !== undefined) {
      await tx.update(contact).set({ zone }).where(eq(contact.id, contactId));
    }
    await audit(tx, call, {
      action: 'contact.outreach_set',
      entity: 'contact',
      entityId: contactId,
      data: { fields: Object.keys(input), pinnedSenderId: pinnedSenderId ?? null },
    });
  });
  return contactDetail(call, contactId);
}

/** Fixes the sender profile of future enrollments; null lets distribution choose again. Audited by the caller. */
async function pinSender(tx: Tx, call: Call, contactId: string, senderId: string | null): Promise<void> {
  if (senderId !== null) await senderOf(tx, call, senderId);
  await tx
    .update(contact)
    .set({ pinnedSenderId: senderId })
    .where(and(eq(contact.workspaceId, call.workspaceId), eq(contact.id, contactId)));
}
