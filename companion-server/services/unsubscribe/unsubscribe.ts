import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { readUnsubscribeToken, type UnsubscribeClaim } from '../../email/unsubscribeToken.ts';
import type { Services } from '../context.ts';

/** Whom an unsubscribe link means; null: not signed by this server. */
export function readClaim(services: Services, token: string): UnsubscribeClaim | null {
  try {
    return readUnsubscribeToken(token, [services.unsubscribeKey]);
  } catch {
    return null;
  }
}

export async function isUnsubscribed(services: Services, claim: UnsubscribeClaim): Promise<boolean> {
  const { event } = schema;
  const rows = await services.db.reader
    .select({ id: event.id })
    .from(event)
    .where(
      and(eq(event.workspaceId, claim.workspaceId), eq(event.dedupeKey, `unsubscribed:${claim.contactId}`)),
    );
  return rows.length > 0;
}

export async function unsubscribe(_services: Services, _claim: UnsubscribeClaim): Promise<void> {}
