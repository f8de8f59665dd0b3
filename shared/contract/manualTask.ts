import { z } from 'zod';
import { whoMustAct } from '#shared/statuses/engine.ts';
import { id, instant, page, pageQuery, route } from './route.ts';

/** What automations ask of people: tasks they wait for, and notices they do not wait for. */

export const manualTaskView = z.object({
  id,
  kind: z.enum(['call', 'custom']),
  state: z.enum(['ready', 'done', 'skipped', 'canceled']),
  /** With the contact's own data filled in. */
  instruction: z.string(),
  sentence: z.string(),
  whoMustAct,
  dueAt: instant,
  overdue: z.boolean(),
  contactId: id,
  contactName: z.string(),
  senderId: id,
  senderName: z.string(),
  automationId: id,
  automationName: z.string(),
  note: z.string().nullable(),
});
export type ManualTaskView = z.infer<typeof manualTaskView>;

export const manualTaskRoutes = {
  /** The rep did it, or goes past it; the contact goes on to the next step. */
  complete: route('member', 'POST', '/api/v1/manual-tasks/:manualTaskId/complete', {
    params: z.object({ manualTaskId: id }),
    body: z.object({ result: z.enum(['done', 'skipped']), note: z.string().trim().max(2000).default('') }),
    response: manualTaskView,
  }),
};

export const notificationView = z.object({
  id,
  text: z.string(),
  contactId: id,
  contactName: z.string(),
  automationId: id,
  automationName: z.string(),
  at: instant,
});

export const notificationRoutes = {
  /** What the member has not seen yet, newest first. */
  list: route('member', 'GET', '/api/v1/notifications', {
    query: pageQuery,
    response: page(notificationView),
  }),
  seen: route('member', 'POST', '/api/v1/notifications/:notificationId/seen', {
    params: z.object({ notificationId: id }),
  }),
};
