import { z } from 'zod';
import { enrollmentFilter } from '#shared/automation/bulk.ts';
import { graph, graphProblem } from '#shared/automation/graph.ts';
import { limits } from '#shared/kernel/limits.ts';
import { automationStatus, enrollmentStatus } from '#shared/statuses/engine.ts';
import { enrollmentView } from './contact.ts';
import { id, instant, page, pageQuery, route } from './route.ts';
import { holdView } from './sender.ts';

export const nodeCounts = z.object({
  nodeId: z.string(),
  standing: z.number().int(),
  passed: z.number().int(),
  failed: z.number().int(),
});

export const automationSummary = z.object({
  id,
  name: z.string(),
  status: automationStatus,
  holds: z.array(holdView),
  counts: z.partialRecord(enrollmentStatus, z.number().int()),
  startedAt: instant.nullable(),
  updatedAt: instant,
});
export type AutomationSummary = z.infer<typeof automationSummary>;

const automationSettings = z.object({
  /** A reply pauses those at the same company too. */
  pauseColleagues: z.boolean().optional(),
  /** Nothing is written while the sender's other channel was not read lately. */
  waitForInboxes: z.boolean().optional(),
  /** Texts are shown first. */
  approveEach: z.boolean().optional(),
  trackOpens: z.boolean().optional(),
  trackClicks: z.boolean().optional(),
});
export type AutomationSettings = z.infer<typeof automationSettings>;

/** Of one email step, over all versions. Machines: opens and clicks by programs alone. */
export const emailStatistics = z.object({
  nodeId: z.string(),
  sent: z.number().int(),
  opened: z.number().int(),
  openedByMachines: z.number().int(),
  clicked: z.number().int(),
  clickedByMachines: z.number().int(),
});

export const automationDetail = automationSummary.extend({
  /** A reply pauses the colleagues at the same company too. */
  pauseColleagues: z.boolean(),
  /** Nothing is written while the sender's other channel was not read lately. */
  waitForInboxes: z.boolean(),
  /** The rep sees what is written to its contacts before it goes. */
  approveEach: z.boolean(),
  /** Its emails report when they are opened, and when their links are followed. */
  trackOpens: z.boolean(),
  trackClicks: z.boolean(),
  /** The draft while Draft, else the running version. */
  graph,
  versionNumber: z.number().int().nullable(),
  /** What is being edited: beside the running version once started. */
  draft: graph,
  /** The draft is not the running version (any more). */
  hasChanges: z.boolean(),
  nodeCounts: z.array(nodeCounts),
  problems: z.array(graphProblem),
  /** Contacts of its lists and tags enter: how many were looked at; null: all have. */
  entering: z.object({ looked: z.number().int(), total: z.number().int() }).nullable(),
});
export type AutomationDetail = z.infer<typeof automationDetail>;

/** What preflight found against the real contacts. Errors refuse the start, warnings do not. */
export const preflightFinding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  nodeId: z.string().nullable(),
  message: z.string(),
  count: z.number().int().nullable(),
  /** Names of the first contacts concerned. */
  examples: z.array(z.string()),
});

/** When the last of one kind of step would go. */
export const kindForecast = z.object({
  /** The action kind. */
  kind: z.string(),
  count: z.number().int(),
  last: z.object({
    at: instant,
    /** `later_than`: not before `at`, and nobody knows how much later. */
    certainty: z.enum(['run', 'extrapolated', 'later_than']),
  }),
});
export type KindForecast = z.infer<typeof kindForecast>;

/** Capacity: the pace of every sender profile run forward, and once more with one profile more. */
export const capacityForecast = z.object({
  contacts: z.number().int(),
  kinds: z.array(kindForecast),
  senders: z.array(
    z.object({ senderId: id, name: z.string(), contacts: z.number().int(), kinds: z.array(kindForecast) }),
  ),
  /** With one more profile that is as fast as the one named. */
  oneMore: z.object({ like: z.string(), kinds: z.array(kindForecast) }).nullable(),
});
export type CapacityForecast = z.infer<typeof capacityForecast>;

export const preflight = z.object({
  findings: z.array(preflightFinding),
  contacts: z.number().int(),
  canStart: z.boolean(),
  forecast: capacityForecast.nullable().default(null),
});

const params = z.object({ automationId: id });

export const automationRoutes = {
  list: route('member', 'GET', '/api/v1/automations', {
    response: z.object({ items: z.array(automationSummary) }),
  }),
  create: route('member', 'POST', '/api/v1/automations', {
    body: z.object({ name: z.string().trim().min(1).max(limits.name) }),
    response: automationDetail,
  }),
  get: route('member', 'GET', '/api/v1/automations/:automationId', { params, response: automationDetail }),
  /** Saves the draft (may have problems; they come back). Once started it stands beside the running version. */
  saveDraft: route('member', 'PUT', '/api/v1/automations/:automationId/draft', {
    params,
    body: z.object({ name: z.string().trim().min(1).max(limits.name), graph }),
    response: automationDetail,
  }),
  preflight: route('member', 'POST', '/api/v1/automations/:automationId/preflight', {
    params,
    response: preflight,
  }),
  /** Stores the immutable version and starts it. */
  start: route('member', 'POST', '/api/v1/automations/:automationId/start', {
    params,
    response: automationDetail,
  }),
  /** What holds for the automation beside its graph, also while it runs. */
  settings: route('member', 'PUT', '/api/v1/automations/:automationId/settings', {
    params,
    body: automationSettings,
    response: automationDetail,
  }),
  /** How often emails were opened and followed, for automations that track it. */
  emailStatistics: route('member', 'GET', '/api/v1/automations/:automationId/email-statistics', {
    params,
    response: z.object({ items: z.array(emailStatistics) }),
  }),
  pause: route('member', 'POST', '/api/v1/automations/:automationId/pause', {
    params,
    response: automationDetail,
  }),
  resume: route('member', 'POST', '/api/v1/automations/:automationId/resume', {
    params,
    response: automationDetail,
  }),
  /** Who has not entered yet is left out, until an edit is published that keeps feeding. */
  stopEntering: route('member', 'POST', '/api/v1/automations/:automationId/stop-entering', {
    params,
    response: automationDetail,
  }),
  clone: route('member', 'POST', '/api/v1/automations/:automationId/clone', {
    params,
    response: automationDetail,
  }),
  archive: route('member', 'POST', '/api/v1/automations/:automationId/archive', {
    params,
    response: automationDetail,
  }),
  enrollments: route('member', 'GET', '/api/v1/automations/:automationId/enrollments', {
    params,
    query: pageQuery.extend(enrollmentFilter.shape),
    /** `total` contacts match, or more than that. */
    response: page(enrollmentView).extend({ total: z.number().int(), atLeast: z.boolean() }),
  }),
  /** What its contacts can be filtered by: the reasons present, the most frequent first. */
  reasons: route('member', 'GET', '/api/v1/automations/:automationId/reasons', {
    params,
    response: z.object({
      items: z.array(
        z.object({
          reason: z.string(),
          sentence: z.string(),
          total: z.number().int(),
          atLeast: z.boolean(),
        }),
      ),
    }),
  }),
};

export const enrollmentRoutes = {
  /** The rep's decision for a paused contact, a cancel, or entering once more after the end. */
  decide: route('member', 'POST', '/api/v1/enrollments/:enrollmentId/decide', {
    params: z.object({ enrollmentId: id }),
    body: z.object({
      decision: z.enum(['pause', 'resume', 'cancel', 'complete', 'skip', 'retry', 'enroll_again']),
    }),
    response: enrollmentView,
  }),
};
