import { z } from 'zod';
import { capTable } from '#shared/schedule/settings.ts';
import { mailStatus, usageKind } from '#shared/statuses/engine.ts';
import { linkedinStatus } from '#shared/statuses/linkedin.ts';
import { id, route } from './route.ts';

/** The senders of an automation that was started, and its own daily limits (product §4.2, §4.6). */

export const nodeSenderView = z.object({
  senderId: id,
  name: z.string(),
  state: z.enum(['active', 'retiring', 'deleted']),
  weight: z.number().int(),
  /** Placed by distribution since the node's senders or weights last changed. */
  placed: z.number().int(),
  /** Contacts under way with it here. */
  open: z.number().int(),
  /** False: removed; it only finishes what it has here. */
  enabled: z.boolean(),
  /** Its contacts here are being canceled. */
  leaving: z.boolean(),
  linkedin: linkedinStatus,
  smtp: mailStatus,
  imap: mailStatus,
});
export type NodeSenderView = z.infer<typeof nodeSenderView>;

export const senderNodeView = z.object({
  nodeId: z.string(),
  /** The segment it stands behind. */
  segment: z.string(),
  senders: z.array(nodeSenderView),
});
export type SenderNodeView = z.infer<typeof senderNodeView>;

/** At most this many in 24 hours per sender profile; a kind that is left out has no limit of its own. */
export const dailyLimits = z
  .partialRecord(usageKind, z.number().int().min(1))
  .superRefine((limits, context) => {
    for (const [kind, limit] of Object.entries(limits)) {
      const { daily } = capTable[usageKind.parse(kind)].ceiling;
      if (limit > daily) {
        context.addIssue({ code: 'custom', path: [kind], message: `At most ${daily}, the hard ceiling` });
      }
    }
  });
export type DailyLimits = z.infer<typeof dailyLimits>;

export const automationSendersView = z.object({ nodes: z.array(senderNodeView), dailyLimits });
export type AutomationSendersView = z.infer<typeof automationSendersView>;

const params = z.object({ automationId: id });
const oneParams = params.extend({ senderId: id });
const nodeId = z.string().min(1).max(64);
const weight = z.number().int().min(1).max(100);
const path = '/api/v1/automations/:automationId/senders';
const response = automationSendersView;

export const automationSenderRoutes = {
  list: route('member', 'GET', path, { params, response }),
  /** Gets only contacts that enter later. */
  add: route('member', 'POST', path, {
    params,
    body: z.object({ nodeId, senderId: id, weight: weight.default(1) }),
    response,
  }),
  setWeight: route('member', 'PATCH', `${path}/:senderId`, {
    params: oneParams,
    body: z.object({ nodeId, weight }),
    response,
  }),
  /** Cancels its tasks here, or finishes them and assigns nothing new. */
  remove: route('member', 'POST', `${path}/:senderId/remove`, {
    params: oneParams,
    body: z.object({ nodeId, tasks: z.enum(['cancel', 'finish']) }),
    response,
  }),
  setLimits: route('member', 'PUT', '/api/v1/automations/:automationId/daily-limits', {
    params,
    body: dailyLimits,
    response,
  }),
};
