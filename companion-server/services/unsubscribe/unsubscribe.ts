import { and, eq } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import { readUnsubscribeToken, type UnsubscribeClaim } from '../../email/unsubscribeToken.ts';
import { appendEvent, isErased, isStoplisted, keepOut, unsubscribeContact } from '../../engine/index.ts';
import type { ContactRow } from '../contact/view.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { tryKeepStops } from '../upkeep/stops.ts';

const { contact, event } = schema;

/** Whom an unsubscribe link means; null: not signed by this server. */
export function readClaim(services: Services, token: string): UnsubscribeClaim | null {
  try {
    return readUnsubscribeToken(token, [services.unsubscribeKey]);
  } catch {
    return null;
  }
}

const firstKey = ({ contactId }: UnsubscribeClaim) => `unsubscribed:${contactId}`;

/** Whether the person has opted out by a link and still stands on the stoplist. */
export async function isUnsubscribed(services: Services, claim: UnsubscribeClaim): Promise<boolean> {
  const { reader } = services.db;
  const person = await personOf(reader, claim);
  if (isGone(person))
    return claim.recipientHash !== null && (await isErased(reader, claim.workspaceId, claim.recipientHash));
  return person !== null && (await hasOptedOut(reader, claim)) && (await isStoplisted(reader, person));
}

/**
 * The contact opts out: every identifier goes on the stoplist and all branches end on all channels, in this
 * transaction. Whose data was erased meanwhile is kept out by the hash of their address. A second time changes nothing, unless a member took them off the stoplist meanwhile.
 */
export async function unsubscribe(services: Services, claim: UnsubscribeClaim): Promise<void> {
  await services.db.write(async (tx) => {
    const unit = unitOf(services, tx);
    const person = await personOf(tx, claim);
    if (isGone(person)) {
      if (claim.recipientHash !== null) await keepOut(unit, claim.workspaceId, claim.recipientHash);
      return;
    }
    const again = await hasOptedOut(tx, claim);
    if (again && (await isStoplisted(tx, person))) return;
    await appendEvent(unit, {
      workspaceId: claim.workspaceId,
      type: 'unsubscribed',
      dedupeKey: again ? `${firstKey(claim)}:${unit.now}` : firstKey(claim),
      contactId: person.id,
      taskId: claim.taskId,
      data: { result: 'success', via: 'link' },
    });
    await unsubscribeContact(unit, person.id, { via: 'link', inboundId: null });
  });
  await tryKeepStops(services);
}

/** Their data is erased: nothing but the link itself says which address was written to. */
function isGone(person: ContactRow | null): person is null | (ContactRow & { erasedAt: number }) {
  return person === null || person.erasedAt !== null;
}

async function hasOptedOut(q: Queryable, claim: UnsubscribeClaim): Promise<boolean> {
  const rows = await q
    .select({ id: event.id })
    .from(event)
    .where(and(eq(event.workspaceId, claim.workspaceId), eq(event.dedupeKey, firstKey(claim))));
  return rows.length > 0;
}

/** The contact a link means: the one it was merged into, if it proved to be the same person. */
async function personOf(
  q: Queryable,
  { workspaceId, contactId }: UnsubscribeClaim,
): Promise<ContactRow | null> {
  const byId = async (id: string) =>
    (
      await q
        .select()
        .from(contact)
        .where(and(eq(contact.workspaceId, workspaceId), eq(contact.id, id)))
    )[0];
  const row = await byId(contactId);
  return (row?.mergedInto ? await byId(row.mergedInto) : row) ?? null;
}
