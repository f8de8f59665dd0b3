import { z } from 'zod';

/** The engine's statuses (product §4.3, §4.4, §4.10). What each means stands in dictionary.ts. */

export const enrollmentStatus = z.enum([
  'waiting_enrichment',
  'active_limit',
  'coworkers_limit',
  'ready',
  'in_progress',
  'finished',
  'duplicate',
  'paused',
  'canceled',
  'failed',
  'bounced',
  'unsubscribed',
]);
export type EnrollmentStatus = z.infer<typeof enrollmentStatus>;

/** Statuses after which an enrollment never moves again by itself or by a person's resume. */
export const finalEnrollmentStatuses = [
  'finished',
  'duplicate',
  'canceled',
  'failed',
  'bounced',
  'unsubscribed',
] as const satisfies readonly EnrollmentStatus[];

export const taskState = z.enum([
  'scheduled',
  'ready',
  'claimed',
  'committing',
  'done',
  'failed',
  'unknown',
  'closed',
  'skipped',
  'canceled',
  'waiting_approval',
]);
export type TaskState = z.infer<typeof taskState>;

export const automationStatus = z.enum([
  'draft',
  'running',
  'partly_paused',
  'paused',
  'finished',
  'archived',
]);
export type AutomationStatus = z.infer<typeof automationStatus>;

export const relationStatus = z.enum([
  'not_verified',
  'not_connected',
  'invite_sent',
  'connected',
  'invitation_withdrawn',
]);
export type RelationStatus = z.infer<typeof relationStatus>;

export const holdReason = z.enum([
  'manual',
  'linkedin_account_disconnected',
  'disconnected_by_user',
  'account_restricted',
  'email_disconnected',
  'weekly_invite_limit',
  'too_many_requests',
  'no_inmail_credits',
  'layout_unknown',
  'needs_newer_extension',
  'kill_switch',
  'high_failure_rate',
  'low_acceptance',
  'bounce_guard',
  'mail_throttled',
  'mail_refused',
  'consent_withdrawn',
  'owner_left',
  'no_usable_sender',
  'missing_data',
  'restored_from_backup',
]);
export type HoldReason = z.infer<typeof holdReason>;

export const holdScope = z.enum(['workspace', 'automation', 'sender', 'channel', 'kind', 'enrollment']);
export type HoldScope = z.infer<typeof holdScope>;

/** Badge of SMTP or IMAP (product §2.2). */
export const mailStatus = z.enum(['not_set_up', 'active', 'inactive']);
export type MailStatus = z.infer<typeof mailStatus>;

export const channelKind = z.enum(['linkedin', 'email']);
export type ChannelKind = z.infer<typeof channelKind>;

/**
 * What caps count (product §4.6). A connect task spends `invite` and `page_load`; a visit `page_load`;
 * a message opened by the compose address spends `message` only; follows and likes share one budget.
 */
export const usageKind = z.enum([
  'invite',
  'message',
  'inmail',
  'page_load',
  'follow_like',
  'withdrawal',
  'search_page',
  'email',
]);
export type UsageKind = z.infer<typeof usageKind>;

/** Who must act for something to move; `nobody`: it goes on by itself. */
export const whoMustAct = z.enum(['nobody', 'rep', 'manager', 'contact']);
export type WhoMustAct = z.infer<typeof whoMustAct>;

/** Types of the append-only activity log. */
export const eventType = z.enum([
  'imported',
  'enrolled',
  'profile_read',
  'visited',
  'invite_sent',
  'accepted',
  'message_sent',
  'email_sent',
  'inmail_sent',
  'group_message_sent',
  'followed',
  'post_liked',
  'invite_withdrawn',
  'invite_gone',
  'email_opened',
  'email_clicked',
  'reply_received',
  'auto_reply_received',
  'bounced',
  'unsubscribed',
  'stoplisted',
  'task_failed',
  'task_unknown',
  'task_closed',
  'task_settled',
  'task_canceled',
  'status_changed',
  'merged',
  'person_refused',
  'contact_deleted',
  'contact_restored',
  'contact_erased',
  'hold_set',
  'hold_lifted',
  'session_changed',
  'manual_task_ended',
  'text_approved',
  'tag_added',
  'tag_removed',
  'list_added',
  'list_removed',
  'field_set',
  'sender_changed',
  'sender_chosen',
  'notified',
  'webhook_queued',
  'webhook_delivered',
  'webhook_failed',
  'enroll_skipped',
  'node_passed',
]);
export type EventType = z.infer<typeof eventType>;
