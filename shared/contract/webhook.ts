import { z } from 'zod';
import { route } from './route.ts';

/** What a receiver of the Webhook nodes' calls needs. */
export const webhookRoutes = {
  /** The secret that signs them: HMAC-SHA256 over "<t>.<body>", in the header Rapport-Signature as "t=…,v1=…". */
  revealSecret: route('member', 'POST', '/api/v1/webhooks/secret', {
    response: z.object({ secret: z.string() }),
  }),
};
