import { z } from 'zod';
import {
  acceptanceRead,
  inboundMessageRead,
  linkedinFailure,
  profileRead,
  quotasSeen,
  sessionReport,
} from '#shared/protocol/linkedin.ts';
import { layoutSeen } from '#shared/protocol/remoteRules.ts';
import { linkedinInactiveReason, linkedinStatus } from '#shared/statuses/linkedin.ts';
import {
  firstKinds,
  journalReport,
  nextWork,
  readIds,
  sentInvitationsSeen,
  stepOutcome,
} from './deviceWork.ts';
import { id, instant, route } from './route.ts';
import { holdView, mailboxView, nextAction, usageView } from './sender.ts';

/**
 * What the extension and the server say to each other. All waits are told in real milliseconds;
 * `until` of a lease is given as remaining ms, so that clock skew between machines cannot matter.
 */

/** The consent text's version; a rep who agreed to an older one is asked again. */
export const CONSENT_VERSION = 3;

/** Whether a rep agreed to the text in force. */
export function hasConsented({ consentVersion }: { consentVersion: number | null }): boolean {
  return (consentVersion ?? 0) >= CONSENT_VERSION;
}

/** Everything popup and side panel show; kept in the browser for painting offline. */
export const deviceSnapshot = z.object({
  deviceId: id,
  workspaceName: z.string(),
  sender: z.object({ id, name: z.string() }),
  consentVersion: z.number().int().nullable(),
  linkedin: z.object({
    channelId: id,
    status: linkedinStatus,
    reason: linkedinInactiveReason.nullable(),
    detail: z.string().nullable(),
    memberId: z.string().nullable(),
    name: z.string().nullable(),
    lastCheckedAt: instant.nullable(),
  }),
  mailbox: mailboxView.omit({ settings: true }),
  holds: z.array(holdView),
  usage: z.array(usageView),
  next: nextAction.nullable(),
  /** The rep must act: red badge on the toolbar icon. */
  mustAct: z.array(z.object({ title: z.string(), detail: z.string(), href: z.string().nullable() })),
  /** Workspace-wide manual hold. */
  stopped: z.boolean(),
  /** Manual hold of this sender's LinkedIn channel. */
  paused: z.boolean(),
  /** Mode "approve each": the rep says yes to every text before it goes. */
  approveEach: z.boolean().default(false),
  /** Texts that wait for that yes, counted no further than 51. */
  approvals: z.number().int().default(0),
  /** Who replied and waits for the rep's decision, newest first. */
  replies: z
    .array(z.object({ contactId: id, name: z.string(), at: instant }))
    .max(10)
    .default([]),
  serverTime: instant,
});
export type DeviceSnapshot = z.infer<typeof deviceSnapshot>;

const fence = z.object({ taskId: id, fence: z.number().int() });

