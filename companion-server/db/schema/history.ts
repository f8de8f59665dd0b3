import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { EventType } from '../../../shared/statuses/engine.ts';
import type { MessageKind, ThreadLabel } from '../../../shared/statuses/inbox.ts';
import type { StatMetric, StatScope } from '../../../shared/statuses/statistics.ts';
import { at, id, json, workspaceId } from './columns.ts';

/** The parts of an email that nothing is looked up by. */
export interface MailPart {
  messageId: string | null;
  references: string[];
  fromName: string;
  fromAddress: string;
  /** The whole text, with what it quotes. */
  whole: string;
  /** Sanitised. */
  html: string | null;
  attachments: { name: string; type: string; size: number }[];
  /** Its number in the folder that the evidence names. */
  uid?: number;
  /** Headers, status code and the system's own words. */
  evidence: Record<string, string>;
}

/** What happened to a contact. Append-only; holds ids and codes, no personal fields. */
export const event = sqliteTable(
  'event',
  {
    id: id(),
    workspaceId: workspaceId(),
    type: text('type').$type<EventType>().notNull(),
    at: at('at').notNull(),
    contactId: text('contact_id'),
    enrollmentId: text('enrollment_id'),
    automationId: text('automation_id'),
    senderId: text('sender_id'),
    taskId: text('task_id'),
    nodeId: text('node_id'),
    /** The same fact reported twice is stored once. */
    dedupeKey: text('dedupe_key').notNull(),
    /** result: success | pending | error; code and sentence for the log. */
    data: json<Record<string, string | number | boolean | null>>('data'),
  },
  (t) => [
    // Keys begin with an id, and ids with their time: new ones come to lie together, whatever their workspace.
    uniqueIndex('event_dedupe').on(t.dedupeKey, t.workspaceId),
    index('event_bounced').on(t.taskId).where(sql`type = 'bounced'`),
    index('event_away').on(t.contactId).where(sql`type = 'auto_reply_received'`),
    index('event_contact').on(t.contactId, t.at, t.id),
    index('event_workspace').on(t.workspaceId, t.at, t.id),
  ],
);

/** How often each kind of event happened on a day, for a workspace and for parts of it; `engine/upkeep/statistics.ts` keeps it. */
export const statDaily = sqliteTable(
  'stat_daily',
  {
    workspaceId: workspaceId(),
    scope: text('scope').$type<StatScope>().notNull(),
    /** Of the workspace, automation or sender profile; of a step "<automation>:<node>". */
    scopeId: text('scope_id').notNull(),
    /** Days since 1970-01-01 UTC, of the moment it happened at (schedule time). */
    day: integer('day').notNull(),
    metric: text('metric').$type<StatMetric>().notNull(),
    n: integer('n').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.scope, t.scopeId, t.day, t.metric] }),
    index('stat_daily_day').on(t.workspaceId, t.day),
  ],
);

/** Up to which event `stat_daily` counts: one row. */
export const statMark = sqliteTable('stat_mark', {
  id: text('id', { enum: ['self'] }).primaryKey(),
  eventId: text('event_id').notNull(),
});

/** Who changed what. Written in the transaction of the change. */
export const audit = sqliteTable(
  'audit',
  {
    id: id(),
    workspaceId: workspaceId(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    entity: text('entity').notNull(),
    entityId: text('entity_id').notNull(),
    at: at('at').notNull(),
    data: json<unknown>('data'),
  },
  (t) => [index('audit_workspace').on(t.workspaceId, t.at, t.id)],
);

/** Feeds live updates (SSE): topics of what changed, read by sequence number. */
export const outbox = sqliteTable(
  'outbox',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    workspaceId: workspaceId(),
    topic: text('topic').notNull(),
    entityId: text('entity_id'),
    at: at('at').notNull(),
  },
  (t) => [index('outbox_workspace').on(t.workspaceId, t.seq)],
);

