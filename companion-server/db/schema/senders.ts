import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { LayoutPage } from '../../../shared/protocol/remoteRules.ts';
import type { Restart } from '../../../shared/schedule/caps.ts';
import type {
  ChannelKind,
  HoldReason,
  HoldScope,
  MailStatus,
  UsageKind,
} from '../../../shared/statuses/engine.ts';
import type { LinkedinInactiveReason, LinkedinStatus } from '../../../shared/statuses/linkedin.ts';
import { at, id, json, workspaceId } from './columns.ts';

/** Settings of a workspace; its id is the id of the better-auth organization. */
export const workspace = sqliteTable('workspace', {
  id: id(),
  name: text('name').notNull(),
  /** Printed in every automated email; without it no automation with email starts. */
  postalAddress: text('postal_address').notNull().default(''),
  /** A contact may be active in several automations at once. */
  manyAutomations: integer('many_automations', { mode: 'boolean' }).notNull().default(false),
  /** Least time between two automated messages or invites to one person, over all channels and senders. */
  personSpacingMs: integer('person_spacing_ms').notNull().default(14_400_000),
  /** Signs the calls of Webhook nodes; sealed by the vault, made at the first use. */
  webhookSecret: text('webhook_secret'),
  /** When it was restored from a backup; from then on steps done meanwhile are looked for. Null: never. */
  restoredAt: at('restored_at'),
  /** The latest thing the backup knew. */
  restoredFrom: at('restored_from'),
  /** Contacts nobody was in touch with for so many months go to the recycle bin; null: never. */
  retentionMonths: integer('retention_months').default(24),
  /** Phrases of messages that are no replies; null: those that come along. */
  genericReplies: json<string[]>('generic_replies'),
  createdAt: at('created_at').notNull(),
});

/** An identity outreach is sent as. */
export const sender = sqliteTable(
  'sender',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    /** The rep (better-auth user) who owns it. */
    ownerUserId: text('owner_user_id').notNull(),
    state: text('state', { enum: ['active', 'retiring', 'deleted'] })
      .notNull()
      .default('active'),
    /** Working window, caps, gaps: `senderSettings` of shared/schedule/settings.ts. */
    settings: json<unknown>('settings').notNull(),
    consentVersion: integer('consent_version'),
    consentAt: at('consent_at'),
    /** Below every email of this profile. Plain text. */
    signature: text('signature').notNull().default(''),
    /** Whether the owner is reminded by email that an account waits to be reconnected. */
    reconnectMail: integer('reconnect_mail', { mode: 'boolean' }).notNull().default(true),
    /** Whether managers may read and answer this rep's messages; marked where they do. */
    sharesInbox: integer('shares_inbox', { mode: 'boolean' }).notNull().default(false),
    /** Whether managers see when this rep's browser was closed, not only the team's sum. */
    sharesPresence: integer('shares_presence', { mode: 'boolean' }).notNull().default(false),
    createdAt: at('created_at').notNull(),
    /** Retiring since, or in the recycle bin since (schedule time). */
    deletedAt: at('deleted_at'),
    /** Out of the recycle bin for good: the row stays so that history can name it, its secrets are gone. */
    purgedAt: at('purged_at'),
  },
  (t) => [
    index('sender_workspace').on(t.workspaceId, t.id),
    index('sender_retiring').on(t.id).where(sql`state = 'retiring'`),
    index('sender_bin').on(t.deletedAt).where(sql`state = 'deleted' AND purged_at IS NULL`),
  ],
);

/**
 * Enrollments of a sender that are being canceled, a few in each round of the engine: those of each segment before the
 * node it was removed from, or all (`automation_id` empty) because it was deleted. The gates stop the rest meanwhile.
 */
