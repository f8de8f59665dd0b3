import { and, eq, inArray, isNotNull, isNull, ne } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { genericReplies, isGenericReply } from '#shared/replies/generic.ts';
import { findReturnDate } from '#shared/replies/returnDate.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { pauseEnrollment } from '../flow/enrollmentDecisions.ts';
import { setRelation } from '../flow/facts.ts';
import { applyToContact } from '../flow/interpret.ts';
import { setStanding } from '../flow/standing.ts';
import { appendEvent } from '../record.ts';
import { shapes } from '../shapes.ts';
import { postponeTasksOf } from '../steps/tasks.ts';
import { blockedOn, passOn } from '../wayIn/slots.ts';
import { type Conversation, keepMessage, type ReceivedMessage } from './inbox.ts';

const { automation, contact, enrollment } = schema;

const isOpen = isNull(enrollment.endedAt);

export type Reply = Conversation & Omit<ReceivedMessage, 'kind'>;

/** A person wrote: stored once, and every automation of this contact pauses in this transaction. True: it was new. */
export async function recordReply(unit: Unit, reply: Reply): Promise<boolean> {
  const { workspaceId, contactId, channelId, senderId, ...message } = reply;
  const conversation = { workspaceId, contactId, channelId, senderId };
  if (await isGeneric(unit, workspaceId, message.text))
    return await recordGeneric(unit, conversation, message);
  if ((await keepMessage(unit, conversation, { ...message, kind: 'reply' })) === null) return false;
  await replyCame(unit, conversation, message);
  return true;
}

/** What follows from a reply that is kept: its event, and the pause if it answers any automation. */
export async function replyCame(
  unit: Unit,
  { workspaceId, contactId, channelId, senderId }: Conversation,
  { remoteId, at }: Pick<ReceivedMessage, 'remoteId' | 'at'>,
): Promise<void> {
  await appendEvent(unit, {
    workspaceId,
    type: 'reply_received',
    dedupeKey: `reply:${channelId}:${remoteId}`,
    contactId,
    senderId,
    at,
    data: { channelId },
  });
  await setRelation(unit, { workspaceId, contactId, senderId }, { interaction: true, at });
  if (await concernsAutomation(unit, contactId, at)) await pauseForReply(unit, { contactId, at });
}

/** How long an automatic reply without a date postpones. */
export const AWAY_MS = 14 * DAY;

async function isGeneric(unit: Unit, workspaceId: string, text: string): Promise<boolean> {
  const settings = await rowsOf(unit.tx).get(shapes.workspace, workspaceId);
  return isGenericReply(text, settings?.genericReplies ?? genericReplies);
}

/** It says of itself that a program wrote it: nothing ends, it only waits. */
async function recordGeneric(
  unit: Unit,
  conversation: Conversation,
  message: Omit<ReceivedMessage, 'kind'>,
): Promise<boolean> {
  const stored = { ...message, kind: 'auto_reply', suggests: null } as const;
  if ((await keepMessage(unit, conversation, stored)) === null) return false;
  const { workspaceId, contactId, senderId, channelId } = conversation;
  const returnAt = findReturnDate(message.text, message.at);
  const until = returnAt ?? message.at + AWAY_MS;
  await appendEvent(unit, {
    workspaceId,
    type: 'auto_reply_received',
    dedupeKey: `auto_reply:${channelId}:${message.remoteId}`,
    contactId,
    senderId,
    at: message.at,
    data: { until, dated: returnAt !== null },
  });
  await postponeTasksOf(unit, contactId, until);
  return true;
}

/** Pauses the contact everywhere; the next step becomes a person's decision. */
export async function pauseForReply(unit: Unit, reply: { contactId: string; at: number }): Promise<void> {
  await unit.tx.update(contact).set({ repliedAt: reply.at }).where(eq(contact.id, reply.contactId));
  await pauseColleagues(unit, reply.contactId);
  await applyToContact(unit, reply.contactId, { type: 'replied' });
  const waiting = await unit.tx
    .select()
    .from(enrollment)
    .where(
      and(
        eq(enrollment.contactId, reply.contactId),
        eq(enrollment.live, 0),
        inArray(enrollment.status, [
          'ready',
          'active_limit',
          'coworkers_limit',
          'waiting_enrichment',
          'paused',
        ]),
      ),
    );
  for (const row of waiting) {
    if (row.status === 'paused' && row.reason === 'replied') continue;
    // What it was paused for before shows again when it enters after the decision.
    await setStanding(unit, row, {
      status: 'paused',
      reason: 'replied',
      blockedOn: blockedOn.reply(row.contactId),
    });
    if (row.status !== 'paused') await passOn(unit, row);
  }
}

/** Where the automation asks for it, those who work at the same company wait for the same decision; the one who replied may be through it. */
async function pauseColleagues(unit: Unit, contactId: string): Promise<void> {
  const own = await unit.tx
    .select({ automationId: enrollment.automationId, companyId: enrollment.companyId })
    .from(enrollment)
    .innerJoin(automation, eq(automation.id, enrollment.automationId))
    .where(and(eq(enrollment.contactId, contactId), eq(automation.pauseColleagues, true)));
  for (const { automationId, companyId } of own) {
    if (companyId === null) continue;
    const colleagues = await unit.tx
      .select()
      .from(enrollment)
      .where(
        and(
          eq(enrollment.automationId, automationId),
          eq(enrollment.companyId, companyId),
          ne(enrollment.contactId, contactId),
          isOpen,
        ),
      );
    for (const row of colleagues) await pauseForColleague(unit, row);
  }
}

/** A pause by a person; a database of an earlier version has the more general `manual`. */
const byHand: ReadonlySet<string | null> = new Set(['paused_by_person', 'manual']);

/** Who paused it by hand before knew nothing of the reply: it waits for a decision about that too. */
async function pauseForColleague(unit: Unit, row: EnrollmentRow): Promise<void> {
  const reason = 'colleague_replied';
  if (await pauseEnrollment(unit, row, reason)) return;
  if (byHand.has(row.reason)) await setStanding(unit, row, { status: 'paused', reason });
}

/** A message older than every enrollment is history, not a reply; so is the one that a person decided about already. */
async function concernsAutomation(unit: Unit, contactId: string, at: number): Promise<boolean> {
  const rows = await unit.tx
    .select({ enteredAt: enrollment.createdAt, decided: enrollment.repliesFrom })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, contactId), isNotNull(enrollment.status)));
  return rows.some(({ enteredAt, decided }) => (enteredAt ?? 0) < at && decided !== at);
}