export const deviceRoutes = {
  snapshot: route('device', 'GET', '/api/v1/device/snapshot', { response: deviceSnapshot }),
  consent: route('device', 'POST', '/api/v1/device/consent', {
    body: z.object({ version: z.number().int(), agreed: z.boolean() }),
    response: deviceSnapshot,
  }),
  /** Session seen by the sentinel or read by the runner; also the heartbeat. */
  session: route('device', 'POST', '/api/v1/device/session', {
    body: z.object({
      report: sessionReport,
      seenAgoMs: z.number().int().min(0),
      /** Which of this browser's reports it is, counted since it was installed; one that a later one overtook is not believed. */
      order: z.number().int().min(1).optional(),
    }),
    response: deviceSnapshot,
  }),
  /** Claims a task, or says what else to do. Takes the runner's lease for this device. */
  next: route('device', 'POST', '/api/v1/device/next', {
    body: z.object({
      canAct: z.boolean(),
      /** The action kinds this extension performs; it never gets another. */
      kinds: z.array(z.string().max(40)).max(40).default(firstKinds),
      /** It can tell what its journal holds. */
      journal: z.boolean().default(false),
      /** It can read the lists that the rep imports. */
      imports: z.boolean().default(false),
      version: z.string().max(40).optional(),
      /** The update of the selector catalogue it holds, and the version it works with; absent: it takes no updates. */
      catalogue: z
        .object({
          held: z.string().max(64).nullable(),
          inForce: z.string().max(40),
          /** Why the update that it holds was dropped; null: it was not. */
          problem: z.string().max(500).nullable().default(null),
        })
        .optional(),
    }),
    response: nextWork,
  }),
  renew: route('device', 'POST', '/api/v1/device/renew', {
    body: fence,
    response: z.object({ ok: z.boolean(), leaseMs: z.number().int() }),
  }),
  /** The gate: act only on `ok: true`, within `leaseMs` of *sending* this request (minus 10 s). */
  commit: route('device', 'POST', '/api/v1/device/commit', {
    body: fence.extend({
      /** message: newest inbound message in the thread seen in the precheck. */
      lastInboundAt: instant.nullable(),
      profile: profileRead.nullable(),
      quotas: quotasSeen.nullable().default(null),
    }),
    response: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), leaseMs: z.number().int() }),
      z.object({ ok: z.literal(false), code: z.string(), detail: z.string() }),
    ]),
  }),
  /** Repeated until acknowledged; duplicates and late ones are fine. */
  outcome: route('device', 'POST', '/api/v1/device/outcome', {
    body: fence.extend({ outcome: stepOutcome }),
    response: z.object({ acknowledged: z.literal(true), state: z.string() }),
  }),
  /**
   * What the watches read. An omitted list was not read; an empty one was read and is empty. Long lists come oldest
   * first in several parts, each but the last with `more`. Refused whole with `member_unproven` or `wrong_account` unless
   * `memberId` is the sender's member; a failure alone needs none.
   */
  observations: route('device', 'POST', '/api/v1/device/observations', {
    body: z.object({
      /** Whom LinkedIn named before and after each read; extensions that do not ask leave it out. */
      memberId: z.string().max(20).nullable().default(null),
      acceptances: z.array(acceptanceRead).max(500).optional(),
      inbound: z.array(inboundMessageRead).max(500).optional(),
      /** The profile ids whose threads (`threads` of the watch) lie in `inbound`. */
      threadsOf: readIds.default([]),
      /** Read before the acceptances, so that who is missing in both is certainly not connected. */
      sentInvitations: sentInvitationsSeen.optional(),
      /** Further parts follow: the account does not count as read yet. */
      more: z.boolean().default(false),
      /** How long ago the reading began: what came since may be missing. */
      readAgoMs: z.number().int().min(0).default(0),
      failure: linkedinFailure.nullable().default(null),
    }),
    response: z.object({ recorded: z.number().int() }),
  }),
  /** What the journal says was done, asked for after a restore of the server. */
  journal: route('device', 'POST', '/api/v1/device/journal', {
    body: journalReport,
    response: z.object({ recorded: z.number().int() }),
  }),
  /** The daily layout check of one kind of page: which known controls were missing. */
  layout: route('device', 'POST', '/api/v1/device/layout', {
    body: layoutSeen.extend({ catalogue: z.string().max(40) }),
    response: z.object({ recorded: z.literal(true) }),
  }),
  pause: route('device', 'POST', '/api/v1/device/pause', { response: deviceSnapshot }),
  /** Ends the rep's pause; guards and unknown pages are ended where they are shown. */
  resume: route('device', 'POST', '/api/v1/device/resume', { response: deviceSnapshot }),
  /** Takes back the rep's disconnect of the LinkedIn account, nothing else. */
  reconnect: route('device', 'POST', '/api/v1/device/reconnect', { response: deviceSnapshot }),
  /** Automatic, or approve each. */
  mode: route('device', 'POST', '/api/v1/device/mode', {
    body: z.object({ approveEach: z.boolean() }),
    response: deviceSnapshot,
  }),
  stopEverything: route('device', 'POST', '/api/v1/device/stop-everything', { response: deviceSnapshot }),
  /** The rep unpairs this browser. */
  unpair: route('device', 'POST', '/api/v1/device/unpair'),
};
