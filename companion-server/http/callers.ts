import type { Context } from 'hono';
import { deviceOfToken } from '../auth/deviceToken.ts';
import { membershipOf } from '../auth/membership.ts';
import type { DeviceCall, MemberCall } from '../services/context.ts';
import { isMember } from '../services/member/members.ts';
import { Refusal } from '../services/refusal.ts';
import type { HttpEnv } from './httpEnv.ts';

const signIn = () =>
  new Refusal(401, 'not_signed_in', 'You are not signed in, or the session ended.', 'Sign in again.');

/** The member behind the session cookie. A bearer token is never accepted here. */
export async function memberCall(c: Context<HttpEnv>): Promise<MemberCall> {
  const services = c.get('services');
  const session = await services.auth.api.getSession({ headers: c.req.raw.headers });
  if (!session) throw signIn();
  const membership = await membershipOf(
    services.db.reader,
    session.user.id,
    session.session.activeOrganizationId ?? null,
  );
  if (!membership) {
    throw new Refusal(
      403,
      'no_workspace',
      'Your account belongs to no workspace.',
      'Ask the owner of the workspace for an invitation.',
    );
  }
  return {
    ...services,
    workspaceId: membership.workspaceId,
    headers: c.req.raw.headers,
    actor: {
      kind: 'member',
      id: session.user.id,
      userId: session.user.id,
      role: membership.role,
      name: session.user.name,
      email: session.user.email,
    },
  };
}

/**
 * Whether the session that a long answer began with still stands, in the same workspace. Unlike a request it does not
 * lengthen the session.
 */
export async function isStillIn(c: Context<HttpEnv>, call: MemberCall): Promise<boolean> {
  const session = await call.auth.api.getSession({
    headers: c.req.raw.headers,
    query: { disableRefresh: true },
  });
  if (session?.user.id !== call.actor.userId) return false;
  return await isMember(call);
}

/** The paired device behind the bearer token. A cookie is never accepted here. */
export async function deviceCall(c: Context<HttpEnv>): Promise<DeviceCall> {
  const services = c.get('services');
  const token = /^Bearer ([A-Za-z0-9_-]{20,100})$/.exec(c.req.header('authorization') ?? '')?.[1];
  const device = token ? await deviceOfToken(services.db.reader, token) : null;
  if (!device) {
    throw new Refusal(
      401,
      'device_not_paired',
      'This browser is not paired any more.',
      'Pair it again in the side panel.',
    );
  }
  return {
    ...services,
    workspaceId: device.workspaceId,
    actor: {
      kind: 'device',
      id: device.deviceId,
      deviceId: device.deviceId,
      senderId: device.senderId,
      userId: device.ownerUserId,
    },
  };
}

/**
 * A write with a cookie must come from a page of this server. Browsers send Origin with every such request; one
 * without must say in Sec-Fetch-Site that it comes from here, and what says neither (no browser) is refused.
 */
export function requireOwnOrigin(c: Context<HttpEnv>): void {
  const origin = c.req.header('origin');
  const own = new Set([new URL(c.req.url).host]);
  const { publicUrl } = c.get('services');
  if (publicUrl) own.add(new URL(publicUrl).host);
  const isOwn = origin
    ? URL.canParse(origin) && own.has(new URL(origin).host)
    : c.req.header('sec-fetch-site') === 'same-origin';
  if (isOwn) return;
  throw new Refusal(
    403,
    'bad_origin',
    `This request does not come from the dashboard (origin ${origin ?? 'missing'}).`,
    'Open the dashboard under the address of the server, or set PUBLIC_URL to the address you use.',
  );
}
