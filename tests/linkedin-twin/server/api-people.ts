import { labels } from '../labels/index.ts';
import type { TwinPerson } from '../types.ts';
import {
  belongsTo,
  circleOf,
  degreeFor,
  type PeopleQuery,
  peopleOf,
  searchPeople,
  takeSearchPage,
} from '../world/directory.ts';
import { type Account, fullName, type World } from '../world/world.ts';
import { apiError, normalized } from './api-guard.ts';
import { connectionOf, miniProfile, profileEntities, profileUrn } from './entities.ts';
import { restliList, restliValue } from './restli.ts';
import type { TwinContext } from './session.ts';

/** `start` and `count` of a request, as numbers within what the site gives. */
export function pageOf(c: TwinContext, most = 100): { start: number; count: number } {
  const number = (name: string, otherwise: number) => {
    const value = Number(c.req.query(name) ?? restliValue(c.req.query('variables') ?? '', name) ?? otherwise);
    return Number.isInteger(value) && value >= 0 ? value : otherwise;
  };
  return { start: number('start', 0), count: Math.min(number('count', 10), most) };
}

export function peopleQueryOf(text: string): PeopleQuery {
  return {
    keywords: restliValue(text, 'keywords') ?? '',
    network: restliList(text, 'network'),
    eventAttending: restliList(text, 'eventAttending'),
    company: restliList(text, 'currentCompany'),
  };
}

/** People search: at most 50 a request; each request counts as a page of the month's searches. */
export function searchClusters(
  c: TwinContext,
  world: World,
  account: Account,
  root: string | null,
): Response {
  const text = c.req.query('query') ?? c.req.query('variables') ?? '';
  if (root === null && c.req.query('q') !== 'all') return apiError(c, 400, 'BAD_REQUEST');
  const { start, count } = pageOf(c, 50);
  const found = searchPeople(world, account, peopleQueryOf(text));
  const allowed = takeSearchPage(world, account);
  const shown = allowed ? found.slice(start, start + count) : [];
  const items = allowed
    ? shown.map((person) => ({ itemUnion: { '*entityResult': resultUrn(person) } }))
    : [{ itemUnion: { bannerCard: { title: { text: labels[world.locale].searchLimit } } } }];
  const clusters = {
    elements: [{ position: 0, items, $type: 'com.linkedin.voyager.dash.search.SearchClusterViewModel' }],
    metadata: { totalResultCount: found.length, primaryResultType: 'PEOPLE' },
    paging: { start, count, total: found.length },
  };
  const data = root === null ? clusters : { data: { [root]: clusters } };
  return normalized(
    c,
    data,
    shown.map((person) => entityResult(world, account, person)),
  );
}

const resultUrn = (person: TwinPerson) =>
  `urn:li:fsd_entityResultViewModel:(${profileUrn(person.profileId)},SEARCH_SRP,DEFAULT)`;

function entityResult(world: World, account: Account, person: TwinPerson) {
  const text = labels[world.locale];
  const degree = degreeFor(world, account, person);
  const mini = encodeURIComponent(`urn:li:fs_miniProfile:${person.profileId}`);
  const outside = person.outOfNetwork === true && degree === 3;
  return {
    $type: 'com.linkedin.voyager.dash.search.EntityResultViewModel',
    entityUrn: resultUrn(person),
    trackingUrn: `urn:li:member:${person.memberId}`,
    title: { text: outside ? text.outsideMember : fullName(person) },
    primarySubtitle: { text: person.headline },
    secondarySubtitle: { text: person.location },
    summary: null,
    navigationUrl: outside
      ? `https://www.linkedin.com/search/results/people/headless?origin=SEARCH`
      : `https://www.linkedin.com/in/${encodeURIComponent(person.slug)}?miniProfileUrn=${mini}`,
    entityCustomTrackingInfo: {
      memberDistance: outside ? 'OUT_OF_NETWORK' : `DISTANCE_${degree}`,
    },
    badgeText: { text: text[`degree${degree}`].replace('·', '•') },
  };
}

