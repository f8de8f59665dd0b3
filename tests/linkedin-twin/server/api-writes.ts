import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { z } from 'zod';
import { invite, withdraw } from '../world/invites.ts';
import { sendMessage } from '../world/messages.ts';
import { like } from '../world/reactions.ts';
import type { Account, World } from '../world/world.ts';
import { type ApiHandler, apiError, guarded, normalized } from './api-guard.ts';
import { sduiRoutes } from './api-sdui.ts';
import { conversationUrn, messageUrn, profileUrn } from './entities.ts';
import { dropConnection, faultAnswer } from './faults.ts';
import { parsedBody, requestPath, viaOf } from './request.ts';
import type { Sessions, TwinContext } from './session.ts';

const inviteBody = z.object({
  invitee: z.object({
    inviteeUnion: z.object({ memberProfile: z.string().startsWith('urn:li:fsd_profile:') }),
    email: z.string().optional(),
  }),
  customMessage: z.string().min(1).optional(),
});

const messageBody = z.object({
  message: z.object({
    body: z.object({ text: z.string().min(1).max(8000), attributes: z.array(z.unknown()).optional() }),
    conversationUrn: z.string().optional(),
    originToken: z.string().min(1),
    subject: z.string().nullable().optional(),
  }),
  mailboxUrn: z.string().startsWith('urn:li:fsd_profile:'),
  trackingId: z.string().min(1),
  hostRecipientUrns: z.array(z.string()).min(1).optional(),
});

/** The writes a logged-in page makes; each one that has an effect lands in the ledger. */
export function writeRoutes(app: Hono<{ Bindings: HttpBindings }>, world: World, sessions: Sessions): void {
  const api = '/voyager/api';
  const post = (path: string, handler: ApiHandler) =>
    app.post(`${api}/${path}`, guarded(world, sessions, handler));

  post('voyagerRelationshipsDashMemberRelationships', (c, account) => createInvite(c, world, account));
  post('voyagerRelationshipsDashInvitations/:urn', (c, account) => {
    if (c.req.query('action') !== 'withdraw') return apiError(c, 400, 'BAD_REQUEST');
    const id = (c.req.param('urn') ?? '').split(':').at(-1);
    const found = [...account.relations].find(([, r]) => r.invitationId === id && r.state === 'pending');
    const person = found && world.findPerson(found[0]);
    if (person) withdraw(world, account, person, viaOf(c), requestPath(c));
    return normalized(c, { $type: 'com.linkedin.restli.common.ActionResponse' });
  });
  post('relationships/dash/connections', async (c, account) => {
    const body = await parsedBody(c, z.object({ connectedMember: z.string() }));
    const person = body && world.findPerson(body.connectedMember.split(':').at(-1) ?? '');
    if (!person || c.req.query('action') !== 'removeFromMyConnections') {
      return apiError(c, 400, 'BAD_REQUEST');
    }
    world.relation(account, person.profileId).state = 'none';
    world.record({
      actor: account.member.memberId,
      kind: 'remove_connection',
      targetProfileId: person.profileId,
      targetSlug: person.slug,
      text: null,
      via: viaOf(c),
      url: requestPath(c),
    });
    return c.body('', 200);
  });
  post('voyagerSocialDashReactions', (c, account) => react(c, world, account));
  post('voyagerMessagingDashMessengerMessages', (c, account) => createMessage(c, world, account));
  sduiRoutes(app, world, sessions);
}

