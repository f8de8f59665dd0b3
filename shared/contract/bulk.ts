import { z } from 'zod';
import { bulkInput, bulkSelection } from '#shared/automation/bulk.ts';
import { id, instant, route } from './route.ts';

/** One action on many contacts of an automation, as its progress is shown. */
export const bulkView = z.object({
  id,
  automationId: id,
  input: bulkInput,
  /** `undoing` and `undone` after an undo; `stopped` by a person. */
  state: z.enum(['running', 'done', 'stopped', 'undoing', 'undone']),
  total: z.number().int(),
  changed: z.number().int(),
  skipped: z.number().int(),
  restored: z.number().int(),
  /** Why contacts were left as they are, or what to know about those that changed, the most frequent first. */
  notes: z.array(z.object({ note: z.string(), sentence: z.string(), contacts: z.number().int() })),
  /** Until when it can be undone; null: it cannot. */
  undoUntil: instant.nullable(),
  createdAt: instant,
});
export type BulkView = z.infer<typeof bulkView>;

const ofAutomation = z.object({ automationId: id });
const ofBulk = z.object({ bulkId: id });

export const bulkRoutes = {
  /** The latest ones of an automation, newest first. */
  list: route('member', 'GET', '/api/v1/automations/:automationId/bulk', {
    params: ofAutomation,
    response: z.object({ items: z.array(bulkView) }),
  }),
  /** Takes it on; the server works it off and tells how far it is. A rep reaches the contacts of their own profiles. */
  start: route('member', 'POST', '/api/v1/automations/:automationId/bulk', {
    params: ofAutomation,
    body: z.object({ input: bulkInput, selection: bulkSelection }),
    response: bulkView,
  }),
  /** Before a sender profile is fixed for them: how many are not connected to it. Changes nothing. */
  checkSender: route('member', 'POST', '/api/v1/automations/:automationId/bulk/check-sender', {
    params: ofAutomation,
    body: z.object({ senderId: id, selection: bulkSelection }),
    response: z.object({
      contacts: z.number().int(),
      notConnected: z.number().int(),
      /** There are more contacts than were looked at. */
      atLeast: z.boolean(),
    }),
  }),
  get: route('member', 'GET', '/api/v1/bulk/:bulkId', { params: ofBulk, response: bulkView }),
  /** What was done stays done. */
  stop: route('member', 'POST', '/api/v1/bulk/:bulkId/stop', { params: ofBulk, response: bulkView }),
  /** Puts back those that nobody changed since, within 24 hours. */
  undo: route('member', 'POST', '/api/v1/bulk/:bulkId/undo', { params: ofBulk, response: bulkView }),
};
