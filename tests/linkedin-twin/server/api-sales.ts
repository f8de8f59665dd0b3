import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { TwinPerson } from '../types.ts';
import { circleOf, degreeFor, peopleOf, searchPeople } from '../world/directory.ts';
import { invite } from '../world/invites.ts';
import { inbox, messageTerms, sendMessage, unreadCount } from '../world/messages.ts';
import { type Account, fullName, type World } from '../world/world.ts';
import { type ApiHandler, apiError, guarded } from './api-guard.ts';
import { pageOf, peopleQueryOf } from './api-people.ts';
import { dropConnection, faultAnswer } from './faults.ts';
import { parsedBody, requestPath, viaOf } from './request.ts';
import type { Sessions, TwinContext } from './session.ts';

/** LinkedIn shows at most this many leads of one search. */
const SEARCH_DEPTH = 2500;

const messageBody = z.object({
  createMessageRequest: z.object({
    recipients: z.array(z.string()).length(1),
    subject: z.string().max(200).optional(),
    body: z.string().min(1).max(1900),
    trackingId: z.string().min(1),
    copyToCrm: z.boolean(),
    threadId: z.string().optional(),
  }),
});

/** Sales Navigator's own API; without a seat it answers 403. */
export function salesRoutes(app: Hono<{ Bindings: HttpBindings }>, world: World, sessions: Sessions): void {
  const seat =
    (handler: ApiHandler): ApiHandler =>
    (c, account) =>
      account.member.salesNavigator ? handler(c, account) : c.json({ status: 403 }, 403);
  const get = (path: string, handler: ApiHandler) =>
    app.get(`/sales-api/${path}`, guarded(world, sessions, seat(handler)));
  const post = (path: string, handler: ApiHandler) =>
    app.post(`/sales-api/${path}`, guarded(world, sessions, seat(handler)));

  get('salesApiLeadSearch', (c, account) => leads(c, world, account, leadsOf(world, account, c)));
  get('salesApiPeopleSearch', (c, account) => {
    const id = /fs_salesList(?::|%3A)(\d+)|list:(\d+)/.exec(c.req.query('query') ?? '');
    const list = circleOf(world, 'sales_list', id?.[1] ?? id?.[2] ?? '');
    return list ? leads(c, world, account, peopleOf(world, account, list)) : apiError(c, 404, 'NOT_FOUND');
  });
  get('salesApiLists', (c) => {
    const lists = world.circles.filter((circle) => circle.kind === 'sales_list');
    const elements = lists.map((list) => ({
      id: list.id,
      name: list.name,
      listType: 'LEAD',
      entityCount: list.people.length,
    }));
    return c.json({ elements, paging: { start: 0, count: 100, total: elements.length, links: [] } });
  });
  get('salesApiProfiles/:key', (c, account) => {
    const person = world.findPerson(/profileId:([^,)]+)/.exec(c.req.param('key') ?? '')?.[1] ?? '');
    if (!person || person.gone) return apiError(c, 404, 'NOT_FOUND');
    return c.json(salesProfile(world, account, person));
  });
  get('salesApiCredits', (c, account) =>
    c.json({
      elements: [{ type: 'LSS_INMAIL', value: account.inmailCredits, id: 1 }],
      paging: { count: 10, start: 0 },
    }),
  );
  get('salesApiMessagingThreads', (c, account) => c.json(threads(world, account)));
  post('salesApiConnection', (c, account) => connect(c, world, account));
  post('salesApiMessageActions', (c, account) => message(c, world, account));
  app.all('/sales-api/*', (c) => c.json({ status: 404 }, 404));
}

/** The lead's key as Sales Navigator writes it. */
export function salesKey(person: { profileId: string }): string {
  return `${person.profileId.replace(/^ACoAA/, 'ACwAA')},NAME_SEARCH,${person.profileId.slice(-4)}`;
}

const salesUrn = (person: { profileId: string }) => `urn:li:fs_salesProfile:(${salesKey(person)})`;

/** The people of a lead search: a saved one, or by keywords. */
export function leadsOf(world: World, account: Account, c: TwinContext): TwinPerson[] {
  const saved = c.req.query('savedSearchId');
  const circle = saved ? circleOf(world, 'saved_search', saved) : null;
  if (saved) return circle ? peopleOf(world, account, circle) : [];
  return searchPeople(world, account, peopleQueryOf(c.req.query('query') ?? '')).slice(0, SEARCH_DEPTH);
}