async function react(c: TwinContext, world: World, account: Account): Promise<Response> {
  const effect = world.takeFault('like', account.member.memberId);
  const answer = effect && faultAnswer(c, effect);
  if (answer) return answer;
  if (effect === 'error_toast') return apiError(c, 400, 'FAILED');
  if (effect === 'close_without_success') return c.body('', 201);
  const body = await parsedBody(c, z.object({ reactionType: z.literal('LIKE') }));
  if (c.req.query('threadUrn')?.startsWith('urn:li:comment:')) {
    // No careful tool likes a comment.
    world.record({
      actor: account.member.memberId,
      kind: 'stray',
      targetProfileId: null,
      targetSlug: null,
      text: null,
      via: viaOf(c),
      url: requestPath(c),
    });
    return c.body('', 201);
  }
  const activityId = c.req.query('threadUrn')?.split(':').at(-1) ?? '';
  if (!body) return apiError(c, 400, 'BAD_REQUEST');
  if (!like(world, account, activityId, viaOf(c), requestPath(c))) return apiError(c, 404, 'NOT_FOUND');
  return effect === 'drop_after_effect' ? dropConnection(c) : c.body('', 201);
}

async function createInvite(c: TwinContext, world: World, account: Account): Promise<Response> {
  const effect = world.takeFault('invite', account.member.memberId);
  const answer = effect && faultAnswer(c, effect);
  if (answer) return answer;
  if (effect === 'error_toast') return apiError(c, 400, 'INVITATION_FAILED');
  if (effect === 'close_without_success') return normalized(c, { status: 400 });
  const body = await parsedBody(c, inviteBody);
  if (!body || c.req.query('action') !== 'verifyQuotaAndCreateV2') return apiError(c, 400, 'BAD_REQUEST');
  const person = world.findPerson(body.invitee.inviteeUnion.memberProfile.split(':').at(-1) ?? '');
  if (!person) return apiError(c, 404, 'NOT_FOUND');
  const result = invite(world, account, {
    person,
    note: body.customMessage ?? null,
    email: body.invitee.email ?? null,
    via: viaOf(c),
    url: requestPath(c),
  });
  if (effect === 'drop_after_effect') return dropConnection(c);
  if (!result.ok) return apiError(c, result.status, result.code);
  return normalized(c, {
    value: {
      invitationUrn: `urn:li:fsd_invitation:${result.invitationId}`,
      '*inviteeResolutionResult': profileUrn(person.profileId),
      ...(result.approachingLimit ? { fuseLimitWarning: true } : {}),
      $type: 'com.linkedin.voyager.dash.relationships.invitation.InvitationCreationResult',
    },
    $type: 'com.linkedin.restli.common.ActionResponse',
  });
}

async function createMessage(c: TwinContext, world: World, account: Account): Promise<Response> {
  const effect = world.takeFault('message', account.member.memberId);
  const answer = effect && faultAnswer(c, effect);
  if (answer) return answer;
  if (effect === 'error_toast') return apiError(c, 400, 'MESSAGE_FAILED');
  if (effect === 'close_without_success') return normalized(c, { status: 400 });
  const body = await parsedBody(c, messageBody);
  const self = account.member.profileId;
  if (!body || c.req.query('action') !== 'createMessage' || body.mailboxUrn !== profileUrn(self)) {
    return apiError(c, 400, 'BAD_REQUEST');
  }
  const threadId = /,(2-[^,()]+)\)/.exec(body.message.conversationUrn ?? '')?.[1];
  const target = threadId
    ? account.threads.get(threadId)?.profileId
    : body.hostRecipientUrns?.[0]?.split(':').at(-1);
  const person = target ? world.findPerson(target) : null;
  if (!person) return apiError(c, 404, 'NOT_FOUND');
  const sent = sendMessage(world, account, {
    person,
    text: body.message.body.text,
    subject: body.message.subject ?? null,
    via: viaOf(c),
    url: requestPath(c),
  });
  if (effect === 'drop_after_effect') return dropConnection(c);
  if (!sent) return apiError(c, 403, 'RECIPIENT_NOT_MESSAGEABLE');
  return normalized(c, {
    value: {
      entityUrn: messageUrn(self, sent.message.id),
      conversationUrn: conversationUrn(self, sent.thread.id),
      deliveredAt: sent.message.at,
      originToken: body.message.originToken,
      body: { text: sent.message.text, attributes: [] },
    },
  });
}
