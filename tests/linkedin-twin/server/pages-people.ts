import { labels } from '../labels/index.ts';
import { emberPage } from '../render/frame.ts';
import type { Html } from '../render/html.ts';
import {
  membersMain,
  notAttendingPage,
  notMemberMain,
  peoplePage,
  searchLimitPage,
} from '../render/people.ts';
import type { PeopleView, PersonRow } from '../render/views.ts';
import type { TwinPerson } from '../types.ts';
import {
  belongsTo,
  circleOf,
  degreeFor,
  peopleOf,
  searchPeople,
  takeSearchPage,
} from '../world/directory.ts';
import { messageTerms } from '../world/messages.ts';
import { type Account, fullName, type World } from '../world/world.ts';
import { me } from './entities.ts';
import { frameOf } from './frame.ts';
import type { TwinContext } from './session.ts';

const PER_PAGE = 10;
/** LinkedIn shows no more than 100 pages of one search. */
const PAGES = 100;

/** People search: ten rows a page, one of the month's pages each time. */
export function searchPage(c: TwinContext, world: World, account: Account): Html {
  const found = searchPeople(world, account, {
    keywords: c.req.query('keywords') ?? '',
    network: listIn(c, 'network'),
    eventAttending: listIn(c, 'eventAttending'),
    company: listIn(c, 'currentCompany'),
  });
  if (!takeSearchPage(world, account)) return searchLimitPage(frameOf(world));
  const page = Math.max(1, Number(c.req.query('page') ?? 1) || 1);
  const shown = found.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const pages = Math.min(PAGES, Math.ceil(found.length / PER_PAGE));
  return peoplePage(frameOf(world), peopleView(world, account, 'search', shown, page, pages));
}

/** The member's connections, newest first. */
export function connectionsPage(world: World, account: Account): Html {
  const connected = [...account.relations]
    .filter(([, r]) => r.state === 'connected')
    .sort(([, a], [, b]) => (b.connectedAt ?? 0) - (a.connectedAt ?? 0))
    .map(([profileId]) => world.findPerson(profileId))
    .filter((p) => p !== null);
  return peoplePage(frameOf(world), peopleView(world, account, 'connections', connected));
}

/** Who attends an event; only those who attend see it. */
export function attendeesPage(c: TwinContext, world: World, account: Account): Html | Response {
  const event = circleOf(world, 'event', c.req.param('id') ?? '');
  if (!event) return c.redirect('/404/');
  if (!belongsTo(account, event)) return notAttendingPage(frameOf(world), event.name);
  const people = peopleOf(world, account, event);
  return peoplePage(frameOf(world), peopleView(world, account, 'attendees', people), event.name);
}

/** A group's members, in the old stack; only members see it. */
export function membersPage(c: TwinContext, world: World, account: Account): Html | Response {
  const group = circleOf(world, 'group', c.req.param('id') ?? '');
  if (!group) return c.redirect('/404/');
  const frame = frameOf(world);
  const page = {
    title: `${group.name} | LinkedIn`,
    self: { name: fullName(account.member), me: me(account) },
  };
  if (!belongsTo(account, group)) {
    return emberPage(frame, { ...page, main: notMemberMain(frame, group.name), view: null, script: null });
  }
  const view = peopleView(world, account, 'members', peopleOf(world, account, group));
  return emberPage(frame, { ...page, main: membersMain(frame, group.name, view), view, script: 'people.ts' });
}

function peopleView(
  world: World,
  account: Account,
  layout: PeopleView['layout'],
  people: TwinPerson[],
  page = 1,
  pages = 1,
): PeopleView {
  const among = layout === 'members' || layout === 'attendees';
  return {
    kind: 'people',
    layout,
    rows: people.map((person) => ({
      ...personRow(world, account, person),
      ...(among ? { messageable: true, outside: false } : {}),
    })),
    page,
    pages,
    hydrationDelayMs: world.hydrationDelayMs,
    build: world.build,
    labels: labels[world.locale],
  };
}

/** A person as lists show them to this member. */
export function personRow(world: World, account: Account, person: TwinPerson): PersonRow {
  const { memberId, profileId, slug, firstName, headline, company, location } = person;
  const { state, connectedAt } = world.relation(account, profileId);
  const degree = degreeFor(world, account, person);
  const date = new Intl.DateTimeFormat(world.locale, { dateStyle: 'long', timeZone: 'UTC' });
  return {
    memberId,
    profileId,
    slug,
    firstName,
    headline,
    company,
    location,
    name: fullName(person),
    degree,
    relation: state,
    following: account.following.has(profileId),
    outside: person.outOfNetwork === true && degree === 3,
    followOnly: person.connectPlacement === 'absent' || person.connectPlacement === 'menu',
    connectedOn: state === 'connected' ? date.format(connectedAt ?? 0) : null,
    messageable: ['message', 'open'].includes(messageTerms(world, account, person)),
  };
}

function listIn(c: TwinContext, name: string): string[] {
  try {
    const value: unknown = JSON.parse(c.req.query(name) ?? '[]');
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}
