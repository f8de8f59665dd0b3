import { and, eq } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../db/index.ts';
import type { ContactRow, TaskRow, Unit } from './context.ts';
import { checkBounces } from './guards.ts';
import { ownerOf } from './identities.ts';
import { applyEvent, applyToContact } from './interpret.ts';
import { finishMailboxReconnect } from './mailboxes.ts';
import { appendEvent, publish } from './record.ts';
import { recordReply } from './replies.ts';
import { channelById, contactById } from './rows.ts';
import { bringBack } from './taskArchive.ts';
import { postponeTasksOf } from './tasks.ts';
import { wakeAfterRead } from './waits.ts';

const {
  channel: channelTable,
  task: taskTable,
  taskArchive,
  suppression,
  enrollment,
  inboundMessage,
} = schema;

/** An automatic reply without a date found in it. */
const AWAY_MS = 14 * DAY;

/** A received message as far as the engine needs it; the email code tells the kinds apart. */
export interface InboundEmail {
  /** The same for the same message in whatever folder. */
  dedupeKey: string;
  /** Our Message-ID that it answers or reports on, if it names one. */
  ownMessageId: string | null;
  /** Lower-case address of the contact, as far as known. */
  contactAddress: string | null;
  receivedAt: number;
  subject: string;
  /** What was newly written. */
  text: string;
  kind:
    | { kind: 'reply' }
    | { kind: 'auto_reply'; returnAt: number | null }
    | {
        kind: 'bounce';
        severity: 'hard' | 'soft' | 'policy';
        status: string | null;
        diagnostic: string | null;
      }
    | { kind: 'unsubscribe' }
    | { kind: 'complaint' }
    | { kind: 'notice' };
}

/**
 * Records what one successful read of a mailbox brought. Returns how many messages were new. `whole` false: more
 * lies unread there, so the mailbox does not count as read yet; the rest may hold a reply. `readAt`: when the fetch
 * began, for what came since may be missing.
 */
export async function recordInboundEmail(
  unit: Unit,
  channelId: string,
  messages: readonly InboundEmail[],
  whole = true,
  readAt = unit.now,
): Promise<number> {
  const channel = await channelById(unit.tx, channelId);
  let recorded = 0;
  for (const message of messages) {
    const about = await whomItConcerns(unit, channel.workspaceId, message);
    if (!about) continue;
    if (await recordOne(unit, channel, message, about)) recorded += 1;
  }
  if (!whole) return recorded;
  await unit.tx.update(channelTable).set({ inboxReadAt: readAt }).where(eq(channelTable.id, channelId));
  await finishMailboxReconnect(unit, channelId);
  await wakeAfterRead(unit, channel.senderId);
  return recorded;
}

interface About {
  contact: ContactRow;
  /** Our email that it answers. */
  task: TaskRow | null;
}

async function whomItConcerns(unit: Unit, workspaceId: string, message: InboundEmail): Promise<About | null> {
  if (message.ownMessageId) {
    const task = await ownEmail(unit, workspaceId, message.ownMessageId);
    if (task) return { contact: await contactById(unit.tx, task.contactId), task };
  }
  if (!message.contactAddress) return null;
  const contactId = await ownerOf(unit, workspaceId, 'email', message.contactAddress);
  return contactId ? { contact: await contactById(unit.tx, contactId), task: null } : null;
}

/** Our email with this Message-ID, the tasks of its enrollment among those that run. */
async function ownEmail(unit: Unit, workspaceId: string, messageId: string): Promise<TaskRow | null> {
  const find = async () => {
    const [task] = await unit.tx
      .select()
      .from(taskTable)
      .where(and(eq(taskTable.messageId, messageId), eq(taskTable.workspaceId, workspaceId)));
    return task ?? null;
  };
  const task = await find();
  if (task) return task;
  const [old] = await unit.tx
    .select({ enrollmentId: taskArchive.enrollmentId })
    .from(taskArchive)
    .where(and(eq(taskArchive.messageId, messageId), eq(taskArchive.workspaceId, workspaceId)));
  if (!old) return null;
  await bringBack(unit, old.enrollmentId);
  return await find();
}

async function recordOne(
  unit: Unit,
  channel: { id: string; workspaceId: string; senderId: string },
  message: InboundEmail,
  { contact, task }: About,
): Promise<boolean> {
  const base = {
    workspaceId: channel.workspaceId,
    contactId: contact.id,
    senderId: channel.senderId,
    enrollmentId: task?.enrollmentId ?? null,
    automationId: task?.automationId ?? null,
    taskId: task?.id ?? null,
    at: message.receivedAt,
    dedupeKey: `mail:${channel.id}:${message.dedupeKey}`,
  };
  switch (message.kind.kind) {
    case 'reply':
      return await recordReply(unit, {
        workspaceId: channel.workspaceId,
        contactId: contact.id,
        channelId: channel.id,
        senderId: channel.senderId,
        remoteId: message.dedupeKey,
        at: message.receivedAt,
        subject: message.subject,
        text: message.text,
      });
    case 'auto_reply': {
      const until = message.kind.returnAt ?? message.receivedAt + AWAY_MS;
      if (!(await appendEvent(unit, { ...base, type: 'auto_reply_received', data: { until } }))) return false;
      await keep(unit, channel, message, contact, 'auto_reply');
      await postponeTasksOf(unit, contact.id, until);
      return true;
    }
    case 'bounce': {
      const { severity, status, diagnostic } = message.kind;
      const data = { result: 'error', severity, status, detail: diagnostic };
      if (!(await appendEvent(unit, { ...base, type: 'bounced', data }))) return false;
      if (severity !== 'soft') {
        await bounce(unit, contact, task);
        await checkBounces(unit, channel.id);
      }
      return true;
    }
    case 'unsubscribe':
    case 'complaint':
      if (!(await appendEvent(unit, { ...base, type: 'unsubscribed', data: { by: message.kind.kind } }))) {
        return false;
      }
      await unsubscribeContact(unit, contact.id, message.kind.kind);
      return true;
    case 'notice':
      return false;
  }
}

async function bounce(unit: Unit, contact: ContactRow, task: TaskRow | null): Promise<void> {
  if (task) await applyEvent(unit, task.enrollmentId, { type: 'bounced', cursorId: null });
  else await applyToContact(unit, contact.id, { type: 'bounced', cursorId: null });
}

/** Opted out: stoplisted by address, and every branch on every channel ends. */
export async function unsubscribeContact(unit: Unit, contactId: string, reason: string): Promise<void> {
  const contact = await contactById(unit.tx, contactId);
  if (contact.email) {
    await unit.tx
      .insert(suppression)
      .values({
        id: unit.newId(),
        workspaceId: contact.workspaceId,
        kind: 'email',
        value: contact.email,
        reason: `unsubscribed: ${reason}`,
        by: 'contact',
        at: unit.now,
      })
      .onConflictDoNothing();
  }
  const rows = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(eq(enrollment.contactId, contactId));
  for (const { id } of rows) await applyEvent(unit, id, { type: 'unsubscribed' });
  await publish(unit, contact.workspaceId, 'contact', contactId);
}

async function keep(
  unit: Unit,
  channel: { id: string; workspaceId: string },
  message: InboundEmail,
  contact: ContactRow,
  kind: string,
): Promise<void> {
  await unit.tx
    .insert(inboundMessage)
    .values({
      id: unit.newId(),
      workspaceId: channel.workspaceId,
      channelId: channel.id,
      contactId: contact.id,
      remoteId: message.dedupeKey,
      kind,
      subject: message.subject,
      text: message.text,
      at: message.receivedAt,
    })
    .onConflictDoNothing();
}
