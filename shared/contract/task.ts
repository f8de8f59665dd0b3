import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { taskState, whoMustAct } from '#shared/statuses/engine.ts';
import { enrollmentView } from './contact.ts';
import { manualTaskView } from './manualTask.ts';
import { id, instant, page, pageQuery, route } from './route.ts';

/** What waits for people: everything that does not go on before somebody has done or said something. */

export const taskGroup = z.enum(['manual', 'approval', 'unknown', 'missing_data', 'confirm', 'reply']);
export type TaskGroup = z.infer<typeof taskGroup>;

/** What it waits for, when it goes (schedule time; null: somebody must act first), and the one limit that binds. */
const waiting = z.object({
  waitsFor: z.string().nullable().default(null),
  expectedAt: instant.nullable().default(null),
  limit: z.string().nullable().default(null),
});

/** Whom it is about; `id` is the step's, or the contact's place in the automation (`confirm`, `reply`). */
const item = waiting.extend({
  id,
  sentence: z.string(),
  /** What to do about it. */
  action: z.string(),
  whoMustAct,
  enrollmentId: id,
  contactId: id,
  contactName: z.string(),
  company: z.string().nullable(),
  linkedinUrl: z.string().nullable(),
  senderId: id.nullable(),
  senderName: z.string().nullable(),
  automationId: id,
  automationName: z.string(),
  /** Since when it waits, or when it may have happened. */
  at: instant,
});
const step = item.extend({ kind: z.string(), state: taskState });
const text = z.object({ text: z.string().nullable(), subject: z.string().nullable() });

export const approvalItem = step.extend({
  group: z.literal('approval'),
  ...text.shape,
  /** Names of the files that go with an email. */
  attachments: z.array(z.string()).default([]),
  /** Names exactly this text and these files; goes back with the approval. */
  textHash: z.string(),
  /** Most characters; null: there is no such part, so it cannot be written. */
  maxText: z.number().int().nullable(),
  maxSubject: z.number().int().nullable(),
  /** It was approved before, and the data behind it changed. */
  changed: z.boolean(),
});
export type ApprovalItem = z.infer<typeof approvalItem>;

/** A value that a text needs; `fillable`: it can be given here. */
export const missingField = z.object({ field: z.string(), label: z.string(), fillable: z.boolean() });

export const taskItem = z.discriminatedUnion('group', [
  manualTaskView.extend({ group: z.literal('manual'), ...waiting.shape }),
  approvalItem,
  step.extend({ group: z.literal('unknown'), ...text.shape }),
  step.extend({
    group: z.literal('missing_data'),
    stepName: z.string(),
    fields: z.array(missingField),
    /** What no value heals: the text itself must be changed in the automation. */
    problem: z.string().nullable(),
  }),
  item.extend({
    group: z.literal('confirm'),
    reason: z.string(),
    /** Who was shown instead; null: nobody who could be confirmed. */
    shown: z.object({ name: z.string(), company: z.string().nullable() }).nullable(),
  }),
  item.extend({
    group: z.literal('reply'),
    reason: z.string(),
    /** What they wrote last, where it was read. */
    message: z.object({ text: z.string(), at: instant }).nullable(),
    /** The conversation in which it stands, to answer in. */
    threadId: id.nullable().default(null),
  }),
]);
export type TaskItem = z.infer<typeof taskItem>;
export type TaskItemOf<G extends TaskGroup> = Extract<TaskItem, { group: G }>;

/** Counted up to here; one more means "and more". */
export const COUNTED_AT_MOST = 1000;
export const taskCounts = z.record(taskGroup, z.number().int());
export type TaskCounts = z.infer<typeof taskCounts>;

/** A step of a contact that is not over, whoever or whatever it waits for. */
export const openStep = waiting.extend({
  id,
  nodeId: z.string(),
  kind: z.string(),
  state: taskState,
  senderId: id,
  sentence: z.string(),
  whoMustAct,
});

