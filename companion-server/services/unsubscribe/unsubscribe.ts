import { and, eq } from 'drizzle-orm';
import { schema, type Tx } from '../../db/index.ts';
import { readUnsubscribeToken, type UnsubscribeClaim } from '../../email/unsubscribeToken.ts';
import { appendEvent, unsubscribeContact } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';

const { contact, event } = schema;

/** Whom an unsubscribe link means; null: not signed by this server. */
export function readClaim(services: Services, token: string): UnsubscribeClaim | null {
  try {
    return readUnsubscribeToken(token, [services.unsubscribeKey]);
  } catch {
    return null;
  }
}

const dedupeKey = (claim: UnsubscribeClaim) => `unsubscribed:${claim.contactId}`;

export async function isUnsubscribed(services: Services, claim: UnsubscribeClaim): Promise<boolean> {
  const rows = await services.db.reader
    .select({ id: event.id })
    .from(event)
    .where(and(eq(event.workspaceId, claim.workspaceId), eq(event.dedupeKey, dedupeKey(claim))));
  return rows.length > 0;
}

/**
 * The contact opts out: every identifier goes on the stoplist and all branches end on all channels, in this
 * transaction. A second time changes nothing.
 */
export async function unsubscribe(services: Services, claim: UnsubscribeClaim): Promise<void> {
  await services.db.write(async (tx) => {
    const unit = unitOf(services, tx);
    const contactId = await personOf(tx, claim);
    if (contactId === null) return;
    const isNew = await appendEvent(unit, {
      workspaceId: claim.workspaceId,
      type: 'unsubscribed',
      dedupeKey: dedupeKey(claim),
      contactId,
      taskId: claim.taskId,
      data: { result: 'success', via: 'link' },
    });
    if (!isNew) return;
    await unsubscribeContact(unit, contactId, { via: 'link', inboundId: null });
  });
}

/** The contact a link means: the one it was merged into, if it proved to be the same person. */
async function personOf(tx: Tx, { workspaceId, contactId }: UnsubscribeClaim): Promise<string | null> {
  const [row] = await tx
    .select({ id: contact.id, mergedInto: contact.mergedInto })
    .from(contact)
    .where(and(eq(contact.workspaceId, workspaceId), eq(contact.id, contactId)));
  return row ? (row.mergedInto ?? row.id) : null;
}
