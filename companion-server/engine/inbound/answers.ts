import { and, asc, eq, sql } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { usageLimit } from '#shared/schedule/caps.ts';
import { capTable } from '#shared/schedule/settings.ts';
import { retryDelay } from '#shared/statuses/policy.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { isStoplisted } from '../contacts/stoplist.ts';
import type { ChannelRow, ContactRow, Unit } from '../context.ts';
import { setRelation } from '../flow/facts.ts';
import { accountOf, usageTimes } from '../pace/usage.ts';
import { appendEvent, publish } from '../record.ts';
import { channelById, contactById } from '../rows.ts';
import { isConnected } from '../steps/email.ts';

const { channel, handMessage, usage } = schema;

export type HandMessageRow = typeof handMessage.$inferSelect;

/** Longer than one is on its way: whoever sent it is gone, and nobody knows. Real time. */
const GIVEN_UP_MS = 10 * MINUTE;
/** Within this time of its beginning a send must start, so that it has ended when others give it up. Real time. */
export const answerStartsWithinMs = GIVEN_UP_MS / 2;
/** Looked at in one round. */
const AT_ONCE = 50;

const isOpen = sql`${handMessage.state} IN ('queued','sending')`;
/** Of a mailbox that nothing holds, and due; one that is on its way is looked at in any case. */
const mayGo = (now: number) =>
  sql`(${handMessage.state} = 'sending' OR (${channel.holdCount} = 0 AND coalesce(${handMessage.notBefore}, 0) <= ${now}))`;

/** Whether any may go: asked before every piece of work, so without a transaction. */
export async function hasAnswers(q: Queryable, now: number): Promise<boolean> {
  const rows = await q
    .select({ id: handMessage.id })
    .from(handMessage)
    .innerJoin(channel, eq(channel.id, handMessage.channelId))
    .where(and(isOpen, mayGo(now)))
    .limit(1);
  return rows.length > 0;
}

/**
 * The answer by a person that goes next, oldest first, of mailboxes that nothing holds and nobody uses. Its age is told
 * in real time, by which a server that died is known.
 */
export async function nextAnswer(
  unit: Unit,
  isBusy: (channelId: string) => boolean,
): Promise<HandMessageRow | null> {
  const rows = await unit.tx
    .select({ message: handMessage, channel })
    .from(handMessage)
    .innerJoin(channel, eq(channel.id, handMessage.channelId))
    .where(and(isOpen, mayGo(unit.now)))
    .orderBy(asc(handMessage.createdAt), asc(handMessage.id))
    .limit(AT_ONCE);
  for (const { message, channel: place } of rows) {
    if (message.state === 'sending') await giveUp(unit, message);
    else if (!isBusy(place.id) && (await begin(unit, message, place))) return message;
  }
  return null;
}

/** Its server died after the send may have begun: never repeated, found in Sent or settled by a person. */
async function giveUp(unit: Unit, message: HandMessageRow): Promise<void> {
  if ((message.createdAt ?? 0) > unit.real - GIVEN_UP_MS) return;
  const detail = 'The server stopped while it was being sent. Look in the Sent folder.';
  await finish(unit, message, { state: 'unknown', detail });
}

/** Spends the use and marks it as on its way, in the transaction that decides it. */
async function begin(unit: Unit, message: HandMessageRow, place: ChannelRow): Promise<boolean> {
  if (!isConnected(place)) return false;
  if (await isStoplisted(unit.tx, await contactById(unit.tx, message.contactId))) {
    await finish(unit, message, { state: 'failed', detail: 'The contact opted out or is on the stoplist.' });
    return false;
  }
  // A person's answer skips window and gap, never the ceiling (product §4.6).
  const times = await usageTimes(unit.tx, place, 'email', unit.now);
  if (usageLimit(times, capTable.email.ceiling, unit.now).at > unit.now) return false;
  await unit.tx
    .insert(usage)
    .values({ account: accountOf(place), kind: 'email', at: unit.now, taskId: message.id });
  // From now on its age is that of the sending.
  await unit.tx
    .update(handMessage)
    .set({ state: 'sending', createdAt: unit.real, at: unit.now })
    .where(eq(handMessage.id, message.id));
  return true;
}

