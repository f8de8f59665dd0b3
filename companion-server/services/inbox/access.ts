import { and, eq } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import type { MemberCall } from '../context.ts';
import { notFound } from '../refusal.ts';
import { isManager, type SenderRow } from '../scope.ts';

const { channel, contact, sender, thread } = schema;

/** Product §8: one's own, and as a manager those whose rep agreed to it. */
export function mayRead(call: MemberCall, row: Pick<SenderRow, 'ownerUserId' | 'sharesInbox'>): boolean {
  return row.ownerUserId === call.actor.userId || (isManager(call) && row.sharesInbox);
}

/** The sender profiles whose messages one may read. */
export async function readableSenders(call: MemberCall): Promise<SenderRow[]> {
  const rows = await call.db.reader.select().from(sender).where(eq(sender.workspaceId, call.workspaceId));
  return rows.filter((row) => mayRead(call, row));
}

/** A conversation one may read, with its people; anybody else's does not exist. */
export async function threadOf(q: Queryable, call: MemberCall, threadId: string) {
  const [found] = await q
    .select({ thread, sender, channel, contact })
    .from(thread)
    .innerJoin(sender, eq(sender.id, thread.senderId))
    .innerJoin(channel, eq(channel.id, thread.channelId))
    .innerJoin(contact, eq(contact.id, thread.contactId))
    .where(and(eq(thread.id, threadId), eq(thread.workspaceId, call.workspaceId)));
  if (!found || !mayRead(call, found.sender)) throw notFound('conversation');
  return found;
}
export type FoundThread = Awaited<ReturnType<typeof threadOf>>;
