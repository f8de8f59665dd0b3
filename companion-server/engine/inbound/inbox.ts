import { eq, sql } from 'drizzle-orm';
import type { MessageKind } from '#shared/statuses/inbox.ts';
import { schema } from '../../db/index.ts';
import type { MailPart } from '../../db/schema/history.ts';
import type { Unit } from '../context.ts';
import { setRelation } from '../flow/facts.ts';
import { publish } from '../record.ts';

const { handMessage, inboundMessage, thread } = schema;

/** One sender, one contact, one channel. */
export interface Conversation {
  workspaceId: string;
  channelId: string;
  senderId: string;
  contactId: string;
}

export interface ReceivedMessage {
  /** Message-ID or LinkedIn message id: the same message is stored once. */
  remoteId: string;
  kind: MessageKind;
  at: number;
  subject: string | null;
  text: string;
  taskId?: string | null;
  mail?: MailPart | null;
  suggests?: 'unsubscribe' | 'bounce' | 'answer' | null;
}

/** Keeps a message that came in. Its id; null: it is there already. */
export async function keepMessage(
  unit: Unit,
  { senderId, ...place }: Conversation,
  message: ReceivedMessage,
): Promise<string | null> {
  const [stored] = await unit.tx
    .insert(inboundMessage)
    .values({ id: unit.newId(), ...place, ...message })
    .onConflictDoNothing()
    .returning({ id: inboundMessage.id });
  if (!stored) return null;
  const { at, kind, text } = message;
  await noteInThread(
    unit,
    { senderId, ...place },
    { at, kind, text, unread: kind === 'reply' || kind === 'maybe_reply' },
  );
  return stored.id;
}

/** A person wrote to a contact in another mail program: it lies in Sent. True: it is new here. */
export async function keepHandMessage(
  unit: Unit,
  conversation: Conversation,
  message: { messageId: string; references: string[]; to: string; subject: string; text: string; at: number },
): Promise<boolean> {
  const { senderId, workspaceId, channelId, contactId } = conversation;
  const stored = await unit.tx
    .insert(handMessage)
    .values({
      ...{ id: unit.newId(), workspaceId, channelId, contactId, ...message },
      ...{ state: 'sent', detail: 'Found in the Sent folder.', by: null, createdAt: unit.now },
    })
    .onConflictDoNothing()
    .returning({ id: handMessage.id });
  if (stored.length === 0) return false;
  await setRelation(unit, { workspaceId, contactId, senderId }, { interaction: true, at: message.at });
  await noteInThread(unit, conversation, {
    at: message.at,
    kind: 'by_hand',
    text: message.text,
    unread: false,
  });
  return true;
}

/** What the list of the inbox shows of a message. */
const SHOWN = 200;

/** The conversation moves up; an older message found late changes nothing of what is shown. */
export async function noteInThread(
  unit: Unit,
  { workspaceId, channelId, senderId, contactId }: Conversation,
  { at, kind, text, unread }: { at: number; kind: MessageKind | 'by_hand'; text: string; unread: boolean },
): Promise<void> {
  const latest = { lastAt: at, lastKind: kind, lastText: text.slice(0, SHOWN) };
  // Mail is dated to the second: what came in the same one as our own answer came after it.
  const isLatest = sql`excluded.last_at / 1000 >= ${thread.lastAt} / 1000`;
  const keepIfOlder = (name: 'last_at' | 'last_kind' | 'last_text') =>
    sql`CASE WHEN ${isLatest} THEN ${sql.raw(`excluded.${name}`)} ELSE ${sql.raw(`thread.${name}`)} END`;
  await unit.tx
    .insert(thread)
    .values({ id: unit.newId(), workspaceId, channelId, senderId, contactId, unread, ...latest })
    .onConflictDoUpdate({
      target: [thread.channelId, thread.contactId],
      set: {
        lastAt: keepIfOlder('last_at'),
        lastKind: keepIfOlder('last_kind'),
        lastText: keepIfOlder('last_text'),
        // An answer by hand means that it was read; a program's message says nothing about that.
        ...(unread ? { unread, snoozedUntil: null } : kind === 'by_hand' ? { unread: false } : {}),
      },
    });
  publish(unit, workspaceId, 'thread', contactId);
}

/** Two contacts proved to be one: conversations on the same channel become one. */
export async function mergeThreads(unit: Unit, keptId: string, goneId: string): Promise<void> {
  const rows = await unit.tx.select().from(thread).where(eq(thread.contactId, goneId));
  for (const { id, ...row } of rows) {
    await unit.tx.delete(thread).where(eq(thread.id, id));
    const { lastAt, lastKind, lastText, unread } = row;
    await noteInThread(
      unit,
      { ...row, contactId: keptId },
      { at: lastAt ?? 0, kind: lastKind, text: lastText, unread },
    );
  }
}
