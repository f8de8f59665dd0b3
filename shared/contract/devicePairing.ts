import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { id, route } from './route.ts';

/** How a browser becomes the device of a sender profile. Times in seconds, as RFC 8628 has them. */

const pairingCode = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number(),
  interval: z.number(),
});
export type PairingCode = z.infer<typeof pairingCode>;

export const pairRoutes = {
  /** RFC 8628: the code for the side panel. Served by the auth library. */
  code: route('public', 'POST', '/api/auth/device/code', {
    body: z.object({ client_id: z.literal('rapport-extension') }),
    response: pairingCode,
  }),
  /**
   * One poll. `pending` and `slow_down` (add 5 s) are answers, not errors. On approval the server makes the
   * device and answers its token once; the library's session for the exchange is ended at once.
   */
  token: route('public', 'POST', '/api/v1/device/token', {
    body: z.object({
      deviceCode: z.string().max(200),
      userCode: z.string().max(20),
      name: z.string().trim().min(1).max(limits.name),
      extensionVersion: z.string().max(40),
    }),
    response: z.discriminatedUnion('state', [
      z.object({ state: z.literal('pending') }),
      z.object({ state: z.literal('slow_down') }),
      z.object({ state: z.literal('denied') }),
      z.object({ state: z.literal('expired') }),
      z.object({
        state: z.literal('paired'),
        token: z.string(),
        deviceId: id,
        senderId: id,
        senderName: z.string(),
      }),
    ]),
  }),
};
