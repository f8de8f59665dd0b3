import { z } from 'zod';
import type { EventType } from './engine.ts';

/** Events of the activity log that are counted per day, with what the dashboard calls them. */
export const statMetrics = {
  enrolled: 'Contacts added to automations',
  visited: 'Profiles visited',
  invite_sent: 'Invitations sent',
  accepted: 'Invitations accepted',
  invite_withdrawn: 'Invitations withdrawn',
  message_sent: 'Messages sent',
  group_message_sent: 'Messages to fellow members',
  inmail_sent: 'InMails sent',
  followed: 'People followed',
  post_liked: 'Posts liked',
  email_sent: 'Emails sent',
  email_opened: 'Emails opened',
  email_clicked: 'Links clicked',
  reply_received: 'Replies received',
  auto_reply_received: 'Automatic replies',
  bounced: 'Emails that came back',
  unsubscribed: 'Opted out',
  manual_task_ended: 'Manual tasks ended',
  task_failed: 'Steps failed',
} as const satisfies Partial<Record<EventType, string>>;

export type StatMetric = keyof typeof statMetrics;
export const statMetric = z.enum(Object.keys(statMetrics) as [StatMetric, ...StatMetric[]]);

/** What is counted for: everything, or a part. */
export const statScope = z.enum(['workspace', 'automation', 'sender', 'node']);
export type StatScope = z.infer<typeof statScope>;
