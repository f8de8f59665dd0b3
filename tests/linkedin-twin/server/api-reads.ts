import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { inbox } from '../world/messages.ts';
import type { Account, World } from '../world/world.ts';
import { type ApiHandler, apiError, guarded, normalized } from './api-guard.ts';
import { connectionList, contactInfo, groupMembers, pageOf, reactors, searchClusters } from './api-people.ts';
import {
  conversationEntities,
  conversationUrn,
  followingStateOf,
  me,
  memberRelationship,
  messageEntity,
  messageUrn,
  miniProfile,
  participants,
  profileEntities,
  profileUrn,
  sentInvitationEntities,
} from './entities.ts';
import { rootOfQuery } from './query-ids.ts';
import type { Sessions, TwinContext } from './session.ts';

/** The reads a logged-in page makes, same paths, same shapes. */
export function readRoutes(app: Hono<{ Bindings: HttpBindings }>, world: World, sessions: Sessions): void {
  const api = '/voyager/api';
  const get = (path: string, handler: ApiHandler) =>
    app.get(`${api}/${path}`, guarded(world, sessions, handler));

  get('me', (c, account) => {
    const answer = me(account);
    return normalized(c, answer.data, answer.included);
  });
  get('identity/dash/profiles', (c, account) => profile(c, world, account));
  get('voyagerRelationshipsDashMemberRelationships/:urn', (c, account) => {
    const person = world.findPerson((c.req.param('urn') ?? '').split(':').at(-1) ?? '');
    if (!person || person.gone) return apiError(c, 404, 'NOT_FOUND');
    if (person.unavailable) return apiError(c, 403, 'PROFILE_INACCESSIBLE');
    const answer = memberRelationship(account, person, world.relation(account, person.profileId));
    return normalized(c, answer.data, answer.included);
  });
  get('identity/profiles/:slug/profileContactInfo', (c, account) => contactInfo(c, world, account));
  get('relationships/dash/connections', (c, account) => connectionList(c, world, account));
  get('search/dash/clusters', (c, account) => searchClusters(c, world, account, null));
  get('relationships/sentInvitationViewsV2', (c, account) => sentInvitations(c, world, account));
  get('relationships/invitationViews', (c, account) => receivedInvitations(c, world, account));
  get('voyagerMessagingGraphQL/graphql', (c, account) => graphql(c, world, account));
  get('graphql', (c, account) => graphql(c, world, account));
}

function profile(c: TwinContext, world: World, account: Account): Response {
  if (c.req.query('q') !== 'memberIdentity' || !c.req.query('memberIdentity')) {
    return apiError(c, 400, 'BAD_REQUEST');
  }
  const person = world.findPerson(c.req.query('memberIdentity') ?? '');
  if (!person || person.gone) return apiError(c, 404, 'NOT_FOUND');
  if (person.unavailable) return apiError(c, 403, 'PROFILE_INACCESSIBLE');
  const relationship = memberRelationship(account, person, world.relation(account, person.profileId));
  return normalized(
    c,
    {
      '*elements': [profileUrn(person.profileId)],
      paging: { start: 0, count: 10, total: 1, links: [] },
      $type: 'com.linkedin.restli.common.CollectionResponse',
    },
    [
      ...profileEntities(person),
      relationship.data,
      ...relationship.included,
      followingStateOf(account, person),
    ],
  );
}

function sentInvitations(c: TwinContext, world: World, account: Account): Response {
  if (c.req.query('q') !== 'invitationType') return apiError(c, 400, 'BAD_REQUEST');
  const { start, count } = pageOf(c);
  const pending = [...account.relations]
    .filter(([, r]) => r.state === 'pending')
    .sort(([, a], [, b]) => (b.invitedAt ?? 0) - (a.invitedAt ?? 0))
    .slice(start, start + count);
  return normalized(
    c,
    {
      '*elements': pending.map(([, r]) => `urn:li:fs_relSentInvitationViewV2:${r.invitationId}`),
      paging: { start, count, links: [] },
      $type: 'com.linkedin.restli.common.CollectionResponse',
    },
    pending.flatMap(([profileId, relation]) => {
      const person = world.findPerson(profileId);
      return person ? sentInvitationEntities(person, relation) : [];
    }),
  );
}