/** How far an IMAP folder was read. */
export const mailCursor = sqliteTable(
  'mail_cursor',
  {
    channelId: text('channel_id').notNull(),
    folder: text('folder').notNull(),
    workspaceId: workspaceId(),
    uidValidity: text('uid_validity').notNull(),
    uidNext: integer('uid_next').notNull(),
    highestModseq: text('highest_modseq'),
    at: at('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.channelId, t.folder] })],
);

/** Messages from contacts, on any channel; bodies only of contacts or answers to our own mail. */
export const inboundMessage = sqliteTable(
  'inbound_message',
  {
    id: id(),
    workspaceId: workspaceId(),
    channelId: text('channel_id').notNull(),
    contactId: text('contact_id').notNull(),
    /** Message-ID or LinkedIn message urn. */
    remoteId: text('remote_id').notNull(),
    kind: text('kind').$type<MessageKind>().notNull(),
    subject: text('subject'),
    /** What was newly written. */
    text: text('text').notNull(),
    at: at('at').notNull(),
    /** Our email that it answers or reports on. */
    taskId: text('task_id'),
    /** What only emails have: who wrote it, the whole of it, and what its kind was told by. */
    mail: json<MailPart>('mail'),
    /** What a person has to confirm or to put aside: they ask to be left alone, the address seems to be gone, it is an answer of theirs. */
    suggests: text('suggests', { enum: ['unsubscribe', 'bounce', 'answer'] }),
  },
  (t) => [
    uniqueIndex('inbound_remote').on(t.channelId, t.remoteId),
    index('inbound_contact').on(t.contactId, t.at),
    index('inbound_report')
      .on(t.workspaceId, t.at, t.id)
      .where(sql`kind IN ('bounce','complaint','unsubscribe')`),
  ],
);

/** What a person wrote to a contact: an answer from the inbox, or one found in the Sent folder. */
export const handMessage = sqliteTable(
  'hand_message',
  {
    id: id(),
    workspaceId: workspaceId(),
    channelId: text('channel_id').notNull(),
    contactId: text('contact_id').notNull(),
    /** Ours, fixed before sending. */
    messageId: text('message_id').notNull(),
    /** The thread it goes on with, oldest first. */
    references: json<string[]>('references').notNull(),
    to: text('to').notNull(),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    /** Ids of the files that go along; null: none. */
    attachments: json<string[]>('attachments'),
    /** `unknown`: the connection was lost after the final dot; never repeated by itself. */
    state: text('state', { enum: ['queued', 'sending', 'sent', 'failed', 'unknown'] }).notNull(),
    /** The server's words. */
    detail: text('detail'),
    /** How often the receiving server asked to try again later, and from when on the next try may go (schedule time). */
    retries: integer('retries').notNull().default(0),
    notBefore: at('not_before'),
    /** Who pressed Send here; null: written in another mail program. */
    by: text('by'),
    createdAt: at('created_at').notNull(),
    /** When it was sent, or written. */
    at: at('at').notNull(),
  },
  (t) => [
    uniqueIndex('hand_message_id').on(t.channelId, t.messageId),
    index('hand_contact').on(t.contactId, t.at),
    index('hand_unknown').on(t.workspaceId, t.at).where(sql`state = 'unknown'`),
    index('hand_open').on(t.createdAt, t.id).where(sql`state IN ('queued','sending')`),
  ],
);

/** What one sender and one contact wrote to each other on one channel, as it stands in the inbox. */
export const thread = sqliteTable(
  'thread',
  {
    id: id(),
    workspaceId: workspaceId(),
    channelId: text('channel_id').notNull(),
    senderId: text('sender_id').notNull(),
    contactId: text('contact_id').notNull(),
    lastAt: at('last_at').notNull(),
    lastKind: text('last_kind').$type<MessageKind | 'by_hand'>().notNull(),
    /** The beginning of the latest message. */
    lastText: text('last_text').notNull(),
    unread: integer('unread', { mode: 'boolean' }).notNull().default(false),
    label: text('label').$type<ThreadLabel>(),
    snoozedUntil: at('snoozed_until'),
  },
  (t) => [
    uniqueIndex('thread_key').on(t.channelId, t.contactId),
    index('thread_workspace').on(t.workspaceId, t.lastAt, t.id),
    index('thread_sender').on(t.senderId, t.lastAt, t.id),
    index('thread_contact').on(t.contactId),
    index('thread_unread').on(t.senderId, t.lastAt, t.id).where(sql`unread = 1`),
  ],
);

/** Only the holder ticks. Lease time. */
export const leader = sqliteTable('leader', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: at('until').notNull(),
});
