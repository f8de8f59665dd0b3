import { z } from 'zod';
import { graph } from '#shared/automation/graph.ts';
import { movePlan } from '#shared/automation/versionDiff.ts';
import { automationDetail, nodeCounts, preflightFinding } from './automation.ts';
import { id, instant, route } from './route.ts';

/** Versions of a started automation, and the safe way from one to the next (product §4.1). */

/** A step of the running version that the draft changes, and what that means for who stands on it. */
export const changedStep = z.object({
  nodeId: z.string(),
  type: z.string(),
  label: z.string(),
  change: z.enum(['removed', 'changed', 'rerouted']),
  /** Contacts on this step now; on a Segment those that wait to enter by it. */
  standing: z.number().int(),
  /** What happens to them if nothing is chosen. */
  byDefault: z.string(),
  /** The nearest later step that stays. */
  suggested: z.string().nullable(),
  /** A wait with another length: it can be counted anew from its beginning. */
  waitChanged: z.boolean(),
  /** Somebody must say where its contacts go. */
  needsChoice: z.boolean(),
});
export type ChangedStepView = z.infer<typeof changedStep>;

export const versionPreview = z.object({
  /** The running version that this compares with. */
  basedOn: z.number().int(),
  steps: z.array(changedStep),
  /** Contacts of its lists and tags that were never in it and enter when it is published. */
  newcomers: z.number().int(),
  findings: z.array(preflightFinding),
  /** Nothing that must be fixed was found; choices may still be missing. */
  canPublish: z.boolean(),
});
export type VersionPreview = z.infer<typeof versionPreview>;

const versionSummary = z.object({
  number: z.number().int(),
  publishedAt: instant,
  publishedBy: z.string(),
  /** The number of the version whose steps it brought back. */
  restores: z.number().int().nullable(),
  isCurrent: z.boolean(),
  /** Contacts that still run in it. */
  contacts: z.number().int(),
});

export const versionList = z.object({
  items: z.array(versionSummary),
  /** Contacts on their way to the newest version; null: all are there. */
  move: z.object({ moved: z.number().int(), total: z.number().int() }).nullable(),
  /** Until when the last publishing can be undone. */
  undoUntil: instant.nullable(),
});
export type VersionList = z.infer<typeof versionList>;

export const versionDetail = versionSummary.extend({
  graph,
  /** What its steps counted while it was the running version; `standing` is of now. */
  nodeCounts: z.array(nodeCounts),
});

export type VersionDetail = z.infer<typeof versionDetail>;

const choices = movePlan.default({ targets: {}, recompute: [] });
const params = z.object({ automationId: id });

export const versionRoutes = {
  list: route('member', 'GET', '/api/v1/automations/:automationId/versions', {
    params,
    response: versionList,
  }),
  get: route('member', 'GET', '/api/v1/automations/:automationId/versions/:number', {
    params: params.extend({ number: z.coerce.number().int().min(1) }),
    response: versionDetail,
  }),
  /** What publishing the draft would do to those under way. */
  preview: route('member', 'POST', '/api/v1/automations/:automationId/versions/preview', {
    params,
    body: z.object({ choices }),
    response: versionPreview,
  }),
  /** Publishes the draft as the next version. Refused, with the new preview, while a choice is missing. */
  publish: route('member', 'POST', '/api/v1/automations/:automationId/versions', {
    params,
    body: z.object({ choices, basedOn: z.number().int() }),
    response: z.object({ published: z.boolean(), preview: versionPreview }),
  }),
  /** Brings the version before back, and everybody to where they stood. */
  undo: route('member', 'POST', '/api/v1/automations/:automationId/versions/undo', {
    params,
    response: automationDetail,
  }),
};