export function connectionList(c: TwinContext, world: World, account: Account): Response {
  const { start, count } = pageOf(c);
  const all = [...account.relations]
    .filter(([, r]) => r.state === 'connected')
    .sort(([, a], [, b]) => (b.connectedAt ?? 0) - (a.connectedAt ?? 0));
  const shown = all.slice(start, start + count).flatMap(([profileId, relation]) => {
    const person = world.findPerson(profileId);
    return person ? [{ person, connection: connectionOf(person, relation) }] : [];
  });
  return normalized(
    c,
    {
      '*elements': shown.map((s) => s.connection.entityUrn),
      paging: { start, count, total: all.length, links: [] },
      $type: 'com.linkedin.restli.common.CollectionResponse',
    },
    shown.flatMap((s) => [s.connection, profileEntities(s.person)[0]]),
  );
}

/** A group's members, for its members only. */
export function groupMembers(c: TwinContext, world: World, account: Account, root: string): Response {
  const id = /fsd_group:(\d+)/.exec(decodeURIComponent(c.req.query('variables') ?? ''))?.[1] ?? '';
  const group = circleOf(world, 'group', id);
  if (!group) return apiError(c, 404, 'NOT_FOUND');
  if (!belongsTo(account, group)) return apiError(c, 403, 'NOT_A_MEMBER');
  const { start, count } = pageOf(c, 50);
  const all = peopleOf(world, account, group);
  const shown = all.slice(start, start + count);
  const urn = (p: TwinPerson) =>
    `urn:li:fsd_groupMembership:(urn:li:fsd_group:${id},${profileUrn(p.profileId)})`;
  return normalized(
    c,
    {
      data: {
        [root]: { '*elements': shown.map(urn), paging: { start, count, total: all.length, links: [] } },
      },
    },
    shown.flatMap((p) => [
      {
        $type: 'com.linkedin.voyager.dash.groups.GroupMembership',
        entityUrn: urn(p),
        status: 'MEMBER',
        '*profile': profileUrn(p.profileId),
      },
      profileEntities(p)[0],
    ]),
  );
}

/** Who reacted to a post, newest first. */
export function reactors(c: TwinContext, world: World, account: Account, root: string): Response {
  const id = /activity:(\d+)/.exec(decodeURIComponent(c.req.query('variables') ?? ''))?.[1] ?? '';
  const found = world.findPost(id);
  if (!found) return apiError(c, 404, 'NOT_FOUND');
  const { start, count } = pageOf(c);
  const all = reactorsOf(world, account, id);
  const shown = all.slice(start, start + count);
  const urn = (p: TwinPerson) => `urn:li:fsd_reaction:(${profileUrn(p.profileId)},urn:li:activity:${id},0)`;
  return normalized(
    c,
    {
      data: {
        [root]: { '*elements': shown.map(urn), paging: { start, count, total: all.length, links: [] } },
      },
    },
    shown.flatMap((p) => [
      {
        $type: 'com.linkedin.voyager.dash.social.Reaction',
        entityUrn: urn(p),
        actorUrn: profileUrn(p.profileId),
        reactionType: 'LIKE',
        reactorLockup: {
          title: { text: fullName(p) },
          subtitle: { text: p.headline },
          navigationUrl: `https://www.linkedin.com/in/${encodeURIComponent(p.slug)}`,
        },
      },
      miniProfile(p),
    ]),
  );
}

/** People who reacted to a post, the member not among them, newest first. */
export function reactorsOf(world: World, account: Account, activityId: string): TwinPerson[] {
  const refs = world.findPost(activityId)?.post.reactors ?? [];
  return refs
    .map((ref) => world.findPerson(ref))
    .filter((p) => p !== null)
    .filter((p) => !p.gone && p.profileId !== account.member.profileId);
}

/** The contact-info overlay's data. */
export function contactInfo(c: TwinContext, world: World, account: Account): Response {
  const person = world.findPerson(c.req.param('slug') ?? '');
  if (!person || person.gone) return apiError(c, 404, 'NOT_FOUND');
  const { connectedAt } = world.relation(account, person.profileId);
  const { email, phone, website } = person.contact ?? {};
  return normalized(c, {
    $type: 'com.linkedin.voyager.identity.profile.ProfileContactInfo',
    emailAddress: email ?? null,
    phoneNumbers: phone ? [{ number: phone, type: 'MOBILE' }] : [],
    websites: website ? [{ url: website }] : [],
    twitterHandles: [],
    connectedAt,
  });
}
