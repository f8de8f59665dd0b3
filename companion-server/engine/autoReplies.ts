import { and, eq, gte } from 'drizzle-orm';
import { type Queryable, schema } from '../db/index.ts';

const { inboundMessage } = schema;

/** Whether the newest message of a thread is one that a program wrote, as it is known here. */
export async function isKnownAutoReply(q: Queryable, contactId: string, at: number): Promise<boolean> {
  const rows = await q
    .select({ kind: inboundMessage.kind })
    .from(inboundMessage)
    .where(and(eq(inboundMessage.contactId, contactId), gte(inboundMessage.at, at)))
    .limit(10);
  return rows.length > 0 && rows.every(({ kind }) => kind === 'auto_reply');
}