export type AnswerOutcome =
  | { state: 'sent' | 'unknown' | 'failed'; detail: string }
  /** The mailbox is at fault: it waits for it. */
  | { state: 'queued'; detail: string }
  /** The receiving server took nothing now and said that it may later. */
  | { state: 'later'; detail: string };

/** What became of it. What did not go out costs nothing. */
export async function recordAnswer(unit: Unit, id: string, outcome: AnswerOutcome): Promise<void> {
  const [message] = await unit.tx.select().from(handMessage).where(eq(handMessage.id, id));
  if (message?.state !== 'sending' && message?.state !== 'unknown') return;
  if (outcome.state !== 'sent' && outcome.state !== 'unknown') {
    await unit.tx.delete(usage).where(and(eq(usage.taskId, id), eq(usage.kind, 'email')));
  }
  await finish(unit, message, outcome.state === 'later' ? again(unit, message, outcome.detail) : outcome);
  if (outcome.state !== 'sent') return;
  const { workspaceId, contactId, channelId } = message;
  const { senderId } = await channelById(unit.tx, channelId);
  await setRelation(unit, { workspaceId, contactId, senderId }, { interaction: true, at: unit.now });
  const data = { result: 'success', by: 'hand' };
  await appendEvent(unit, {
    ...{ workspaceId, contactId, senderId, data },
    type: 'email_sent',
    dedupeKey: `answer:${id}`,
  });
}

/** After 15 minutes, 1 hour, 4 hours, as automated emails do; then it has failed. */
function again(unit: Unit, { retries }: HandMessageRow, detail: string): Ending {
  const delay = retryDelay(retries + 1);
  if (delay === null) return { state: 'failed', detail };
  return { state: 'queued', detail, retries: retries + 1, notBefore: unit.now + delay };
}

type Ending = Pick<HandMessageRow, 'state' | 'detail'> &
  Partial<Pick<HandMessageRow, 'retries' | 'notBefore'>>;

async function finish(unit: Unit, message: HandMessageRow, outcome: Ending): Promise<void> {
  await unit.tx.update(handMessage).set(outcome).where(eq(handMessage.id, message.id));
  publish(unit, message.workspaceId, 'thread', message.contactId);
}

/**
 * What an answer goes on with: the chain of ids of the latest email of the contact, itself at the end. It goes to where
 * that came from if it is theirs, else to the contact's address, else to another one that is known to be theirs.
 */
export async function chainOf(
  q: Queryable,
  channelId: string,
  { id: contactId, email }: Pick<ContactRow, 'id' | 'email'>,
): Promise<{ subject: string; references: string[]; to: string | null }> {
  const { contactIdentity, inboundMessage } = schema;
  const rows = await q
    .select({ subject: inboundMessage.subject, mail: inboundMessage.mail })
    .from(inboundMessage)
    .where(
      and(
        eq(inboundMessage.contactId, contactId),
        eq(inboundMessage.channelId, channelId),
        sql`${inboundMessage.kind} <> 'bounce'`,
      ),
    )
    .orderBy(sql`${inboundMessage.at} DESC`)
    .limit(1);
  const [last] = rows;
  const mail = last?.mail;
  const references = [...(mail?.references ?? []), ...(mail?.messageId ? [mail.messageId] : [])];
  // A colleague's answer, or a program's, came from nobody's address here.
  const rowsOfTheirs = await q
    .select({ address: contactIdentity.value })
    .from(contactIdentity)
    .where(and(eq(contactIdentity.contactId, contactId), eq(contactIdentity.kind, 'email')));
  const theirs = rowsOfTheirs.map(({ address }) => address).sort();
  return {
    subject: last?.subject ?? '',
    references: [...new Set(references)].slice(-20),
    to: theirs.find((address) => address === mail?.fromAddress) ?? email ?? theirs[0] ?? null,
  };
}
