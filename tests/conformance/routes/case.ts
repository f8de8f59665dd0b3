import type { Route } from '#shared/contract/route.ts';
import type { World } from '../fixture.ts';
import type { Input } from '../support.ts';

/** A route as a member calls it. */
export interface Case {
  name: string;
  route: Route;
  input?: (world: World) => Input;
  /** What the owner gets: 200, or the problem that is right here. */
  owner?: number;
  /** What a rep gets who owns nothing of it. */
  rep: number;
  /** Names something of the workspace, so that a stranger gets 404. */
  scoped?: boolean;
  /** Here it finds nothing to change. */
  silent?: boolean;
}

export const mailServer = (port: number) => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  user: 'u',
  password: 'p',
});
export const ofSender =
  (body: unknown = {}) =>
  (w: World): Input => ({ params: { senderId: w.ids.senderId }, body });
export const ofAutomation =
  (body: unknown = {}) =>
  (w: World): Input => ({
    params: { automationId: w.ids.automationId },
    body,
  });
export const ofContact = (w: World): Input => ({ params: { contactId: w.ids.contactId }, body: {} });
