import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import type { Fault, TwinPerson } from '../linkedin-twin/index.ts';
import { effects, endOf, openWorld, person, runStep, stepFor, targetOf, type World } from './support/twin.ts';

/** LinkedIn refuses the pace, or the account, in its answer to the click itself: pages show that as any other error. */

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  world.twin.control.setHydrationDelay(50);
});
afterAll(() => world.close());
beforeEach(async () => {
  world.twin.control.clearFaults();
  page = await world.context.newPage();
});
afterEach(() => page.close());

let number = 7800;

test.each<[LinkedinStep['kind'], Fault['on'], Fault['effect'], string, Partial<TwinPerson>]>([
  ['connect', 'invite', '429', 'too_many_requests before_effect', { inviteSurface: 'shadow' }],
  ['connect', 'invite', '429', 'too_many_requests before_effect', { inviteSurface: 'iframe' }],
  ['connect', 'invite', '999', 'restricted before_effect', { inviteSurface: 'iframe' }],
  ['connect', 'invite', '500', 'linkedin_error before_effect', { inviteSurface: 'iframe' }],
  ['connect', 'invite', '429', 'too_many_requests before_effect', { connectsAtOnce: true }],
  ['connect', 'invite', '999', 'restricted before_effect', { connectsAtOnce: true }],
  ['message', 'message', '429', 'too_many_requests maybe_effect', { degree: 1 }],
  ['follow', 'follow', '429', 'too_many_requests before_effect', {}],
  ['follow', 'follow', '999', 'restricted maybe_effect', {}],
])('%s: %s answers %s: %s', async (kind, on, effect, ends, change) => {
  number += 1;
  const someone = person(String(number), change);
  world.twin.control.addPerson(someone);
  world.twin.control.armFault({ on, effect, times: 1 });
  const seen = world.twin.ledger().length;
  expect(endOf(await runStep(page, stepFor(kind, targetOf(someone))))).toBe(ends);
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('an answer to an earlier click, or to a report of the page about itself, names no later one', async () => {
  number += 1;
  const someone = person(String(number));
  world.twin.control.addPerson(someone);
  world.twin.control.armFault({ on: 'invite', effect: '429', times: 1 });
  await runStep(page, stepFor('connect', targetOf(someone)));
  world.twin.control.armFault({ on: 'invite', effect: 'error_toast', times: 1 });
  await page.route('**/li/track', (route) => route.fulfill({ status: 429, json: {} }));
  const run = await runStep(page, stepFor('connect', targetOf(someone)), async () => {
    await page.evaluate(() => {
      document.addEventListener('click', () => fetch('/li/track', { method: 'POST' }), { once: true });
    });
  });
  expect(endOf(run)).toBe('linkedin_error before_effect');
});
