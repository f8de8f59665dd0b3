import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import {
  channelKind,
  holdReason,
  holdScope,
  mailStatus,
  usageKind,
  whoMustAct,
} from '#shared/statuses/engine.ts';
import { linkedinInactiveReason, linkedinStatus } from '#shared/statuses/linkedin.ts';
import { id, instant, route } from './route.ts';

export const holdView = z.object({
  id,
  scope: holdScope,
  scopeId: z.string(),
  /** Action kind, for scope kind. */
  kind: z.string().nullable(),
  reason: holdReason,
  /** The sentence for the user. */
  detail: z.string(),
  /** E.g. "Will auto-resume after LinkedIn account reconnection." */
  hint: z.string().nullable(),
  since: instant,
  until: instant.nullable(),
  /** The cause is gone; what happened meanwhile is being read before it lifts by itself. */
  reconciling: z.boolean(),
  whoMustAct,
});
export type HoldView = z.infer<typeof holdView>;

/** Today's use against the caps that apply now. */
export const usageView = z.object({
  kind: usageKind,
  usedDay: z.number().int(),
  capDay: z.number().int(),
  usedWeek: z.number().int(),
  capWeek: z.number().int(),
});

const quotaLeft = z.object({ left: z.number().int(), at: instant });

export const linkedinView = z.object({
  channelId: id,
  status: linkedinStatus,
  reason: linkedinInactiveReason.nullable(),
  /** One sentence for the rep. */
  detail: z.string().nullable(),
  memberId: z.string().nullable(),
  name: z.string().nullable(),
  slug: z.string().nullable(),
  premium: z.boolean(),
  since: instant.nullable(),
  lastCheckedAt: instant.nullable(),
  /** Active, and reading what happened meanwhile; `failure`: why that did not succeed yet. */
  reconciling: z
    .object({ since: instant, failure: z.string().nullable(), retryAt: instant.nullable() })
    .nullable(),
  /** The daily look whether LinkedIn's pages still have the known controls; keys of the catalogue. */
  layout: z
    .object({ checkedAt: instant, missing: z.array(z.string()) })
    .nullable()
    .default(null),
  /** Why the browser dropped the server's update of where LinkedIn's controls are; null: it did not. */
  catalogueProblem: z.string().nullable().default(null),
  /** What LinkedIn last said is left, in the dialogs of steps; null: it has not said. */
  quotas: z
    .object({ notes: quotaLeft.nullable(), inmailCredits: quotaLeft.nullable() })
    .nullable()
    .default(null),
  /** What is flagged about the account, each with what to check. */
  warnings: z.array(z.string()),
  /** Heartbeat within 3 minutes. */
  online: z.boolean(),
  lastSeenAt: instant.nullable(),
});

export const mailboxView = z.object({
  channelId: id,
  address: z.string().nullable(),
  fromName: z.string().nullable(),
  smtp: z.object({ status: mailStatus, response: z.string().nullable() }),
  imap: z.object({ status: mailStatus, response: z.string().nullable() }),
  lastSyncedAt: instant.nullable(),
  /** A broken mailbox is tried again by itself then; null: it works, or nothing uses it. */
  retryAt: instant.nullable().default(null),
  /** Open settings without passwords, for the form; null while not set up. */
  settings: z.unknown().nullable(),
});

export const deviceView = z.object({
  id,
  name: z.string(),
  extensionVersion: z.string().nullable(),
  pairedAt: instant,
  lastSeenAt: instant.nullable(),
});

export const nextAction = z.object({
  kind: z.string(),
  /** Expected time (schedule time, unix ms UTC); null: somebody must act first. */
  at: instant.nullable(),
  /** The one limit that binds it, e.g. "window", "daily_cap", "gap"; null: it is due now. */
  limit: z.string().nullable(),
  contactName: z.string().nullable(),
  automationName: z.string().nullable(),
});

/** The figures the guards look at, and how they take them. */
const guardsView = z.object({
  acceptance: z.object({
    accepted: z.number().int(),
    decided: z.number().int(),
    level: z.enum(['fine', 'warn', 'stop']),
  }),
  bounces: z.object({
    bounced: z.number().int(),
    sent: z.number().int(),
    level: z.enum(['fine', 'warn', 'stop_first', 'stop']),
  }),
});

