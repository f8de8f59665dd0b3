import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Fault } from '../types.ts';
import { becomeConnected, invite, noteLimit, withdraw } from '../world/invites.ts';
import { unlike } from '../world/reactions.ts';
import type { Account, World } from '../world/world.ts';
import { fullName } from '../world/world.ts';
import { apiError, guarded } from './api-guard.ts';
import { dropConnection, faultAnswer } from './faults.ts';
import { overlayView } from './page-views.ts';
import { parsedBody, requestPath, viaOf } from './request.ts';
import type { Sessions, TwinContext } from './session.ts';

const body = z.object({
  serverRequest: z.object({
    requestedArguments: z.object({
      payload: z.object({
        inviteeUrn: z.object({ memberId: z.string() }).optional(),
        memberUrn: z.object({ memberId: z.string() }).optional(),
        profileUrn: z.object({ profileId: z.string() }).optional(),
        followStateType: z.string().optional(),
        inviteeActionType: z.string().optional(),
        threadUrn: z.string().optional(),
      }),
    }),
  }),
});

const REQUESTS = 'com.linkedin.sdui.requests.mynetwork.';
const UNLIKE = 'com.linkedin.sdui.reactions.delete';
/** Which armed fault a request meets. */
const FAULTS: Record<string, Fault['on']> = {
  addaAddConnection: 'invite',
  addaWithdrawInvitation: 'withdraw',
  addaUpdateFollowState: 'follow',
};

/** The writes of the new (SDUI) pages. Their answer is an RSC stream; only the status matters. */
export function sduiRoutes(app: Hono<{ Bindings: HttpBindings }>, world: World, sessions: Sessions): void {
  const base = '/flagship-web/rsc-action/actions';
  app.post(
    `${base}/server-request`,
    guarded(world, sessions, (c, account) => serverRequest(c, world, account)),
  );
  app.get(
    `${base}/invite-context`,
    guarded(world, sessions, (c, account) => inviteContext(c, world, account)),
  );
  app.get(
    `${base}/overlay-context`,
    guarded(world, sessions, (c, account) => {
      const person = world.findPerson(c.req.query('profileId') ?? '');
      if (!person || person.gone) return apiError(c, 404, 'NOT_FOUND');
      return c.json(overlayView(world, account, person));
    }),
  );
}

async function serverRequest(c: TwinContext, world: World, account: Account): Promise<Response> {
  const parsed = await parsedBody(c, body);
  const id = c.req.query('sduiid') ?? '';
  if (!parsed) return apiError(c, 400, 'BAD_REQUEST');
  const { payload } = parsed.serverRequest.requestedArguments;
  if (id === UNLIKE) {
    unlike(world, account, payload.threadUrn?.split(':').at(-1) ?? '', viaOf(c), requestPath(c));
    return done(c);
  }
  if (!id.startsWith(REQUESTS)) return apiError(c, 400, 'BAD_REQUEST');
  const ref = payload.inviteeUrn?.memberId ?? payload.memberUrn?.memberId ?? payload.profileUrn?.profileId;
  const person = ref ? world.findPerson(ref) : null;
  if (!person) return apiError(c, 404, 'NOT_FOUND');
  const via = viaOf(c);
  const url = requestPath(c);
  const record = (kind: 'follow' | 'unfollow' | 'accept' | 'ignore') =>
    world.record({
      actor: account.member.memberId,
      kind,
      targetProfileId: person.profileId,
      targetSlug: person.slug,
      text: null,
      via,
      url,
    });
  const relation = world.relation(account, person.profileId);
  const name = id.slice(REQUESTS.length);
  const faulty = FAULTS[name];
  const effect = faulty ? world.takeFault(faulty, account.member.memberId) : null;
  const answer = effect && faultAnswer(c, effect);
  if (answer) return answer;
  if (effect === 'error_toast') return apiError(c, 400, 'FAILED');
  // LinkedIn answers 200 even when nothing happened.
  if (effect === 'close_without_success') return done(c);
  switch (name) {
    case 'addaAddConnection': {
      const result = invite(world, account, { person, note: null, email: null, via, url });
      if (!result.ok) return apiError(c, result.status, result.code);
      break;
    }
    case 'addaWithdrawInvitation':
      withdraw(world, account, person, via, url);
      break;
    case 'addaUpdateFollowState':
      if (payload.followStateType === 'FollowStateType_FOLLOW_ACTIVE') {
        account.following.add(person.profileId);
        record('follow');
      } else {
        account.following.delete(person.profileId);
        record('unfollow');
      }
      break;
    case 'addaInvitationAction': {
      if (relation.state !== 'incoming') break;
      const accepted = payload.inviteeActionType === 'InviteeActionType_ACCEPT';
      if (accepted) becomeConnected(world, account, person.profileId, world.clock.now());
      else relation.state = 'none';
      record(accepted ? 'accept' : 'ignore');
      break;
    }
    default:
      return apiError(c, 400, 'BAD_REQUEST');
  }
  return effect === 'drop_after_effect' ? dropConnection(c) : done(c);
}

function done(c: TwinContext): Response {
  return c.body('0:{"ok":true}\n', 200, { 'content-type': 'text/x-component' });
}

/** What the send-invite dialog needs to know before it opens. */
export function inviteContextOf(world: World, account: Account, slug: string) {
  const person = world.findPerson(slug);
  if (!person || person.gone) return null;
  const left = world.notesLeft(account);
  return {
    profileId: person.profileId,
    slug: person.slug,
    name: fullName(person),
    firstName: person.firstName,
    premium: account.member.premium,
    noteLimit: noteLimit(account),
    notesLeft: Number.isFinite(left) ? left : null,
    emailGate: person.connectPlacement === 'email_gate',
    surface: person.inviteSurface ?? 'shadow',
  };
}

function inviteContext(c: TwinContext, world: World, account: Account): Response {
  const context = inviteContextOf(world, account, c.req.query('vanityName') ?? '');
  return context ? c.json(context) : apiError(c, 404, 'NOT_FOUND');
}
