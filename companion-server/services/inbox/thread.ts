import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { inboxRoutes, ThreadDetail, ThreadView } from '#shared/contract/inbox.ts';
import { type Queryable, schema } from '../../db/index.ts';
import {
  chainOf,
  confirmAnswer,
  confirmBounce,
  confirmUnsubscribe,
  dismissSuggestion,
  isPaused,
  isStoplisted,
} from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { viewEnrollment } from '../enrollment/view.ts';
import { notFound, Refusal } from '../refusal.ts';
import { type FoundThread, mayRead, threadOf } from './access.ts';
import { viewThread } from './list.ts';
import { messagesOf } from './messages.ts';

const { channel, enrollment, inboundMessage, sender, thread } = schema;

/** An open conversation, and what waits for a decision about it. */
export async function openThread(call: MemberCall, threadId: string): Promise<ThreadDetail> {
  const { reader } = call.db;
  const found = await threadOf(reader, call, threadId);
  const { contactId, channelId } = found.thread;
  const decisions = [];
  for (const enrollmentId of await waitingFor(reader, contactId)) {
    decisions.push(await viewEnrollment(reader, call, enrollmentId));
  }
  const slug = found.contact.linkedinSlug;
  const { to } = await chainOf(reader, channelId, found.contact);
  return {
    thread: viewThread(call, found, decisions.length > 0),
    messages: await messagesOf(reader, contactId, [channelId]),
    decisions,
    noAnswer: await whyNoAnswer(reader, found, to),
    answersTo: to,
    linkedinUrl: slug === null ? null : `https://www.linkedin.com/in/${encodeURIComponent(slug)}/`,
  };
}

async function waitingFor(q: Queryable, contactId: string): Promise<string[]> {
  const rows = await q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, contactId), isPaused, eq(enrollment.reason, 'replied')));
  return rows.map(({ id }) => id);
}

/** Why an answer to this address cannot go out from here, with what to do; null: it can. */
export async function whyNoAnswer(
  q: Queryable,
  { channel: place, contact, sender: profile }: FoundThread,
  to: string | null,
): Promise<string | null> {
  if (place.kind === 'linkedin') {
    return 'Answers on LinkedIn are written there: open the profile, and Rapport sees what was written.';
  }
  if (profile.state === 'deleted') return 'The sender profile was deleted. Write from another one.';
  if (contact.deletedAt !== null) return 'The contact was deleted. Restore it first.';
  if (to === null) {
    return 'The contact has no email address. Import a CSV file with their LinkedIn link and their email.';
  }
  if (await isStoplisted(q, contact)) {
    return 'The contact is on the stoplist or opted out: nothing is sent to them.';
  }
  if (place.smtpStatus !== 'active' || place.imapStatus !== 'active') {
    return 'The mailbox of this sender profile is not connected. Reconnect it on its Email tab.';
  }
  return null;
}

/** Read or unread, a label, or out of sight until a moment. */
export async function updateThread(
  call: MemberCall,
  threadId: string,
  body: z.output<typeof inboxRoutes.update.body>,
): Promise<ThreadView> {
  await call.db.write(async (tx) => {
    const { thread: row } = await threadOf(tx, call, threadId);
    await tx
      .update(thread)
      .set({
        unread: body.unread ?? row.unread,
        label: body.label === undefined ? row.label : body.label,
        snoozedUntil: body.snoozedUntil === undefined ? row.snoozedUntil : body.snoozedUntil,
      })
      .where(eq(thread.id, threadId));
    const data = { fields: Object.keys(body) };
    await audit(tx, call, { action: 'thread.updated', entity: 'thread', entityId: threadId, data });
  });
  const found = await threadOf(call.db.reader, call, threadId);
  const waiting = (await waitingFor(call.db.reader, found.contact.id)).length > 0;
  return viewThread(call, found, waiting);
}

const confirming = {
  unsubscribe: confirmUnsubscribe,
  bounce: confirmBounce,
  answer: confirmAnswer,
} as const;

/** Why a word changed nothing: while a stranger's message is asked about, only its address can have found an owner. */
function noLongerAsked(open: keyof typeof confirming | null): Refusal {
  if (open !== 'answer')
    return new Refusal(409, 'decided', 'This was decided already.', 'Reload the page to see how.');
  const sentence = 'The address of this message belongs to another contact.';
  return new Refusal(
    409,
    'address_taken',
    sentence,
    'Say that it is not their answer: it counts for the contact whose address it is.',
  );
}

/**
 * A person says whether a reply asks to be left alone, an address is gone, or a stranger's message answers ours. The
 * word holds for the question it was given to: reading a message may put another one in its place.
 */
export async function settleSuggestion(
  call: MemberCall,
  messageId: string,
  { suggests, isSo }: z.output<typeof inboxRoutes.settleSuggestion.body>,
): Promise<void> {
  await call.db.write(async (tx) => {
    const [row] = await tx
      .select({ message: inboundMessage, sender })
      .from(inboundMessage)
      .innerJoin(channel, eq(channel.id, inboundMessage.channelId))
      .innerJoin(sender, eq(sender.id, channel.senderId))
      .where(and(eq(inboundMessage.id, messageId), eq(inboundMessage.workspaceId, call.workspaceId)));
    if (!row || !mayRead(call, row.sender)) throw notFound('message');
    const unit = unitOf(call, tx);
    const open = row.message.suggests;
    if (open !== null && open !== suggests) {
      const sentence = 'Something else is asked about this message by now.';
      throw new Refusal(409, 'other_question', sentence, 'Reload the page and answer what it asks.');
    }
    const decide = isSo ? confirming[suggests] : dismissSuggestion;
    if (open === null || !(await decide(unit, messageId))) throw noLongerAsked(open);
    const data = { suggests, isSo };
    await audit(tx, call, { action: 'suggestion.settled', entity: 'message', entityId: messageId, data });
  });
}
