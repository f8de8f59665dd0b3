import { and, asc, eq, gte } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import type { EnrollmentRow } from '../context.ts';

const { inboundMessage } = schema;

/**
 * Whether the newest message of a thread stops nobody: a program wrote it, or a person decided about it. One that is
 * older than what was decided about and was never read here is nothing that anybody decided about.
 */
export async function isDecided(
  q: Queryable,
  { contactId, repliesFrom }: Pick<EnrollmentRow, 'contactId' | 'repliesFrom'>,
  at: number,
): Promise<boolean> {
  if (at === repliesFrom) return true;
  const known = await q
    .select({ kind: inboundMessage.kind, at: inboundMessage.at })
    .from(inboundMessage)
    .where(and(eq(inboundMessage.contactId, contactId), gte(inboundMessage.at, at)))
    .orderBy(asc(inboundMessage.at))
    .limit(10);
  if (at < repliesFrom) return known.some((message) => message.at === at);
  return known.length > 0 && known.every(({ kind }) => kind === 'auto_reply');
}
