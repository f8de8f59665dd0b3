import { and, desc, eq, or, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { inboxRoutes, MessageView } from '#shared/contract/inbox.ts';
import { schema } from '../../db/index.ts';
import { ANSWERS } from '../../email/inbound/thread.ts';
import { domainOf } from '../../email/messageId.ts';
import { chainOf, filesProblem, noteInThread, recordAnswer } from '../../engine/index.ts';
import { contactName } from '../contact/view.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { isManager } from '../scope.ts';
import { mayRead, threadOf } from './access.ts';
import { viewByHand } from './messages.ts';
import { whyNoAnswer } from './thread.ts';

const { channel, contact, handMessage, sender, thread } = schema;

/** Puts an answer before everything automated; the mailbox sends it within seconds. */
export async function queueAnswer(
  call: MemberCall,
  threadId: string,
  { requestId, text, attachments }: z.output<typeof inboxRoutes.answer.body>,
): Promise<MessageView> {
  return call.db.write(async (tx) => {
    const found = await threadOf(tx, call, threadId);
    const { workspaceId, channelId, contactId, senderId } = found.thread;
    const place = { kind: found.channel.kind, senderName: found.sender.name };
    const [known] = await tx
      .select()
      .from(handMessage)
      .where(and(eq(handMessage.id, requestId), eq(handMessage.channelId, channelId)));
    if (known) return viewByHand(tx, known, place);
    const { subject, references, to } = await chainOf(tx, channelId, found.contact);
    const refusal = await whyNoAnswer(tx, found, to);
    if (refusal !== null) throw new Refusal(409, 'cannot_answer', refusal, null);
    const problem = await filesProblem(tx, workspaceId, { attachments, text: null });
    if (problem !== null) throw invalid('attachments', 'bad_attachments', problem, null);
    const unit = unitOf(call, tx);
    const row: typeof handMessage.$inferSelect = {
      ...{ id: requestId, workspaceId, channelId, contactId, references, text },
      messageId: `<${requestId}.answer@${domainOf(found.channel.address ?? '')}>`,
      // Without one `whyNoAnswer` refused.
      to: to ?? '',
      subject: answering(subject),
      attachments: attachments.length > 0 ? attachments : null,
      state: 'queued',
      detail: null,
      retries: 0,
      notBefore: null,
      by: call.actor.id,
      createdAt: unit.real,
      at: unit.now,
    };
    await tx.insert(handMessage).values(row);
    const conversation = { workspaceId, channelId, contactId, senderId };
    await noteInThread(unit, conversation, { at: unit.now, kind: 'by_hand', text, unread: false });
    const data = { forOther: found.sender.ownerUserId !== call.actor.userId };
    await audit(tx, call, { action: 'answer.queued', entity: 'thread', entityId: threadId, data });
    return viewByHand(tx, row, place);
  });
}

/** "Re:" exactly once, or some programs start a new thread. */
function answering(subject: string): string {
  const bare = subject.replace(ANSWERS, '').trim();
  return `Re: ${bare || 'your message'}`;
}

/** A person looked in the mailbox whether an answer went out, whose fate is unknown. */
export async function settleAnswer(call: MemberCall, answerId: string, wasSent: boolean): Promise<void> {
  await call.db.write(async (tx) => {
    const [row] = await tx
      .select({ message: handMessage, sender })
      .from(handMessage)
      .innerJoin(channel, eq(channel.id, handMessage.channelId))
      .innerJoin(sender, eq(sender.id, channel.senderId))
      .where(and(eq(handMessage.id, answerId), eq(handMessage.workspaceId, call.workspaceId)));
    if (!row || !mayRead(call, row.sender)) throw notFound('answer');
    if (row.message.state !== 'unknown') {
      throw new Refusal(409, 'decided', 'This was settled already.', 'Reload the page to see how.');
    }
    const detail = wasSent
      ? 'A person found it in the mailbox.'
      : 'A person looked: it was not sent. Write it again.';
    await recordAnswer(unitOf(call, tx), answerId, { state: wasSent ? 'sent' : 'failed', detail });
    const data = { wasSent };
    await audit(tx, call, { action: 'answer.settled', entity: 'message', entityId: answerId, data });
  });
}

/** Shown at once; the rest follows when these are settled. */
const UNKNOWN_SHOWN = 20;

/** Answers of one's sender profiles whose fate nobody knows. */
export async function unknownAnswers(call: MemberCall) {
  const rows = await call.db.reader
    .select({ message: handMessage, sender, contact, threadId: thread.id })
    .from(handMessage)
    .innerJoin(channel, eq(channel.id, handMessage.channelId))
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .innerJoin(contact, eq(contact.id, handMessage.contactId))
    .innerJoin(
      thread,
      and(eq(thread.channelId, handMessage.channelId), eq(thread.contactId, handMessage.contactId)),
    )
    .where(
      and(
        eq(handMessage.workspaceId, call.workspaceId),
        sql`${handMessage.state} = 'unknown'`,
        isManager(call)
          ? or(eq(sender.ownerUserId, call.actor.userId), eq(sender.sharesInbox, true))
          : eq(sender.ownerUserId, call.actor.userId),
      ),
    )
    .orderBy(desc(handMessage.at))
    .limit(UNKNOWN_SHOWN);
  return rows.map(({ message: { id, text }, contact: person, threadId }) => ({
    ...{ id, threadId },
    contactName: contactName(person),
    text: text.slice(0, 80),
  }));
}