function leads(c: TwinContext, world: World, account: Account, found: TwinPerson[]): Response {
  const { start, count } = pageOf(c);
  const elements = found.slice(start, start + count).map((person) => ({
    fullName: fullName(person),
    firstName: person.firstName,
    lastName: person.lastName,
    geoRegion: person.location,
    degree: degreeFor(world, account, person),
    entityUrn: salesUrn(person),
    objectUrn: `urn:li:member:${person.memberId}`,
    pendingInvitation: world.relation(account, person.profileId).state === 'pending',
    saved: false,
    currentPositions: [{ title: person.headline, companyName: person.company }],
    pastPositions: [],
  }));
  return c.json({
    elements,
    paging: { start, count, total: found.length, links: [] },
    metadata: { totalDisplayCount: String(found.length) },
  });
}

function salesProfile(world: World, account: Account, person: TwinPerson) {
  const terms = messageTerms(world, account, person);
  return {
    fullName: fullName(person),
    headline: person.headline,
    degree: degreeFor(world, account, person),
    defaultPosition: { title: person.headline, companyName: person.company },
    inmailRestriction: terms === 'refused' ? 'NO_INMAIL' : 'NO_RESTRICTION',
    memberBadges: { openLink: person.openProfile ?? false, premium: false },
    flagshipProfileUrl: `https://www.linkedin.com/in/${person.slug}`,
    objectUrn: `urn:li:member:${person.memberId}`,
    entityUrn: salesUrn(person),
  };
}

function threads(world: World, account: Account) {
  const self = `urn:li:fs_salesProfile:(SELF,NAME_SEARCH,tok2)`;
  const elements = inbox(account).flatMap((thread) => {
    const person = world.findPerson(thread.profileId);
    if (!person) return [];
    const newest = [...thread.messages].sort((a, b) => b.at - a.at);
    return [
      {
        id: thread.id,
        unreadMessageCount: unreadCount(thread),
        archived: false,
        totalMessageCount: thread.messages.length,
        participants: [salesUrn(person), self],
        messages: newest.map((m) => ({
          id: m.id,
          author: m.fromProfileId === person.profileId ? salesUrn(person) : self,
          body: m.text,
          deliveredAt: m.at,
          type: 'MEMBER_TO_MEMBER',
        })),
      },
    ];
  });
  return { elements };
}

async function connect(c: TwinContext, world: World, account: Account): Promise<Response> {
  const effect = world.takeFault('invite', account.member.memberId);
  const answer = effect && faultAnswer(c, effect);
  if (answer) return answer;
  if (effect === 'error_toast') return apiError(c, 400, 'INVITATION_FAILED');
  if (effect === 'close_without_success') return c.json({ value: {} });
  const body = await parsedBody(c, z.object({ member: z.string(), message: z.string().optional() }));
  const person = body && world.findPerson(body.member);
  if (!body || !person) return apiError(c, 400, 'BAD_REQUEST');
  const result = invite(world, account, {
    person,
    note: body.message || null,
    email: null,
    via: viaOf(c),
    url: requestPath(c),
  });
  if (effect === 'drop_after_effect') return dropConnection(c);
  return result.ok ? c.json({ value: {} }) : apiError(c, result.status, result.code);
}

async function message(c: TwinContext, world: World, account: Account): Promise<Response> {
  const effect = world.takeFault('message', account.member.memberId);
  const answer = effect && faultAnswer(c, effect);
  if (answer) return answer;
  if (effect === 'error_toast') return apiError(c, 400, 'MESSAGE_FAILED');
  if (effect === 'close_without_success') return c.json({ value: {} });
  const body = await parsedBody(c, messageBody);
  const request = body?.createMessageRequest;
  const person = world.findPerson(/\(([^,)]+)/.exec(request?.recipients[0] ?? '')?.[1] ?? '');
  if (!request || !person) return apiError(c, 400, 'BAD_REQUEST');
  const sent = sendMessage(world, account, {
    person,
    text: request.body,
    subject: request.subject ?? null,
    via: viaOf(c),
    url: requestPath(c),
  });
  if (effect === 'drop_after_effect') return dropConnection(c);
  return sent
    ? c.json({ value: { threadId: sent.thread.id } })
    : apiError(c, 403, 'RECIPIENT_NOT_MESSAGEABLE');
}
