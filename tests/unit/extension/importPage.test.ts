import { expect, it } from 'vitest';
import type { NextWork } from '#shared/contract/deviceWork.ts';
import { linkedinListOf } from '#shared/identity/linkedinList.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { createWorld, START } from './runnerWorld.ts';

const list = linkedinListOf('https://www.linkedin.com/mynetwork/invite-connect/connections/');
const work: NextWork = {
  type: 'import',
  importId: 'i1',
  list: { kind: 'connections', id: null, url: list?.url ?? '' },
  start: 40,
  count: 40,
  expectedMemberId: '7',
};

it.each([
  ['https://www.linkedin.com/search/results/people/?keywords=ceo&page=3&origin=X', 'people_search', null],
  ['https://www.linkedin.com/sales/search/people?query=(keywords%3Aceo)&sessionId=1', 'sales_search', null],
  ['https://www.linkedin.com/sales/lists/people/7100?sortOrder=DESC', 'sales_list', '7100'],
  ['https://www.linkedin.com/events/freight-day-88/attendees/', 'event_attendees', '88'],
  ['https://www.linkedin.com/groups/77/members/', 'group_members', '77'],
  ['https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A123/', 'post_reactors', '123'],
])('%s is a list', (url, kind, id) => {
  const found = linkedinListOf(url);
  expect(found).toMatchObject({ kind, id });
  expect(found?.url).not.toMatch(/page=|origin=|sessionId|sortOrder/);
});

it.each([
  'https://www.linkedin.com/feed/',
  'https://www.linkedin.com/search/results/companies/?keywords=x',
  'https://www.linkedin.com/in/anna-berg/',
  'https://evil.example/groups/77/members/',
])('%s is none', (url) => {
  expect(linkedinListOf(url)).toBeNull();
});

it('reads the page that the server asks for and tells what it gave', async () => {
  const world = createWorld();
  world.queue.push(work);
  await world.cycle();
  expect(world.listRequests).toMatchObject([{ start: 40, count: 40, expectedMemberId: '7' }]);
  expect(world.listPages).toMatchObject([{ importId: 'i1', start: 40, read: { ok: true } }]);
  expect(world.pagesRead).toEqual([START]);
});

it('never reads more pages than the hard ceiling, whatever the server asks for', async () => {
  const world = createWorld();
  world.pagesRead = Array.from({ length: 40 }, (_, each) => START - DAY / 2 + each);
  world.queue.push(work);
  await world.cycle();
  expect(world.listRequests).toEqual([]);
  const error = { code: 'browser_ceiling', until: START + DAY / 2 };
  expect(world.listPages).toMatchObject([{ read: { ok: false, error } }]);
});

it('a lost record of the pages read counts as the day’s ceiling used', async () => {
  const world = createWorld();
  world.lostAt = START - 1_000;
  world.queue.push(work);
  await world.cycle();
  expect(world.listRequests).toEqual([]);
  const error = { code: 'browser_ceiling', until: START - 1_000 + DAY };
  expect(world.listPages).toMatchObject([{ read: { ok: false, error } }]);
});

it('an error of our own is not told as LinkedIn’s', async () => {
  const world = createWorld();
  world.onList = () => {
    throw new Error('The disk is full.');
  };
  world.queue.push(work);
  expect((await world.cycle()).reason).toBe('extension_error');
  expect(world.listPages).toEqual([]);
});

it('opens a group’s own page where LinkedIn’s query for its members is not understood any more', async () => {
  const world = createWorld();
  const url = 'https://www.linkedin.com/groups/77/members/';
  world.listRead = { ok: false, error: { code: 'layout_unknown', detail: 'Not known any more.' } };
  world.listShown = { ok: true, value: { people: [], nameless: 0, total: null, next: null } };
  world.queue.push({ ...work, list: { kind: 'group_members', id: '77', url } });
  await world.cycle();
  expect(world.listsOpened).toEqual([url]);
  expect(world.listPages).toMatchObject([{ read: { ok: true } }]);
  // Both reads count.
  expect(world.pagesRead).toHaveLength(2);

  world.queue.push(work);
  await world.cycle();
  expect(world.listsOpened).toEqual([url]);
});
