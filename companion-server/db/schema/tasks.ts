import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { ActionKind } from '../../../shared/automation/graph.ts';
import type { ShownPerson } from '../../../shared/protocol/linkedin.ts';
import type { TaskState } from '../../../shared/statuses/engine.ts';
import { at, id, json, workspaceId } from './columns.ts';

/** What goes out and to whom, from the claim on. */
export interface TaskPayload {
  text: string | null;
  subject: string | null;
  /** InMail: whether it may spend a credit. */
  policy: 'open_profile' | 'spend_credit' | null;
  /** Whom it is prepared for: profile id, member id or slug; the address of an email. */
  recipient: string | null;
  /** The text is left out because the account has no note left. */
  noteDropped: boolean;
  /** Email: ids of the files that go along; absent: none. */
  attachments?: string[];
}

/** What a person approved of a task. */
export interface Approval {
  /** Hash of the text that the step had when its approval was asked for. */
  basis: string;
  /** Whom it was approved for. */
  recipient: string | null;
  /** What goes out, exactly: the text of the step, or what the person made of it. */
  text: string | null;
  subject: string | null;
  by: string;
  /** Schedule time. */
  at: number;
}

const taskColumns = () => ({
  id: id(),
  workspaceId: workspaceId(),
  automationId: text('automation_id').notNull(),
  enrollmentId: text('enrollment_id').notNull(),
  cursorId: text('cursor_id').notNull(),
  contactId: text('contact_id').notNull(),
  senderId: text('sender_id').notNull(),
  channelId: text('channel_id').notNull(),
  nodeId: text('node_id').notNull(),
  visit: integer('visit').notNull().default(0),
  kind: text('kind').$type<ActionKind>().notNull(),
  priority: integer('priority').notNull(),
  /** Schedule time. */
  notBefore: at('not_before').notNull(),
  state: text('state').$type<TaskState>().notNull(),
  /** Machine reason behind a waiting, failed or canceled state. */
  reason: text('reason'),
  detail: text('detail'),
  /** The hold a scheduled task is parked on: "automation:…" or "enrollment:…"; lifting it wakes the task. */
  blockedOn: text('blocked_on'),
  /** Failed tries that were followed by a wait. */
  retries: integer('retries').notNull().default(0),
  attempt: integer('attempt').notNull().default(0),
  fence: integer('fence').notNull().default(0),
  leaseOwner: text('lease_owner'),
  /** Lease time (real). */
  leaseUntil: at('lease_until'),
  /** Rendered text as it goes out; null until claimed, or until its approval is asked for. */
  payload: json<TaskPayload>('payload'),
  payloadHash: text('payload_hash'),
  approval: json<Approval>('approval'),
  /** Who a page showed instead of the contact, until a person has decided. */
  shown: json<ShownPerson>('shown'),
  /** Email: our own Message-ID, fixed before sending. */
  messageId: text('message_id'),
  proof: text('proof'),
  verified: integer('verified', { mode: 'boolean' }),
  createdAt: at('created_at').notNull(),
  committedAt: at('committed_at'),
  finishedAt: at('finished_at'),
});

/** One execution of one action node for one enrollment. */
export const task = sqliteTable('task', taskColumns(), (t) => [
  uniqueIndex('task_step').on(t.enrollmentId, t.nodeId, t.visit),
  uniqueIndex('task_inflight').on(t.channelId).where(sql`state IN ('claimed','committing')`),
  index('task_ready').on(t.channelId, t.kind, t.priority, t.notBefore, t.id).where(sql`state = 'ready'`),
  index('task_scheduled').on(t.notBefore).where(sql`state = 'scheduled' AND blocked_on IS NULL`),
  index('task_blocked').on(t.blockedOn, t.priority, t.notBefore, t.id).where(sql`blocked_on IS NOT NULL`),
  index('task_lease').on(t.leaseUntil).where(sql`state IN ('claimed','committing')`),
  index('task_unknown').on(t.workspaceId, t.id).where(sql`state = 'unknown'`),
  index('task_approval').on(t.workspaceId, t.id).where(sql`state = 'waiting_approval'`),
  index('task_missing_data')
    .on(t.workspaceId, t.id)
    .where(sql`state = 'scheduled' AND reason = 'missing_data' AND blocked_on IS NOT NULL`),
  // What the engine asks for itself belongs to no branch.
  index('task_housekeeping').on(t.channelId).where(sql`cursor_id = '' AND finished_at IS NULL`),
  index('task_contact').on(t.contactId, t.id),
  index('task_message').on(t.messageId).where(sql`message_id IS NOT NULL`),
  check('task_leased', sql`(state IN ('claimed','committing')) = (lease_until IS NOT NULL)`),
  check(
    'task_finished',
    sql`(state IN ('done','failed','closed','skipped','canceled')) = (finished_at IS NOT NULL)`,
  ),
]);

const attemptColumns = () => ({
  taskId: text('task_id').notNull(),
  fence: integer('fence').notNull(),
  workspaceId: workspaceId(),
  executor: text('executor').notNull(),
  claimedAt: at('claimed_at').notNull(),
  committedAt: at('committed_at'),
  endedAt: at('ended_at'),
  outcome: text('outcome'),
  detail: text('detail'),
});

export const taskAttempt = sqliteTable('task_attempt', attemptColumns(), (t) => [
  primaryKey({ columns: [t.taskId, t.fence] }),
]);

/** Tasks of enrollments that ended long ago, out of the way of what runs; `engine/upkeep/taskArchive.ts` moves them. */
export const taskArchive = sqliteTable('task_archive', taskColumns(), (t) => [
  index('task_archive_enrollment').on(t.enrollmentId),
  index('task_archive_contact').on(t.contactId),
  index('task_archive_message').on(t.messageId).where(sql`message_id IS NOT NULL`),
]);

/** The attempts of archived tasks. */
export const taskAttemptArchive = sqliteTable('task_attempt_archive', attemptColumns(), (t) => [
  primaryKey({ columns: [t.taskId, t.fence] }),
]);
