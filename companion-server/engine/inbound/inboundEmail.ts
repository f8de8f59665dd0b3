import { and, eq, sql } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { MailPart } from '../../db/schema/history.ts';
import { ownerOf } from '../contacts/identities.ts';
import type { ContactRow, TaskRow, Unit } from '../context.ts';
import { wakeAfterRead } from '../flow/waits.ts';
import { checkBounces } from '../holds/guards.ts';
import { appendEvent } from '../record.ts';
import { channelById, contactById } from '../rows.ts';
import { finishMailboxReconnect } from '../senders/mailboxes.ts';
import { postponeTasksOf } from '../steps/tasks.ts';
import { bringBack } from '../upkeep/taskArchive.ts';
import { endByBounce } from './bounces.ts';
import { type Conversation, keepHandMessage, keepMessage, noteInThread } from './inbox.ts';
import { unsubscribeContact } from './optOut.ts';
import { AWAY_MS, pauseForReply, recordReply } from './replies.ts';
import { addressWrites } from './undeliverable.ts';

const { channel: channelTable, handMessage, inboundMessage, task: taskTable, taskArchive } = schema;

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
    | { kind: 'reply'; suggests?: 'unsubscribe' | null }
    | { kind: 'auto_reply'; returnAt: number | null }
    | {
        kind: 'bounce';
        severity: 'hard' | 'soft' | 'policy';
        /** In prose, so that a person has to say whether the address is gone. */
        unsure?: boolean;
        status: string | null;
        diagnostic: string | null;
      }
    | { kind: 'unsubscribe' }
    | { kind: 'complaint' }
    /** Nobody knows whose it is: a person is asked whether it answers our email to this contact. */
    | { kind: 'maybe_reply' }
    | { kind: 'notice' }
    /** Found in Sent, not ours: the rep wrote by hand. */
    | { kind: 'by_hand'; messageId: string };
  /** The rest of what is kept. */
  mail?: MailPart;
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
    const [about, writer] = await whomItConcerns(unit, channel.workspaceId, message);
    if (!about) continue;
    if (await recordOne(unit, channel, message, about)) recorded += 1;
    // Stored once for each, so under a key of its own.
    const theirs = { ...message, dedupeKey: `${message.dedupeKey}#writer` };
    if (writer) await recordOne(unit, channel, theirs, writer);
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
  /** Nothing but the address in a report names them, which anybody can write. */
  isNamedOnly: boolean;
}

/**
 * Whom a message is about: the one our email went to, else the contact whose address is named. Where another contact
 * answers in that thread both are, since both are to hear nothing more. A report is about whom it names, and our email
 * stays out of it where that is somebody else: nobody gets another's diagnostic.
 */
