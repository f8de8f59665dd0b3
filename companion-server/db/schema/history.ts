import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { EventType } from '../../../shared/statuses/engine.ts';
import type { StatMetric, StatScope } from '../../../shared/statuses/statistics.ts';
import { at, id, json, workspaceId } from './columns.ts';

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
    uniqueIndex('event_dedupe').on(t.workspaceId, t.dedupeKey),
    index('event_bounced').on(t.taskId).where(sql`type = 'bounced'`),
    index('event_contact').on(t.contactId, t.at, t.id),
    index('event_workspace').on(t.workspaceId, t.at, t.id),
  ],
);

/** How often each kind of event happened on a day, for a workspace and for parts of it; `engine/statistics.ts` keeps it. */
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
  (t) => [index('outbox_workspace').on(t.workspaceId, t.seq), index('outbox_at').on(t.at)],
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
    kind: text('kind').notNull(),
    subject: text('subject'),
    text: text('text').notNull(),
    at: at('at').notNull(),
  },
  (t) => [
    uniqueIndex('inbound_remote').on(t.channelId, t.remoteId),
    index('inbound_contact').on(t.contactId, t.at),
  ],
);

/** Only the holder ticks. Lease time. */
export const leader = sqliteTable('leader', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: at('until').notNull(),
});
