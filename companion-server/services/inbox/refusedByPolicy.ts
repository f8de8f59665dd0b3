import { and, desc, eq, gte, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { MemberCall } from '../context.ts';
import { isManager } from '../scope.ts';

const { channel, inboundMessage, sender } = schema;

/** Older refusals say nothing about how a mailbox stands now. */
const WITHIN = 7 * DAY;
/** The newest of a workspace: enough to tell that a mailbox is refused, and by whom. */
const AT_MOST = 1_000;

export interface PolicyRefusals {
  senderId: string;
  senderName: string;
  count: number;
  /** What the latest of the servers said. */
  words: string;
}

/** Mailboxes whose mail others refused lately because of the sender or the text: their people did nothing. */
export async function refusedByPolicy(call: MemberCall): Promise<PolicyRefusals[]> {
  const said = (name: string) => sql<string>`json_extract(${inboundMessage.mail}, ${`$.evidence.${name}`})`;
  const newest = await call.db.reader
    .select({
      senderId: sender.id,
      senderName: sender.name,
      words: sql<string>`coalesce(${said('diagnostic')}, '')`,
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
    .orderBy(desc(inboundMessage.at))
    .limit(AT_MOST);
  const bySender = new Map<string, PolicyRefusals>();
  for (const refusal of newest) {
    const known = bySender.get(refusal.senderId);
    if (known) known.count += 1;
    else bySender.set(refusal.senderId, { ...refusal, count: 1 });
  }
  return [...bySender.values()];
}
