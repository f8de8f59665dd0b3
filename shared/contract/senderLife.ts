import { z } from 'zod';
import { id, instant, route } from './route.ts';
import { senderView } from './sender.ts';

/** The end of a sender profile, its way back, and the rep's consent (product §2.4, promise 3). */

export const deletedSenderView = z.object({
  id,
  name: z.string(),
  ownerName: z.string(),
  deletedAt: instant,
  /** When the recycle bin lets go of it. */
  purgedAt: instant,
  /** Its contacts are still being canceled; a restore has to wait for that. */
  leaving: z.boolean(),
});
export type DeletedSenderView = z.infer<typeof deletedSenderView>;

const params = z.object({ senderId: id });
const bin = z.object({ items: z.array(deletedSenderView) });

export const senderLifeRoutes = {
  /** `finish`: retires and is deleted when its last task ends. `cancel`: disconnects at once, its contacts end. */
  delete: route('member', 'POST', '/api/v1/senders/:senderId/delete', {
    params,
    body: z.object({ tasks: z.enum(['finish', 'cancel']) }),
  }),
  /** Takes back a deletion that lets tasks finish, or brings a profile back from the recycle bin. */
  restore: route('member', 'POST', '/api/v1/senders/:senderId/restore', { params, response: senderView }),
  deleted: route('member', 'GET', '/api/v1/deleted-senders', { response: bin }),
  /** The rep agrees to automation or withdraws, for all profiles of theirs at once. */
  consent: route('member', 'POST', '/api/v1/senders/:senderId/consent', {
    params,
    body: z.object({ version: z.number().int().min(1), agreed: z.boolean() }),
    response: senderView,
  }),
};