export const senderExit = sqliteTable(
  'sender_exit',
  {
    senderId: text('sender_id').notNull(),
    automationId: text('automation_id').notNull().default(''),
    segmentNodeId: text('segment_node_id').notNull().default(''),
    /** The Sender Profile node behind that segment. */
    nodeId: text('node_id').notNull().default(''),
    workspaceId: workspaceId(),
    reason: text('reason').notNull(),
    at: at('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.senderId, t.automationId, t.segmentNodeId] })],
);

/** Age and pace of a LinkedIn member id or an address that left its channel: they come back with it. */
export const accountPace = sqliteTable('account_pace', {
  /** As in `usage`: "linkedin:<member id>" or "email:<address>". */
  account: text('account').primaryKey(),
  firstUsedAt: at('first_used_at'),
  lastActionAt: at('last_action_at'),
  restart: json<Restart>('restart'),
});

/**
 * One LinkedIn account or one mailbox address: does one thing at a time and has the caps.
 * Lease columns hold real time, everything else schedule time (architecture: two clocks).
 */
interface Quota {
  left: number;
  at: number;
}

export const channel = sqliteTable(
  'channel',
  {
    id: id(),
    workspaceId: workspaceId(),
    senderId: text('sender_id').notNull(),
    kind: text('kind').$type<ChannelKind>().notNull(),
    /** LinkedIn member id or mailbox address; null until bound. Usage and ramp belong to it. */
    address: text('address'),
    /** The address a deleted sender profile gave up; a restore takes it back where it is still free. */
    releasedAddress: text('released_address'),
    displayName: text('display_name'),
    slug: text('slug'),
    profileId: text('profile_id'),
    premium: integer('premium', { mode: 'boolean' }).notNull().default(false),
    /** LinkedIn channels: badge. Email channels: derived from smtp and imap status. */
    status: text('status').$type<LinkedinStatus>().notNull().default('not_set_up'),
    reason: text('reason').$type<LinkedinInactiveReason>(),
    reasonDetail: text('reason_detail'),
    statusSince: at('status_since'),
    lastCheckedAt: at('last_checked_at'),
    smtpStatus: text('smtp_status').$type<MailStatus>().notNull().default('not_set_up'),
    smtpResponse: text('smtp_response'),
    imapStatus: text('imap_status').$type<MailStatus>().notNull().default('not_set_up'),
    imapResponse: text('imap_response'),
    /** Heartbeat of the device (lease time). */
    lastSeenAt: at('last_seen_at'),
    inflight: integer('inflight').notNull().default(0),
    /** No lane of this channel fires before (schedule time): gaps and rests. */
    nextAt: integer('next_at').notNull().default(0),
    /** The one limit behind next_at, for "why and when". */
    nextLimit: text('next_limit'),
    /** When the current stretch of activity began and when a rest ends (schedule time). */
    activeSince: at('active_since'),
    restUntil: at('rest_until'),
    /** Open holds on the channel, its sender profile and the workspace. */
    holdCount: integer('hold_count').notNull().default(0),
    runnerDeviceId: text('runner_device_id'),
    runnerLeaseUntil: at('runner_lease_until'),
    acceptancesReadAt: at('acceptances_read_at'),
    inboxReadAt: at('inbox_read_at'),
    /** When the whole list of sent invitations was read, and when a browser was asked to. */
    sentReadAt: at('sent_read_at'),
    sentAskedAt: at('sent_asked_at'),
    /** Where the next reading starts: the newest acceptance recorded (remote time), and a while before the last whole inbox. */
    acceptancesSince: at('acceptances_since'),
    inboxSince: at('inbox_since'),
    /** After a reconnect: reads newer than this must succeed before the hold lifts. */
    reconcileFrom: at('reconcile_from'),
    /** A failed watch is tried again then. */
    watchRetryAt: at('watch_retry_at'),
    /** Why the latest watch failed; null: it worked. */
    watchFailure: text('watch_failure'),
    /** The newest selector catalogue that a browser of this account worked with. */
    catalogueVersion: text('catalogue_version'),
    /** Why that browser dropped the server's update of it; null: it did not. */
    catalogueProblem: text('catalogue_problem'),
    /** What LinkedIn last said is left of the month's notes and of the InMail credits (schedule time). */
    quotas: json<{ notes: Quota | null; inmailCredits: Quota | null }>('quotas'),
    /** The latest daily layout check of each kind of page (schedule time). */
    layoutChecks:
      json<Partial<Record<LayoutPage, { at: number; catalogue: string; missing: string[] }>>>(
        'layout_checks',
      ),
    /** A person looked at the figures of the guards: what is older does not count any more. */
    guardsFrom: at('guards_from'),
    /** Caps that start low again after a long pause. */
    restart: json<Restart>('restart'),
    /** The failure window: the last outcomes, oldest first, S or F each. */
    outcomes: text('outcomes').notNull().default(''),
    firstUsedAt: at('first_used_at'),
    lastActionAt: at('last_action_at'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    index('channel_sender').on(t.senderId, t.kind),
    index('channel_workspace').on(t.workspaceId, t.id),
    uniqueIndex('channel_address').on(t.kind, t.address).where(sql`address IS NOT NULL`),
    check('channel_inflight', sql`inflight IN (0, 1)`),
    check('channel_holds', sql`hold_count >= 0`),
  ],
);

/** Mailbox settings: the open part readable, the passwords sealed by the vault. */
export const mailbox = sqliteTable('mailbox', {
  channelId: text('channel_id').primaryKey(),
  workspaceId: workspaceId(),
  /** Everything of `mailboxSettings` but the passwords. */
  settings: json<unknown>('settings').notNull(),
  sealed: text('sealed').notNull(),
  updatedAt: at('updated_at').notNull(),
});

/** What the name system says about a mailbox's domain, and the latest mail that it sent to itself. */
export const deliverability = sqliteTable('deliverability', {
  channelId: text('channel_id').primaryKey(),
  workspaceId: workspaceId(),
  /** The domain these findings are about: another address of the mailbox starts anew. */
  domain: text('domain').notNull(),
  findings: json<unknown>('findings').notNull(),
  checkedAt: at('checked_at'),
  /** `testMail` of the contract; null: none was sent. */
  testMail: json<unknown>('test_mail'),
});

/** A channel × action kind: knows when it may next fire and how many tasks are ready. */
export const lane = sqliteTable(
  'lane',
  {
    channelId: text('channel_id').notNull(),
    kind: text('kind').notNull(),
    workspaceId: workspaceId(),
    executor: text('executor', { enum: ['extension', 'server'] }).notNull(),
    readyCount: integer('ready_count').notNull().default(0),
    nextAt: integer('next_at').notNull().default(0),
    nextLimit: text('next_limit'),
    /** Open holds on the lane, its channel, its sender profile and the workspace. */
    holdCount: integer('hold_count').notNull().default(0),
    /** How often in a row LinkedIn refused this kind: the length of the next hold. */
    holdTimes: integer('hold_times').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.channelId, t.kind] }),
    index('lane_due').on(t.executor, t.nextAt).where(sql`ready_count > 0 AND hold_count = 0`),
    check('lane_ready', sql`ready_count >= 0`),
    check('lane_holds', sql`hold_count >= 0`),
  ],
);

