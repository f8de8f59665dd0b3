import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { letGo } from '../flow/letGo.ts';
import { publish } from '../record.ts';
import { contactById } from '../rows.ts';

const { contactIdentity, suppression } = schema;

export interface OptOut {
  via: 'link' | 'mailto' | 'words' | 'complaint';
  /** The message that is the evidence. */
  inboundId: string | null;
}

/** Opted out: every identifier goes on the stoplist, and every branch on every channel ends. */
export async function unsubscribeContact(
  unit: Unit,
  contactId: string,
  { via, inboundId }: OptOut,
): Promise<void> {
  const contact = await contactById(unit.tx, contactId);
  const identities = await unit.tx
    .select()
    .from(contactIdentity)
    .where(eq(contactIdentity.contactId, contactId));
  const keys: Pick<(typeof identities)[number], 'kind' | 'value'>[] = [...identities];
  if (contact.email) keys.push({ kind: 'email', value: contact.email });
  for (const { kind, value } of keys) {
    await unit.tx
      .insert(suppression)
      .values({
        ...{ id: unit.newId(), workspaceId: contact.workspaceId, kind, value },
        ...{ reason: 'unsubscribed', via, inboundId, by: 'contact', at: unit.now },
      })
      .onConflictDoNothing();
  }
  await letGo(unit, contactId, 'unsubscribed');
  publish(unit, contact.workspaceId, 'contact', contactId);
}