async function whomItConcerns(unit: Unit, workspaceId: string, message: InboundEmail): Promise<About[]> {
  const { ownMessageId, contactAddress, kind } = message;
  const task = ownMessageId ? await ownEmail(unit, workspaceId, ownMessageId) : null;
  const byHand = ownMessageId && !task ? await handMessageTo(unit, workspaceId, ownMessageId) : null;
  const written = task?.contactId ?? byHand;
  const named = contactAddress ? await ownerOf(unit, workspaceId, 'email', contactAddress) : null;
  const isReport = kind.kind === 'bounce' || kind.kind === 'complaint';
  const isByHand = kind.kind === 'by_hand';
  const ids = isReport ? [named ?? written] : isByHand ? [written ?? named] : [written, named];
  const found: About[] = [];
  for (const contactId of new Set(ids)) {
    if (contactId === null) continue;
    found.push({
      contact: await contactById(unit.tx, contactId),
      task: task?.contactId === contactId ? task : null,
      isNamedOnly: written !== contactId,
    });
  }
  return found;
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

async function handMessageTo(unit: Unit, workspaceId: string, messageId: string): Promise<string | null> {
  const [row] = await unit.tx
    .select({ contactId: handMessage.contactId })
    .from(handMessage)
    .where(and(eq(handMessage.messageId, messageId), eq(handMessage.workspaceId, workspaceId)));
  return row?.contactId ?? null;
}

interface Context {
  unit: Unit;
  conversation: Conversation;
  message: InboundEmail;
  about: About;
}

async function recordOne(
  unit: Unit,
  channel: { id: string; workspaceId: string; senderId: string },
  message: InboundEmail,
  about: About,
): Promise<boolean> {
  const { workspaceId, senderId, id: channelId } = channel;
  const conversation = { workspaceId, senderId, channelId, contactId: about.contact.id };
  const context = { unit, conversation, message, about };
  if (message.kind.kind === 'reply' || message.kind.kind === 'auto_reply') {
    await addressWrites(unit, about.contact, message.contactAddress);
    if (await fillIn(context)) return false;
  }
  switch (message.kind.kind) {
    case 'reply':
      return await recordReply(unit, {
        ...conversation,
        ...stored(context),
        suggests: message.kind.suggests ?? null,
      });
    case 'auto_reply':
      return await recordAutoReply(context, message.kind.returnAt);
    case 'bounce':
      return await recordBounce(context, message.kind);
    case 'unsubscribe':
    case 'complaint':
      return await recordOptOut(context, message.kind.kind);
    case 'by_hand':
      return await keepHandMessage(unit, conversation, {
        messageId: message.kind.messageId,
        references: message.mail?.references ?? [],
        to: message.contactAddress ?? about.contact.email ?? '',
        subject: message.subject,
        text: message.text,
        at: message.receivedAt,
      });
    case 'maybe_reply':
      return (
        (await keepMessage(unit, conversation, {
          ...stored(context),
          kind: 'maybe_reply',
          suggests: 'answer',
        })) !== null
      );
    case 'notice':
      return false;
  }
}

/** A reply by a person's word, of which only the headers were read: it counts already, now its words are there too. */
async function fillIn({ unit, conversation, message }: Context): Promise<boolean> {
  const { kind, subject, text, mail = null, dedupeKey } = message;
  const suggests = kind.kind === 'reply' ? (kind.suggests ?? null) : null;
  const isUnread = sql`${inboundMessage.kind} = 'reply' AND json_extract(${inboundMessage.mail}, '$.whole') = ''`;
  const [row] = await unit.tx
    .update(inboundMessage)
    .set({ subject, text, mail, suggests })
    .where(
      and(
        eq(inboundMessage.channelId, conversation.channelId),
        eq(inboundMessage.remoteId, dedupeKey),
        isUnread,
      ),
    )
    .returning({ at: inboundMessage.at });
  if (row) await noteInThread(unit, conversation, { at: row.at, kind: 'reply', text, unread: true });
  return row !== undefined;
}

/** What of a message is kept whatever its kind. */
function stored({ message, about }: Context) {
  return {
    remoteId: message.dedupeKey,
    at: message.receivedAt,
    subject: message.subject,
    text: message.text,
    taskId: about.task?.id ?? null,
    mail: message.mail ?? null,
  };
}

function eventOf({ conversation, message, about: { task } }: Context) {
  const { workspaceId, contactId, senderId, channelId } = conversation;
  return {
    ...{ workspaceId, contactId, senderId },
    enrollmentId: task?.enrollmentId ?? null,
    automationId: task?.automationId ?? null,
    taskId: task?.id ?? null,
    at: message.receivedAt,
    dedupeKey: `mail:${channelId}:${message.dedupeKey}`,
  };
}

/** Not a person: nothing ends, it only waits. */
async function recordAutoReply(context: Context, returnAt: number | null): Promise<boolean> {
  const { unit, conversation, message } = context;
  const until = returnAt ?? message.receivedAt + AWAY_MS;
  const data = { until, dated: returnAt !== null };
  if (!(await appendEvent(unit, { ...eventOf(context), type: 'auto_reply_received', data }))) return false;
  await keepMessage(unit, conversation, { ...stored(context), kind: 'auto_reply' });
  await postponeTasksOf(unit, conversation.contactId, until);
  return true;
}

/**
 * `hard` ends the branch, and no email goes to that address any more. `policy` is about our mailbox: the guard and its
 * owner are told, the person stays where they are. `soft` only is noted; so is what comes in prose or names no email of
 * ours to this contact, of which a person may say that it was hard.
 */
async function recordBounce(
  context: Context,
  said: Extract<InboundEmail['kind'], { kind: 'bounce' }>,
): Promise<boolean> {
  const { unit, conversation, message, about } = context;
  const { status, diagnostic } = said;
  const unsure = said.unsure === true || about.isNamedOnly;
  const severity = unsure ? 'soft' : said.severity;
  const data = { result: 'error', severity, unsure, status, detail: withoutAddresses(diagnostic) };
  if (!(await appendEvent(unit, { ...eventOf(context), type: 'bounced', data }))) return false;
  const suggests = unsure ? 'bounce' : null;
  await keepMessage(unit, conversation, { ...stored(context), kind: 'bounce', suggests });
  if (severity === 'hard') await endByBounce(unit, about, message.contactAddress);
  if (severity !== 'soft') await checkBounces(unit, conversation.channelId);
  return true;
}

async function recordOptOut(context: Context, kind: 'unsubscribe' | 'complaint'): Promise<boolean> {
  const { unit, conversation, message, about } = context;
  if (kind === 'complaint' && about.isNamedOnly) {
    // Nothing more goes out until a person says whether it is one.
    const inboundId = await keepMessage(unit, conversation, {
      ...stored(context),
      kind,
      suggests: 'unsubscribe',
    });
    if (inboundId === null) return false;
    await pauseForReply(unit, { contactId: conversation.contactId, at: message.receivedAt });
    return true;
  }
  const via = kind === 'complaint' ? 'complaint' : 'mailto';
  const event = { ...eventOf(context), type: 'unsubscribed', data: { via } } as const;
  if (!(await appendEvent(unit, event))) return false;
  const inboundId = await keepMessage(unit, conversation, { ...stored(context), kind });
  await unsubscribeContact(unit, conversation.contactId, { via, inboundId });
  return true;
}

/** Events hold no personal fields; the words as they came stand with the message. */
function withoutAddresses(words: string | null): string | null {
  return words?.replace(/[^\s<>;:,"'()[\]@]{1,64}@[A-Za-z0-9.-]{1,255}/g, '(address)') ?? null;
}
