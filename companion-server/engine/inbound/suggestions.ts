import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { ownerOf } from '../contacts/identities.ts';
import type { Unit } from '../context.ts';
import { checkBounces } from '../holds/guards.ts';
import { appendEvent } from '../record.ts';
import { stopRemembered } from '../restore/stops.ts';
import { channelById, contactById } from '../rows.ts';
import { endByBounce } from './bounces.ts';
import { noteInThread } from './inbox.ts';
import { wakeAsked } from './maybeReplies.ts';
import { unsubscribeContact } from './optOut.ts';
import { replyCame } from './replies.ts';

const { contactIdentity, inboundMessage, mailCursor, task: taskTable } = schema;

/** What a message seems to be, and a person settles. */

/** A person read a bounce in prose and says that the address is gone. False: it is decided already. */
export async function confirmBounce(unit: Unit, inboundId: string): Promise<boolean> {
  const [row] = await unit.tx
    .update(inboundMessage)
    .set({ suggests: null })
    .where(and(eq(inboundMessage.id, inboundId), eq(inboundMessage.suggests, 'bounce')))
    .returning();
  if (!row) return false;
  const [task = null] = row.taskId
    ? await unit.tx.select().from(taskTable).where(eq(taskTable.id, row.taskId))
    : [];
  // The address it was sent to, which may have been corrected since.
  const sentTo = task?.payload?.recipient ?? null;
  await endByBounce(unit, { contact: await contactById(unit.tx, row.contactId), task }, sentTo);
  const { workspaceId, contactId, taskId } = row;
  const { senderId } = await channelById(unit.tx, row.channelId);
  const data = { result: 'error', severity: 'hard', unsure: false, confirmed: true };
  const fact = { workspaceId, contactId, senderId, taskId, enrollmentId: task?.enrollmentId ?? null, data };
  await appendEvent(unit, { ...fact, type: 'bounced', dedupeKey: `bounce:confirmed:${inboundId}` });
  await checkBounces(unit, row.channelId);
  return true;
}

/** A person read a reply, or a complaint that anybody may have written, and says that it asks to be left alone. False: it is decided already. */
export async function confirmUnsubscribe(unit: Unit, inboundId: string): Promise<boolean> {
  const [row] = await unit.tx
    .update(inboundMessage)
    .set({ suggests: null })
    .where(and(eq(inboundMessage.id, inboundId), inArray(inboundMessage.kind, ['reply', 'complaint'])))
    .returning();
  if (!row) return false;
  const { workspaceId, contactId, taskId } = row;
  const via = row.kind === 'complaint' ? 'complaint' : 'words';
  const dedupeKey = `unsubscribed:words:${inboundId}`;
  const fact = {
    workspaceId,
    contactId,
    taskId,
    dedupeKey,
    type: 'unsubscribed',
    data: { via },
  } as const;
  if (!(await appendEvent(unit, fact))) return false;
  await unsubscribeContact(unit, contactId, { via, inboundId });
  return true;
}

/**
 * A person says that a stranger's message is an answer of this contact: the address becomes theirs, and it counts as
 * their reply at once, whether or not the message can be found again. Its text is read with the next sync. False: it
 * is decided already, or the address belongs to somebody else.
 */
export async function confirmAnswer(unit: Unit, inboundId: string): Promise<boolean> {
  const [row] = await unit.tx
    .select()
    .from(inboundMessage)
    .where(and(eq(inboundMessage.id, inboundId), eq(inboundMessage.suggests, 'answer')));
  const address = row?.mail?.fromAddress;
  if (!row || !address) return false;
  const { workspaceId, contactId, channelId, remoteId, at, mail } = row;
  const owner = await ownerOf(unit, workspaceId, 'email', address);
  if (owner !== null && owner !== contactId) return false;
  await unit.tx
    .insert(contactIdentity)
    .values({ workspaceId, contactId, kind: 'email', value: address })
    .onConflictDoNothing();
  await stopRemembered(unit, workspaceId, [contactId]);
  await unit.tx
    .update(inboundMessage)
    .set({ kind: 'reply', suggests: null })
    .where(eq(inboundMessage.id, inboundId));
  const { senderId } = await channelById(unit.tx, channelId);
  const conversation = { workspaceId, contactId, channelId, senderId };
  await noteInThread(unit, conversation, { at, kind: 'reply', text: row.text, unread: true });
  await replyCame(unit, conversation, { remoteId, at });
  await wakeAsked(unit, contactId);
  const place = and(eq(mailCursor.channelId, channelId), eq(mailCursor.folder, mail?.evidence.folder ?? ''));
  await unit.tx
    .update(mailCursor)
    .set({ uidNext: sql`min(${mailCursor.uidNext}, ${mail?.uid ?? 1})` })
    .where(place);
  return true;
}

/** What was suggested is not so. */
export async function dismissSuggestion(unit: Unit, inboundId: string): Promise<boolean> {
  // A stranger's message is nobody's here; its row stays without a word, so that it is not suggested again.
  const rows = await unit.tx
    .update(inboundMessage)
    .set({ suggests: null })
    .where(and(eq(inboundMessage.id, inboundId), isNotNull(inboundMessage.suggests)))
    .returning({ contactId: inboundMessage.contactId });
  for (const { contactId } of rows) await wakeAsked(unit, contactId);
  return rows.length > 0;
}