function receivedInvitations(c: TwinContext, world: World, account: Account): Response {
  if (c.req.query('q') !== 'receivedInvitation') return apiError(c, 400, 'BAD_REQUEST');
  const { start, count } = pageOf(c);
  const incoming = [...account.relations]
    .filter(([, r]) => r.state === 'incoming')
    .slice(start, start + count);
  return normalized(
    c,
    {
      '*elements': incoming.map(([, r]) => `urn:li:fs_relInvitationView:${r.invitationId}`),
      paging: { start, count, total: 0, links: [] },
    },
    incoming.flatMap(([profileId, relation]) => {
      const person = world.findPerson(profileId);
      if (!person) return [];
      const invitation = {
        $type: 'com.linkedin.voyager.relationships.invitation.Invitation',
        entityUrn: `urn:li:fs_relInvitation:${relation.invitationId}`,
        invitationType: 'RECEIVED',
        sharedSecret: 'SAMPLE',
        '*fromMember': `urn:li:fs_miniProfile:${profileId}`,
        fromMemberId: profileId,
        sentTime: relation.invitedAt,
        message: relation.note,
        unseen: true,
      };
      return [invitation, miniProfile(person)];
    }),
  );
}

/** The GraphQL reads; a query id of another deploy gets a 400. */
function graphql(c: TwinContext, world: World, account: Account): Response {
  const queryId = c.req.query('queryId') ?? '';
  const variables = c.req.query('variables') ?? '';
  const root = rootOfQuery(world, queryId);
  switch (root && queryId.split('.')[0]) {
    case 'messengerConversations':
      return conversationList(c, world, account, root ?? '', variables);
    case 'messengerMessages':
      return messageList(c, world, account, root ?? '', variables);
    case 'voyagerSearchDashClusters':
      return searchClusters(c, world, account, root);
    case 'voyagerGroupsDashGroupMemberships':
      return groupMembers(c, world, account, root ?? '');
    case 'voyagerSocialDashReactions':
      return reactors(c, world, account, root ?? '');
    default:
      return c.json({ status: 400, message: `Unknown query id ${queryId.split('.')[0]}` }, 400);
  }
}

function conversationList(
  c: TwinContext,
  world: World,
  account: Account,
  root: string,
  variables: string,
): Response {
  const recipients = /recipients:List\(([^)]*)\)/.exec(variables)?.[1] ?? null;
  const count = Number(/count:(\d+)/.exec(variables)?.[1] ?? 20);
  const from = Number(/nextCursor:page-(\d+)/.exec(variables)?.[1] ?? 0);
  const all = inbox(account).filter((t) => recipients === null || recipients.includes(t.profileId));
  const threads = all.slice(from, from + count);
  const nextCursor = from + count < all.length ? `page-${from + count}` : null;
  return normalized(
    c,
    {
      data: {
        [root]: {
          metadata: { nextCursor, newSyncToken: 'SAMPLE' },
          '*elements': threads.map((t) => conversationUrn(account.member.profileId, t.id)),
        },
      },
    },
    threads.flatMap((t) => conversationEntities(world, account, t)),
  );
}

function messageList(
  c: TwinContext,
  world: World,
  account: Account,
  root: string,
  variables: string,
): Response {
  const threadId = /,(2-[^,()]+)\)/.exec(variables)?.[1] ?? '';
  const thread = account.threads.get(threadId);
  if (!thread) return c.json({ data: { errors: [{ message: 'conversation not found' }] } }, 200);
  const self = account.member.profileId;
  const newest = [...thread.messages].sort((a, b) => a.at - b.at).slice(-20);
  return normalized(
    c,
    {
      data: {
        [root]: {
          '*elements': newest.map((m) => messageUrn(self, m.id)),
          metadata: { newSyncToken: 'SAMPLE', prevCursor: null },
        },
      },
    },
    [...participants(world, account, thread), ...newest.map((m) => messageEntity(account, thread, m))],
  );
}
