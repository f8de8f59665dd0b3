import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { at, id, workspaceId } from './columns.ts';

/** Something a person does for a contact; the branch waits for it. It runs on no channel, so it is no `task`. */
export const manualTask = sqliteTable(
  'manual_task',
  {
    id: id(),
    workspaceId: workspaceId(),
    automationId: text('automation_id').notNull(),
    enrollmentId: text('enrollment_id').notNull(),
    cursorId: text('cursor_id').notNull(),
    contactId: text('contact_id').notNull(),
    senderId: text('sender_id').notNull(),
    nodeId: text('node_id').notNull(),
    visit: integer('visit').notNull(),
    kind: text('kind', { enum: ['call', 'custom'] }).notNull(),
    /** The template; rendered when shown, so that no personal data is copied. */
    instruction: text('instruction').notNull(),
    /** Schedule time. */
    dueAt: at('due_at').notNull(),
    state: text('state', { enum: ['ready', 'done', 'skipped', 'canceled'] }).notNull(),
    reason: text('reason'),
    note: text('note'),
    endedBy: text('ended_by'),
    createdAt: at('created_at').notNull(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    uniqueIndex('manual_task_step').on(t.enrollmentId, t.nodeId, t.visit),
    index('manual_task_cursor').on(t.cursorId),
    index('manual_task_contact').on(t.contactId),
    index('manual_task_open').on(t.workspaceId, t.dueAt, t.id).where(sql`state = 'ready'`),
    check('manual_task_finished', sql`(state = 'ready') = (finished_at IS NULL)`),
  ],
);

/** Data nodes that were carried out: what `task_step` is for actions. */
export const dataStep = sqliteTable(
  'data_step',
  {
    enrollmentId: text('enrollment_id').notNull(),
    nodeId: text('node_id').notNull(),
    visit: integer('visit').notNull(),
    workspaceId: workspaceId(),
    at: at('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.enrollmentId, t.nodeId, t.visit] })],
);

/** What a Notify node tells a member, until they have seen it. */
export const notification = sqliteTable(
  'notification',
  {
    id: id(),
    workspaceId: workspaceId(),
    userId: text('user_id').notNull(),
    contactId: text('contact_id').notNull(),
    automationId: text('automation_id').notNull(),
    enrollmentId: text('enrollment_id').notNull(),
    nodeId: text('node_id').notNull(),
    /** The template; rendered when shown. */
    text: text('text').notNull(),
    at: at('at').notNull(),
    seenAt: at('seen_at'),
  },
  (t) => [
    index('notification_unseen').on(t.workspaceId, t.userId, t.id).where(sql`seen_at IS NULL`),
    index('notification_contact').on(t.contactId),
  ],
);

/** A call to another system that a Webhook node asked for. Real time: its deadlines are the network's. */
export const webhookDelivery = sqliteTable(
  'webhook_delivery',
  {
    id: id(),
    workspaceId: workspaceId(),
    automationId: text('automation_id').notNull(),
    enrollmentId: text('enrollment_id').notNull(),
    contactId: text('contact_id').notNull(),
    nodeId: text('node_id').notNull(),
    url: text('url').notNull(),
    /** Failed: given up, until a person tries it again or leaves it (`left`, and where nobody is left to speak of). */
    state: text('state', { enum: ['pending', 'delivered', 'failed', 'left'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: at('next_at').notNull(),
    /** The last answer: a status code, or why there was none. */
    answer: text('answer'),
    createdAt: at('created_at').notNull(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    index('webhook_delivery_due').on(t.nextAt).where(sql`state = 'pending'`),
    index('webhook_delivery_workspace').on(t.workspaceId, t.id),
    index('webhook_delivery_failed').on(t.workspaceId, t.id).where(sql`state = 'failed'`),
    index('webhook_delivery_contact').on(t.contactId),
  ],
);
