import { z } from 'zod';
import { id, route } from './route.ts';
import { memberRole } from './workspace.ts';

/** Who is in the workspace and as what, how they leave it, and who takes over what they owned (product §8). */

export const memberView = z.object({
  userId: id,
  name: z.string(),
  email: z.string(),
  role: memberRole,
  /** Sender profiles they own: held once they leave. */
  senders: z.number().int(),
});
export type MemberView = z.infer<typeof memberView>;

const params = z.object({ userId: id });

export const memberRoutes = {
  list: route('member', 'GET', '/api/v1/members', { response: z.object({ items: z.array(memberView) }) }),
  /** By an owner, also for themselves while another owner is there. */
  setRole: route('member', 'POST', '/api/v1/members/:userId/role', {
    params,
    body: z.object({ role: memberRole }),
  }),
  /** Their browsers are unpaired and their sender profiles held, in the same transaction. */
  remove: route('member', 'DELETE', '/api/v1/members/:userId', { params }),
  /** The same for oneself. */
  leave: route('member', 'POST', '/api/v1/members/leave', {}),
  /** Another member becomes the owner: by the owner, or by a manager once the owner left. */
  giveSender: route('member', 'POST', '/api/v1/senders/:senderId/owner', {
    params: z.object({ senderId: id }),
    body: z.object({ userId: id }),
  }),
};
