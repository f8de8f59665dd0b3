import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkedinListOf } from '#shared/identity/linkedinList.ts';
import { must } from '#shared/kernel/assert.ts';
import type { ListPage, ListRead } from '#shared/protocol/lists.ts';
import { call } from './support/call.ts';
import { hide, openWorld, person, rep, type World } from './support/twin.ts';

/** The lists of people that can be imported, read by the page's own GETs: every person once, with their ids. */

const crowd = Array.from({ length: 43 }, (_, each) =>
  person(String(7000 + each), { lastName: `Crowd ${each}`, posts: [] }),
);
const ids = crowd.map(({ profileId }) => profileId);
const seller = { ...rep, salesNavigator: true };

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld(seller);
  const { control } = world.twin;
  for (const someone of crowd) control.addPerson(someone);
  const poster = person('8000', {
    posts: [{ activityId: '7123456789012345678', text: 'Hello', reactors: ids }],
  });
  control.addPerson(poster);
  control.setCircle({ kind: 'group', id: '77', name: 'Freight', people: [seller.profileId, ...ids] });
  control.setCircle({ kind: 'event', id: '88', name: 'Day', people: [seller.profileId, ...ids] });
  control.setCircle({ kind: 'sales_list', id: '99', name: 'Leads', people: ids.slice(0, 6) });
  for (const { slug } of crowd) control.setRelation(seller.memberId, slug, 'connected');
  page = await world.context.newPage();
  await page.goto('https://www.linkedin.com/feed/');
});
afterAll(() => world.close());

const read = (url: string, start: number): Promise<ListRead> =>
  call(page, 'readListPage', {
    list: must(linkedinListOf(url), 'list'),
    start,
    count: 100,
    expectedMemberId: seller.memberId,
  });

async function readAll(url: string): Promise<{ people: ListPage['people']; pages: number }> {
  const people: ListPage['people'] = [];
  let pages = 0;
  for (let start: number | null = 0; start !== null && pages < 20; pages++) {
    const answer = await read(url, start);
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    people.push(...answer.value.people);
    start = answer.value.next;
  }
  return { people, pages };
}

test.each([
  ['https://www.linkedin.com/search/results/people/?keywords=crowd', 5],
  ['https://www.linkedin.com/mynetwork/invite-connect/connections/', 2],
  ['https://www.linkedin.com/events/88/attendees/', 5],
  ['https://www.linkedin.com/groups/77/members/', 5],
  ['https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345678/', 5],
  ['https://www.linkedin.com/sales/search/people?query=(keywords%3Acrowd)', 2],
])('%s', async (url, pages) => {
  const all = await readAll(url);
  expect(new Set(all.people.map(({ slug }) => slug))).toEqual(new Set(crowd.map(({ slug }) => slug)));
  expect(all.people).toHaveLength(crowd.length);
  expect(all.pages).toBe(pages);
  const [first] = all.people;
  const who = must(
    crowd.find(({ slug }) => slug === first?.slug),
    'person',
  );
  expect(first).toMatchObject({ memberId: who.memberId, name: `Lena ${who.lastName}` });
  if (!url.includes('/sales/')) expect(first?.profileId).toBe(who.profileId);
});

test('a Sales Navigator list leads to the public profiles', async () => {
  const { people } = await readAll('https://www.linkedin.com/sales/lists/people/99');
  expect(people.map(({ slug }) => slug)).toEqual(crowd.slice(0, 6).map(({ slug }) => slug));
});

test('LinkedIn’s own search limit is told from the end of the list', async () => {
  world.twin.control.setQuota(seller.memberId, { searchPagesLeft: 1 });
  const url = 'https://www.linkedin.com/search/results/people/?keywords=crowd';
  expect(await read(url, 0)).toMatchObject({ ok: true, value: { next: 10 } });
  expect(await read(url, 10)).toMatchObject({ ok: false, error: { code: 'search_limit_reached' } });
  world.twin.control.setQuota(seller.memberId, { searchPagesLeft: 1000 });
  expect(await read(url, 40)).toMatchObject({ ok: true, value: { next: null } });
});

test('an empty page before the end is an error that keeps the place, not the end', async () => {
  const empty = { '*elements': [], paging: { start: 40, count: 40, total: 43 } };
  const address = '**/relationships/dash/connections?*';
  await page.route(address, (route) => route.fulfill({ json: { data: empty, included: [] } }));
  const url = 'https://www.linkedin.com/mynetwork/invite-connect/connections/';
  expect(await read(url, 40)).toMatchObject({ ok: false, error: { code: 'linkedin_error' } });
  expect(await read(url, 43)).toMatchObject({ ok: true, value: { people: [], next: null } });
  await page.unroute(address);
  expect(await read(url, 40)).toMatchObject({ ok: true, value: { next: null } });
});