/** What became of a step that a person decided about. */
export const taskResult = z.object({
  id,
  state: taskState,
  sentence: z.string(),
  expectedAt: instant.nullable(),
});

const params = z.object({ taskId: id });
const seen = z.object({ taskId: id, textHash: z.string().max(64) });

export const taskRoutes = {
  /** One group, what waits longest (manual tasks: what is due) first; a rep sees those of their own profiles. */
  list: route('member', 'GET', '/api/v1/tasks', {
    query: pageQuery.extend({ group: taskGroup.default('unknown') }),
    response: page(taskItem),
  }),
  /** Every step of one contact in one automation that is not over, what is due first on top. */
  ofEnrollment: route('member', 'GET', '/api/v1/enrollments/:enrollmentId/tasks', {
    params: z.object({ enrollmentId: id }),
    response: z.object({ items: z.array(openStep) }),
  }),
  /** How many wait in each group, up to `COUNTED_AT_MOST` + 1. */
  counts: route('member', 'GET', '/api/v1/tasks/counts', { response: taskCounts }),
  /** A person saw whether it happened. */
  settle: route('member', 'POST', '/api/v1/tasks/:taskId/settle', {
    params,
    body: z.object({ happened: z.boolean(), note: z.string().trim().max(500).default('') }),
    response: taskResult,
  }),
  /** The same of several at once; those that were settled meanwhile come back as refused. */
  settleMany: route('member', 'POST', '/api/v1/tasks/settle', {
    body: z.object({ taskIds: z.array(id).min(1).max(100), happened: z.boolean() }),
    response: z.object({ settled: z.array(id), refused: z.array(id) }),
  }),
  /** This text may go out; with `edited` this one instead, exactly as it stands there. */
  approve: route('member', 'POST', '/api/v1/tasks/:taskId/approve', {
    params,
    body: seen.omit({ taskId: true }).extend({
      edited: z
        .object({
          text: z.string().trim().min(1).max(limits.template),
          subject: z.string().trim().max(limits.emailSubject).nullable(),
        })
        .optional(),
    }),
    response: taskResult,
  }),
  /** The texts that were shown; those that changed or were decided meanwhile come back as refused. */
  approveMany: route('member', 'POST', '/api/v1/tasks/approve', {
    body: z.object({ tasks: z.array(seen).min(1).max(100) }),
    response: z.object({ approved: z.array(id), refused: z.array(id) }),
  }),
  /** Asks again, while nothing was done with the approval. */
  withdrawApproval: route('member', 'POST', '/api/v1/tasks/:taskId/withdraw-approval', {
    params,
    response: taskResult,
  }),
  /** Goes past a step that waits for an approval or for data. */
  skip: route('member', 'POST', '/api/v1/tasks/:taskId/skip', { params, response: taskResult }),
  /** Gives the contact the values that the text needs; the step goes on at once. */
  fillIn: route('member', 'POST', '/api/v1/tasks/:taskId/fill-in', {
    params,
    body: z.object({ values: z.record(z.string().max(100), z.string().trim().min(1).max(1000)) }),
    response: taskResult,
  }),
  /** Whether who was shown on LinkedIn is the contact: yes binds and goes on, no takes the link off. */
  confirm: route('member', 'POST', '/api/v1/enrollments/:enrollmentId/confirm', {
    params: z.object({ enrollmentId: id }),
    body: z.object({ isThem: z.boolean() }),
    response: enrollmentView,
  }),
};

/** The same decisions in the side panel, about the own sender profile. */
export const deviceTaskRoutes = {
  approvals: route('device', 'GET', '/api/v1/device/approvals', {
    query: pageQuery,
    response: page(approvalItem),
  }),
  approve: route('device', 'POST', '/api/v1/device/approvals/:taskId/approve', {
    params,
    body: taskRoutes.approve.body,
    response: taskResult,
  }),
  skip: route('device', 'POST', '/api/v1/device/approvals/:taskId/skip', { params, response: taskResult }),
};
