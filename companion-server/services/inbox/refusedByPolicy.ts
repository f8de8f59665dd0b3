import { and, eq, gte, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { MemberCall } from '../context.ts';
import { isManager } from '../scope.ts';

const { channel, inboundMessage, sender } = schema;

/** Older refusals say nothing about how a mailbox stands now. */
const WITHIN = 7 * DAY;

export interface PolicyRefusals {
  senderId: string;
  senderName: string;
  count: number;
  /** What one of the servers said. */
  words: string;
}

/** Mailboxes whose mail others refused lately because of the sender or the text: their people did nothing. */
export async function refusedByPolicy(call: MemberCall): Promise<PolicyRefusals[]> {
  const said = (name: string) => sql<string>`json_extract(${inboundMessage.mail}, ${`$.evidence.${name}`})`;
  return call.db.reader
    .select({
      senderId: sender.id,
      senderName: sender.name,
      count: sql<number>`count(*)`,
      words: sql<string>`coalesce(max(${said('diagnostic')}), '')`,
    })
    .from(inboundMessage)
    .innerJoin(channel, eq(channel.id, inboundMessage.channelId))
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(
      and(
        eq(inboundMessage.workspaceId, call.workspaceId),
        sql`${inboundMessage.kind} IN ('bounce','complaint','unsubscribe')`,
        gte(inboundMessage.at, call.clocks.schedule.now() - WITHIN),
        sql`${said('severity')} = 'policy'`,
        isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
      ),
    )
    .groupBy(sender.id, sender.name);
}
