import { z } from 'zod';
import { id, instant, page, pageQuery, route } from './route.ts';

export const failedWebhook = z.object({
  id,
  contactId: id,
  contactName: z.string(),
  automationId: id,
  automationName: z.string(),
  /** Of the address; the rest of it may hold a secret. */
  host: z.string(),
  /** The last answer: a status code, or why there was none. */
  answer: z.string().nullable(),
  attempts: z.number().int(),
  failedAt: instant,
});
export type FailedWebhook = z.infer<typeof failedWebhook>;

/** Decided about in one request. */
export const WEBHOOKS_AT_ONCE = 500;

export const webhookRoutes = {
  /** The secret that signs them: HMAC-SHA256 over "<t>.<body>", in the header Rapport-Signature as "t=…,v1=…". */
  revealSecret: route('member', 'POST', '/api/v1/webhooks/secret', {
    response: z.object({ secret: z.string() }),
  }),
  /** Calls that were given up and nobody has decided about, newest first. */
  failed: route('member', 'GET', '/api/v1/webhooks/failed', {
    query: pageQuery,
    response: page(failedWebhook),
  }),
  /** `retry`: made again at once, with the same request id; `leave`: not. Without ids: the newest 500. */
  decide: route('member', 'POST', '/api/v1/webhooks/failed', {
    body: z.object({
      action: z.enum(['retry', 'leave']),
      ids: z.array(id).min(1).max(WEBHOOKS_AT_ONCE).optional(),
    }),
    response: z.object({ decided: z.number().int() }),
  }),
};