/** Why something does not move. A hold without a reason cannot be stored. */
export const hold = sqliteTable(
  'hold',
  {
    id: id(),
    workspaceId: workspaceId(),
    scope: text('scope').$type<HoldScope>().notNull(),
    /** The id of what is held: workspace, automation, sender, channel or enrollment. */
    scopeId: text('scope_id').notNull(),
    /** Scope kind: the lane's kind on channel scope_id. Other scopes: empty. */
    kind: text('kind').notNull().default(''),
    reason: text('reason').$type<HoldReason>().notNull(),
    detail: text('detail'),
    since: at('since').notNull(),
    until: at('until'),
    /** Member id, device id, or "system". */
    by: text('by').notNull(),
    liftedAt: at('lifted_at'),
    liftedBy: text('lifted_by'),
    /** The cause is gone, and what was missed meanwhile is being read: it lifts by itself. */
    reconciling: integer('reconciling', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    uniqueIndex('hold_open').on(t.scope, t.scopeId, t.kind, t.reason).where(sql`lifted_at IS NULL`),
    index('hold_workspace').on(t.workspaceId).where(sql`lifted_at IS NULL`),
    index('hold_reason').on(t.reason, t.scopeId).where(sql`lifted_at IS NULL`),
    index('hold_until').on(t.until).where(sql`lifted_at IS NULL AND until IS NOT NULL`),
    check('hold_reason', sql`length(reason) > 0`),
  ],
);

/** One row per spent cap unit, for rolling windows. `account` survives deletion of the sender profile. */
export const usage = sqliteTable(
  'usage',
  {
    /** "linkedin:<member id>" or "email:<address>". */
    account: text('account').notNull(),
    /** `note`: an invitation that took one of a Basic account's notes. */
    kind: text('kind').$type<UsageKind | 'note'>().notNull(),
    at: at('at').notNull(),
    taskId: text('task_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.account, t.kind, t.at, t.taskId] })],
);

/** One installed extension, paired with one sender profile. Its token is stored hashed. */
export const device = sqliteTable(
  'device',
  {
    id: id(),
    workspaceId: workspaceId(),
    senderId: text('sender_id').notNull(),
    name: text('name').notNull(),
    tokenHash: text('token_hash').notNull(),
    extensionVersion: text('extension_version'),
    pairedBy: text('paired_by').notNull(),
    pairedAt: at('paired_at').notNull(),
    lastSeenAt: at('last_seen_at'),
    /** When it told, after a restore, what its journal holds (schedule time). */
    journalReadAt: at('journal_read_at'),
    /** From when on that journal tells everything (schedule time); null: its extension did not say. */
    journalFrom: at('journal_from'),
    /** Number of its latest report of the session that was believed. */
    sessionOrder: integer('session_order'),
    revokedAt: at('revoked_at'),
  },
  (t) => [uniqueIndex('device_token').on(t.tokenHash), index('device_sender').on(t.senderId)],
);

/** Links an approved device code to the sender profile chosen in the dashboard. */
export const pairing = sqliteTable('pairing', {
  userCode: text('user_code').primaryKey(),
  workspaceId: workspaceId(),
  senderId: text('sender_id').notNull(),
  approvedBy: text('approved_by').notNull(),
  approvedAt: at('approved_at').notNull(),
  usedAt: at('used_at'),
});