/** What a channel that is lost or came back lately has waiting. */
const backlogView = z.object({
  channel: channelKind,
  steps: z.number().int(),
  lostAt: instant.nullable(),
  regainedAt: instant.nullable(),
});

export const senderView = z.object({
  id,
  name: z.string(),
  ownerUserId: z.string(),
  ownerName: z.string(),
  state: z.enum(['active', 'retiring', 'deleted']),
  consentAt: instant.nullable(),
  linkedin: linkedinView,
  mailbox: mailboxView,
  devices: z.array(deviceView),
  holds: z.array(holdView),
  usage: z.array(usageView),
  next: nextAction.nullable(),
  /** A connected account of it is Inactive: the red dot. */
  redDot: z.object({ linkedin: z.boolean(), email: z.boolean() }),
  guards: guardsView,
  /** What was held and goes now, per channel: see the resume plan. */
  backlogs: z.array(backlogView),
  /** Whether the owner gets reminders by email while an account waits to be reconnected. */
  reconnectMail: z.boolean(),
  /** Whether managers see this rep's own presence history. */
  sharesPresence: z.boolean(),
  /** Whether managers may read and answer this rep's messages. */
  sharesInbox: z.boolean(),
  /** `senderSettings` of shared/schedule/settings.ts. */
  settings: z.unknown(),
});
export type SenderView = z.infer<typeof senderView>;

/** The rep disconnected the LinkedIn account: signing in does not end that, reconnecting does. */
export function isDisconnected(view: {
  linkedin: { channelId: string };
  holds: readonly z.infer<typeof holdView>[];
}): boolean {
  return view.holds.some(
    ({ reason, scopeId }) => reason === 'disconnected_by_user' && scopeId === view.linkedin.channelId,
  );
}

const senderParams = z.object({ senderId: id });

export const senderRoutes = {
  list: route('member', 'GET', '/api/v1/senders', { response: z.object({ items: z.array(senderView) }) }),
  create: route('member', 'POST', '/api/v1/senders', {
    body: z.object({ name: z.string().trim().min(1).max(limits.name), zone: z.string().max(64) }),
    response: senderView,
  }),
  get: route('member', 'GET', '/api/v1/senders/:senderId', { params: senderParams, response: senderView }),
  update: route('member', 'PATCH', '/api/v1/senders/:senderId', {
    params: senderParams,
    body: z.object({
      name: z.string().trim().min(1).max(limits.name).optional(),
      settings: z.unknown().optional(),
      reconnectMail: z.boolean().optional(),
      /** Only the owner of the profile may change it. */
      sharesPresence: z.boolean().optional(),
      /** Only the owner of the profile may change it. */
      sharesInbox: z.boolean().optional(),
    }),
    response: senderView,
  }),
  /** Puts or lifts the manual hold on the profile or one of its channels. */
  pause: route('member', 'POST', '/api/v1/senders/:senderId/pause', {
    params: senderParams,
    body: z.object({ channel: channelKind.nullable() }),
    response: senderView,
  }),
  resume: route('member', 'POST', '/api/v1/senders/:senderId/resume', {
    params: senderParams,
    body: z.object({ channel: channelKind.nullable() }),
    response: senderView,
  }),
  disconnectLinkedin: route('member', 'POST', '/api/v1/senders/:senderId/linkedin/disconnect', {
    params: senderParams,
    response: senderView,
  }),
  /** Takes back a disconnect, nothing else; only the owner of the profile may. */
  reconnectLinkedin: route('member', 'POST', '/api/v1/senders/:senderId/linkedin/reconnect', {
    params: senderParams,
    response: senderView,
  }),
  /** Links the code shown in the side panel to this sender profile. */
  approveDevice: route('member', 'POST', '/api/v1/senders/:senderId/devices', {
    params: senderParams,
    body: z.object({ userCode: z.string().trim().min(4).max(20) }),
  }),
  revokeDevice: route('member', 'DELETE', '/api/v1/senders/:senderId/devices/:deviceId', {
    params: z.object({ senderId: id, deviceId: id }),
  }),
};
