import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { inboxRoutes, MessageView } from '#shared/contract/inbox.ts';
import { schema } from '../../db/index.ts';
import { domainOf } from '../../email/messageId.ts';
import { chainOf, noteInThread } from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { Refusal } from '../refusal.ts';
import { threadOf } from './access.ts';
import { viewByHand } from './messages.ts';
import { whyNoAnswer } from './thread.ts';

const { handMessage } = schema;

/** Puts an answer before everything automated; the mailbox sends it within seconds. */
export async function queueAnswer(
  call: MemberCall,
  threadId: string,
  { requestId, text }: z.output<typeof inboxRoutes.answer.body>,
): Promise<MessageView> {
  return call.db.write(async (tx) => {
    const found = await threadOf(tx, call, threadId);
    const { workspaceId, channelId, contactId, senderId } = found.thread;
    const place = { kind: found.channel.kind, senderName: found.sender.name };
    const [known] = await tx
      .select()
      .from(handMessage)
      .where(and(eq(handMessage.id, requestId), eq(handMessage.channelId, channelId)));
    if (known) return viewByHand(known, place);
    const refusal = await whyNoAnswer(tx, found);
    if (refusal !== null) throw new Refusal(409, 'cannot_answer', refusal, null);
    const unit = unitOf(call, tx);
    const { subject, references } = await chainOf(tx, channelId, contactId);
    const row: typeof handMessage.$inferSelect = {
      ...{ id: requestId, workspaceId, channelId, contactId, references, text },
      messageId: `<${requestId}.answer@${domainOf(found.channel.address ?? '')}>`,
      to: found.contact.email ?? '',
      subject: answering(subject),
      state: 'queued',
      detail: null,
      by: call.actor.id,
      createdAt: unit.real,
      at: unit.now,
    };
    await tx.insert(handMessage).values(row);
    const conversation = { workspaceId, channelId, contactId, senderId };
    await noteInThread(unit, conversation, { at: unit.now, kind: 'by_hand', text, unread: false });
    const data = { forOther: found.sender.ownerUserId !== call.actor.userId };
    await audit(tx, call, { action: 'answer.queued', entity: 'thread', entityId: threadId, data });
    return viewByHand(row, place);
  });
}

/** "Re:" exactly once, or some programs start a new thread. */
function answering(subject: string): string {
  const bare = subject.replace(/^\s*(re|aw|sv|antw)\s*:\s*/i, '').trim();
  return `Re: ${bare || 'your message'}`;
}
