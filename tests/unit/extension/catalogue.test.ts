import { describe, expect, it } from 'vitest';
import { parseCatalogue, shippedCatalogue } from '#linkedin/index.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { createCatalogueUpdates } from '../../../extension/background/catalogue.ts';
import { memoryStore } from './fakes.ts';
import { createWorld, stepFor, taskWork } from './runnerWorld.ts';

const good = { version: '2099-01-02', entries: { name: { css: 'h1' } } };
const came = (catalogue: unknown, id: string | null = 'c1') =>
  ({ type: 'catalogue', id, catalogue }) as const;

it('a good update is kept, said to be in force, and goes to the page; taken back, the built-in one rules', async () => {
  const updates = createCatalogueUpdates(memoryStore());
  const none = { held: null, inForce: shippedCatalogue.version, problem: null };
  expect(await updates.state()).toEqual(none);
  await updates.take(came(good));
  expect(await updates.state()).toEqual({ held: 'c1', inForce: '2099-01-02', problem: null });
  expect(await updates.update()).toEqual(good);
  await updates.take(came(null, null));
  expect(await updates.state()).toEqual(none);
  expect(await updates.update()).toBeNull();
});

it.each([
  ['an unknown control', { ...good, entries: { sendMoney: { css: 'button' } } }],
  ['another scope', { ...good, entries: { name: { css: 'h1', scope: 'page' } } }],
  ['no selector at all', { ...good, entries: { name: {} } }],
  ['no catalogue', 'h1'],
])('a bad update (%s) is dropped, said why, and not asked for again', async (_what, bad) => {
  const updates = createCatalogueUpdates(memoryStore());
  await updates.take(came(good, 'c0'));
  await updates.take(came(bad));
  const problem = expect.stringMatching(/./u);
  expect(await updates.state()).toEqual({ held: 'c1', inForce: shippedCatalogue.version, problem });
  expect(await updates.update()).toBeNull();
});

it('an update that only the page can tell to be no good is dropped after the first page', async () => {
  const updates = createCatalogueUpdates(memoryStore());
  await updates.take(came({ ...good, entries: { name: { css: 'h1[' } } }));
  expect(await updates.state()).toMatchObject({ inForce: '2099-01-02', problem: null });
  await updates.drop('name: not a selector');
  const problem = 'name: not a selector';
  expect(await updates.state()).toEqual({ held: 'c1', inForce: shippedCatalogue.version, problem });
  expect(await updates.update()).toBeNull();

  const world = createWorld();
  world.catalogueRefused = problem;
  world.queue.push(taskWork(stepFor('t1')));
  await world.cycle();
  expect(world.catalogueDropped).toEqual([problem]);
});

it('an update relocates what it names and nothing else; one that is not newer changes nothing', () => {
  const parsed = parseCatalogue(good, null);
  expect(parsed).toEqual({
    ok: true,
    value: {
      ...shippedCatalogue,
      version: '2099-01-02',
      entries: {
        ...shippedCatalogue.entries,
        name: { ...shippedCatalogue.entries.name, css: 'h1' },
      },
    },
  });
  const old = parseCatalogue({ ...good, version: shippedCatalogue.version }, null);
  expect(old).toEqual({ ok: true, value: shippedCatalogue });
});

it('the runner takes the update and goes on with the next round', async () => {
  const world = createWorld();
  world.queue.push(came(good), taskWork(stepFor('t1')));
  expect(await world.cycle()).toMatchObject({ waitMs: 0, problem: null });
  await world.cycle();
  expect(world.clicks).toEqual(['t1']);
});

describe('the daily layout check', () => {
  const seen = { page: 'profile', missing: ['topCard'] } as const;

  it('tells what the page lacks once a day for each kind of page, and loads nothing for it', async () => {
    const world = createWorld();
    world.layoutRead = { page: seen.page, missing: [...seen.missing] };
    for (const id of ['t1', 't2']) {
      world.queue.push(taskWork(stepFor(id)));
      await world.cycle();
    }
    expect(world.layouts).toEqual([{ ...seen, catalogue: '' }]);
    world.layoutRead = { page: 'posts', missing: [] };
    world.queue.push(taskWork(stepFor('t3')));
    await world.cycle();
    expect(world.layouts).toHaveLength(2);
    world.layoutRead = { page: seen.page, missing: [] };
    world.now += DAY;
    world.queue.push(taskWork(stepFor('t4')));
    await world.cycle();
    expect(world.layouts.slice(2)).toEqual([{ page: 'profile', missing: [], catalogue: '' }]);
    expect(world.opened).toEqual(['t1', 't2', 't3', 't4']);
  });

  it('does not judge a page that could not be loaded', async () => {
    const world = createWorld();
    world.layoutRead = { page: seen.page, missing: [...seen.missing] };
    world.prepareResult = {
      outcome: 'failed',
      failure: { code: 'timeout', effect: 'before_effect', detail: 'Slow.', until: null },
      profile: null,
    };
    world.queue.push(taskWork(stepFor('t1')));
    await world.cycle();
    expect(world.layouts).toEqual([]);
  });
});
