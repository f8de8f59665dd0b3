import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { at, id, json, workspaceId } from './columns.ts';

/**
 * Mail of the system itself to members, planned with the moment it is due: a reminder is a row from the moment its
 * cause began, and ends with the cause. Times are schedule time.
 */
export const systemMail = sqliteTable(
  'system_mail',
  {
    id: id(),
    workspaceId: workspaceId(),
    kind: text('kind', { enum: ['reconnect', 'invitation', 'alert'] }).notNull(),
    /** The same mail planned twice is stored once. */
    dedupeKey: text('dedupe_key').notNull(),
    /** What it is about: the channel (reconnect), the hold (alert) or the invitation. */
    aboutId: text('about_id').notNull(),
    /** The member an alert goes to: may switch alerts off. */
    userId: text('user_id'),
    /** Fixed when it is first tried; null before: the owner's address as it is then. */
    recipient: text('recipient'),
    /** Which reminder of the series; null: asked for by hand, nothing follows it. */
    step: integer('step'),
    /** When the cause began: what the series counts from. */
    causeAt: at('cause_at').notNull(),
    sendAt: at('send_at').notNull(),
    /** Not sent by then: given up. */
    deadlineAt: at('deadline_at').notNull(),
    state: text('state', { enum: ['planned', 'sent', 'canceled', 'failed'] })
      .notNull()
      .default('planned'),
    attempts: integer('attempts').notNull().default(0),
    failure: text('failure'),
    endedAt: at('ended_at'),
  },
  (t) => [
    uniqueIndex('system_mail_key').on(t.workspaceId, t.dedupeKey),
    index('system_mail_due').on(t.sendAt).where(sql`state = 'planned'`),
    index('system_mail_about').on(t.aboutId).where(sql`state = 'planned'`),
    index('system_mail_failed').on(t.workspaceId, t.endedAt).where(sql`state = 'failed'`),
    check('system_mail_ended', sql`(state = 'planned') = (ended_at IS NULL)`),
  ],
);

/** What a member chose for themselves in a workspace; no row: everything as it comes. */
export const memberSetting = sqliteTable(
  'member_setting',
  {
    workspaceId: workspaceId(),
    userId: text('user_id').notNull(),
    /** Whether alerts (a guard stopped, a mailbox is Inactive) are mailed to them. */
    alertMail: integer('alert_mail', { mode: 'boolean' }).notNull().default(true),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.userId] })],
);

/** A spell in which the device of a LinkedIn channel was silent, stored when it was heard of again (real time). */
export const presenceSpan = sqliteTable(
  'presence_span',
  {
    channelId: text('channel_id').notNull(),
    from: at('from').notNull(),
    until: at('until').notNull(),
    workspaceId: workspaceId(),
  },
  (t) => [
    primaryKey({ columns: [t.channelId, t.from] }),
    index('presence_span_until').on(t.channelId, t.until),
    check('presence_span_order', sql`"until" > "from"`),
  ],
);

/** How a channel was lost and regained: one row per channel that was ever lost. Schedule time. */
export const channelLoss = sqliteTable('channel_loss', {
  channelId: text('channel_id').primaryKey(),
  workspaceId: workspaceId(),
  /** Since when it is lost; null: it works. */
  lostAt: at('lost_at'),
  regainedAt: at('regained_at'),
  /** The latest losses, oldest first. */
  times: json<number[]>('times').notNull(),
  /** Lost again within an hour of a reconnect, or more than once in 7 days: when that was last so. */
  flappingAt: at('flapping_at'),
  /** Logins in a row that LinkedIn refused, or that were another member's. */
  failedLogins: integer('failed_logins').notNull().default(0),
});