test('a list that LinkedIn refuses to this member is told from an error of LinkedIn’s', async () => {
  const address = '**/relationships/dash/connections?*';
  const url = 'https://www.linkedin.com/mynetwork/invite-connect/connections/';
  for (const [status, body, code] of [
    [403, '', 'list_refused'],
    [403, 'CSRF check failed.', 'linkedin_error'],
    [500, '', 'linkedin_error'],
  ] as const) {
    await page.route(address, (route) => route.fulfill({ status, body }));
    expect(await read(url, 0)).toMatchObject({ ok: false, error: { code } });
    await page.unroute(address);
  }
});

test('another member’s lists are not read, nor a list in an unknown shape', async () => {
  const url = 'https://www.linkedin.com/groups/77/members/';
  const request = { list: must(linkedinListOf(url), 'list'), start: 0, count: 10, expectedMemberId: '1' };
  expect(await call(page, 'readListPage', request)).toMatchObject({
    ok: false,
    error: { code: 'wrong_account' },
  });
  world.twin.control.rotateQueryIds();
  expect(await read(url, 0)).toMatchObject({ ok: false, error: { code: 'layout_unknown' } });
});

test('members whose query is not known any more are read from the group’s own page, scrolling', async () => {
  world.twin.control.rotateQueryIds();
  await page.goto('https://www.linkedin.com/groups/77/members/');
  const { people, pages } = await readAll('https://www.linkedin.com/groups/77/members/');
  expect(people.map(({ slug }) => slug)).toEqual(crowd.map(({ slug }) => slug));
  expect(people[0]).toMatchObject({ name: 'Lena Crowd 0', headline: 'Operations lead at Norden Freight' });
  expect(pages).toBe(5);
});

test('a hidden tab does not take the first rows of that page for all of them', async () => {
  const shown = page;
  page = await world.context.newPage();
  await hide(page);
  await page.goto('https://www.linkedin.com/groups/77/members/');
  const url = 'https://www.linkedin.com/groups/77/members/';
  expect(await read(url, 0)).toMatchObject({ ok: true, value: { next: 10 } });
  expect(await read(url, 10)).toMatchObject({ ok: false, error: { code: 'needs_visible_tab' } });
  await page.close();
  page = shown;
});

test('nor does a visible tab take rows that are slow to come for the end of the list', async () => {
  const shown = page;
  page = await world.context.newPage();
  await page.addInitScript(() => {
    window.IntersectionObserver = class extends IntersectionObserver {
      override observe = () => undefined;
    };
  });
  await page.goto('https://www.linkedin.com/groups/77/members/');
  const url = 'https://www.linkedin.com/groups/77/members/';
  expect(await read(url, 0)).toMatchObject({ ok: true, value: { next: 10 } });
  expect(await read(url, 10)).toMatchObject({ ok: false, error: { code: 'timeout' } });
  await page.close();
  page = shown;
});

test('rows that a slow page brings late are waited for', async () => {
  const shown = page;
  page = await world.context.newPage();
  await page.addInitScript((lateMs) => {
    window.IntersectionObserver = class extends IntersectionObserver {
      override observe(target: Element) {
        setTimeout(() => super.observe(target), lateMs);
      }
    };
  }, 2_500);
  await page.goto('https://www.linkedin.com/groups/77/members/');
  await call(page, 'waitUpTo', 30_000);
  const url = 'https://www.linkedin.com/groups/77/members/';
  expect(await read(url, 10)).toMatchObject({ ok: true, value: { next: 20 } });
  await page.close();
  page = shown;
});

test('a list whose last rows come as a full batch ends where its heading counts no more', async () => {
  world.twin.control.setCircle({
    kind: 'group',
    id: '78',
    name: 'Ten',
    people: [seller.profileId, ...ids.slice(0, 10)],
  });
  const url = 'https://www.linkedin.com/groups/78/members/';
  await page.goto(url);
  const { people, pages } = await readAll(url);
  expect(people).toHaveLength(10);
  expect(pages).toBe(2);
});

test('a query id that the server sent as data is used', async () => {
  const id = must(world.twin.queryIds().socialDashReactionsByReactionType?.split('.')[1], 'query id');
  await call(page, 'useCatalogue', {
    version: '2099-01-02',
    entries: {},
    queryIds: { voyagerSocialDashReactions: [id] },
  });
  const url = 'https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345678/';
  expect(await read(url, 0)).toMatchObject({ ok: true, value: { next: 10 } });
});
