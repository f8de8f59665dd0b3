import { and, desc, eq, inArray, isNotNull, ne, or } from 'drizzle-orm';
import { MESSAGES_SHOWN, type MessageView } from '#shared/contract/inbox.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { filesNamed } from '../attachment/files.ts';
import { contactOf } from '../contact/view.ts';
import type { MemberCall } from '../context.ts';
import { readableSenders } from './access.ts';

const { channel, handMessage, inboundMessage, sender, task, taskArchive } = schema;

/** Where a message lies: its channel and whose it is. */
interface Place {
  kind: MessageView['channel'];
  senderName: string;
}

/** What was written with a contact on these channels, oldest first: received, by hand and by automations. */
export async function messagesOf(
  q: Queryable,
  contactId: string,
  channelIds: string[],
): Promise<MessageView[]> {
  const places = await placesOf(q, channelIds);
  const placeOf = (id: string): Place => places.get(id) ?? { kind: 'email', senderName: '' };
  const received = await q
    .select()
    .from(inboundMessage)
    .where(
      and(
        eq(inboundMessage.contactId, contactId),
        inArray(inboundMessage.channelId, channelIds),
        // Of somebody else, as a person said.
        or(ne(inboundMessage.kind, 'maybe_reply'), isNotNull(inboundMessage.suggests)),
      ),
    )
    .orderBy(desc(inboundMessage.at))
    .limit(MESSAGES_SHOWN);
  const byHand = await q
    .select()
    .from(handMessage)
    .where(and(eq(handMessage.contactId, contactId), inArray(handMessage.channelId, channelIds)))
    .orderBy(desc(handMessage.at))
    .limit(MESSAGES_SHOWN);
  return [
    ...received.map((row) => viewReceived(row, placeOf(row.channelId))),
    ...(await viewAllByHand(q, byHand, placeOf)),
    ...(await automated(q, contactId, channelIds)).map((row) => viewAutomated(row, placeOf(row.channelId))),
  ]
    .sort((a, b) => a.at - b.at)
    .slice(-MESSAGES_SHOWN);
}

async function placesOf(q: Queryable, channelIds: string[]): Promise<Map<string, Place>> {
  const rows = await q
    .select({ id: channel.id, kind: channel.kind, senderName: sender.name })
    .from(channel)
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(inArray(channel.id, channelIds));
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}

const WRITING = ['connect', 'message', 'inmail', 'group_message', 'send_email'] as const;

async function automated(q: Queryable, contactId: string, channelIds: string[]) {
  const found: (typeof task.$inferSelect)[] = [];
  for (const table of [task, taskArchive]) {
    const rows = await q
      .select()
      .from(table)
      .where(
        and(
          eq(table.contactId, contactId),
          inArray(table.channelId, channelIds),
          inArray(table.kind, [...WRITING]),
          eq(table.state, 'done'),
          isNotNull(table.payload),
        ),
      )
      .limit(MESSAGES_SHOWN);
    found.push(...rows);
  }
  return found.filter(({ payload }) => payload?.text);
}

const nothing = {
  whole: null,
  html: null,
  attachments: [],
  evidence: {},
  suggests: null,
  state: null,
  detail: null,
  expectedAt: null,
};

function viewReceived(row: typeof inboundMessage.$inferSelect, place: Place): MessageView {
  const { id, kind, subject, text, suggests, mail } = row;
  const writer = mail
    ? [mail.fromName, mail.fromAddress && `<${mail.fromAddress}>`].filter(Boolean).join(' ')
    : null;
  return {
    ...nothing,
    ...{ id, kind, subject, text, suggests, writer },
    from: 'contact',
    channel: place.kind,
    senderName: place.senderName,
    at: row.at ?? 0,
    whole: mail && mail.whole !== text ? mail.whole : null,
    html: mail?.html ?? null,
    attachments: mail?.attachments ?? [],
    evidence: mail?.evidence ?? {},
  };
}

type HandMessageRow = typeof handMessage.$inferSelect;

async function viewAllByHand(q: Queryable, rows: HandMessageRow[], placeOf: (id: string) => Place) {
  const views: MessageView[] = [];
  for (const row of rows) views.push(await viewByHand(q, row, placeOf(row.channelId)));
  return views;
}

/** A message that a person wrote here, with when it goes. */
export async function viewByHand(q: Queryable, row: HandMessageRow, place: Place): Promise<MessageView> {
  const { id, subject, text, state, detail, workspaceId } = row;
  return {
    ...nothing,
    ...{ id, subject, text, state, detail },
    expectedAt: state === 'queued' ? row.notBefore : null,
    attachments: await filesNamed(q, workspaceId, row.attachments ?? []),
    from: 'by_hand',
    kind: 'by_hand',
    writer: null,
    channel: place.kind,
    senderName: place.senderName,
    at: row.at ?? 0,
  };
}

function viewAutomated(row: typeof task.$inferSelect, place: Place): MessageView {
  return {
    ...nothing,
    id: row.id,
    from: 'automated',
    kind: 'automated',
    writer: null,
    channel: place.kind,
    senderName: place.senderName,
    at: row.finishedAt ?? row.committedAt ?? 0,
    subject: row.payload?.subject ?? null,
    text: row.payload?.text ?? '',
  };
}

/** On the contact's page: what one may read, and whose the rest is. */
export async function contactMessages(call: MemberCall, contactId: string) {
  const { reader } = call.db;
  const { id } = await contactOf(reader, call, contactId);
  const readable = new Set((await readableSenders(call)).map((row) => row.id));
  const involved = await reader
    .select({
      channelId: channel.id,
      senderId: sender.id,
      name: sender.name,
      threadId: schema.thread.id,
      kind: channel.kind,
    })
    .from(schema.thread)
    .innerJoin(channel, eq(channel.id, schema.thread.channelId))
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(eq(schema.thread.contactId, id));
  const written = await reader
    .selectDistinct({ channelId: task.channelId, senderId: task.senderId, name: sender.name })
    .from(task)
    .innerJoin(sender, eq(sender.id, task.senderId))
    .where(and(eq(task.contactId, id), eq(task.state, 'done'), inArray(task.kind, [...WRITING])));
  const all = [...involved, ...written];
  const mine = all.filter(({ senderId }) => readable.has(senderId)).map(({ channelId }) => channelId);
  const hidden = all.filter(({ senderId }) => !readable.has(senderId)).map(({ name }) => name);
  return {
    messages: await messagesOf(reader, id, [...new Set(mine)]),
    threads: involved
      .filter(({ senderId }) => readable.has(senderId))
      .map(({ threadId, kind, name }) => ({ id: threadId, channel: kind, senderName: name })),
    hiddenSenders: [...new Set(hidden)],
  };
}
