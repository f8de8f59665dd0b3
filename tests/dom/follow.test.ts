import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import type { Fault, Twin, TwinLocale, TwinPerson } from '../linkedin-twin/index.ts';
import {
  effects,
  endOf,
  openWorld,
  person,
  rep,
  runStep,
  stepFor,
  targetOf,
  type World,
} from './support/twin.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  page = await world.context.newPage();
  world.twin.control.clearFaults();
  world.twin.control.setLocale('en');
  world.twin.control.setHydrationDelay(50);
});
afterEach(() => page.close());

interface Case {
  name: string;
  person?: Partial<TwinPerson>;
  target?: Partial<LinkedinTarget>;
  step?: Partial<LinkedinStep>;
  locale?: TwinLocale;
  setup?(twin: Twin, someone: TwinPerson): void;
  between?(page: Page): Promise<void>;
  ends: string;
  followed: boolean;
}

/** Follow stands in the row of people who cannot be invited from there, else in the menu. */
const inRow = { connectPlacement: 'menu' } as const;
const fault = (effect: Fault['effect']) => (twin: Twin) =>
  twin.control.armFault({ on: 'follow', effect, times: 1 });
const followed = (twin: Twin, { slug }: TwinPerson) => twin.control.setFollowing(rep.memberId, slug, true);
/** LinkedIn's answer does not tell any more: only the page does. */
const untold = (opened: Page) =>
  opened.route('**/*TopCardSupplementary*', (route) => route.fulfill({ status: 400, json: {} }));

const cases: Case[] = [
  { name: 'from the row', person: inRow, ends: 'verified', followed: true },
  { name: 'from the menu', ends: 'verified', followed: true },
  { name: 'from the row, in German', person: inRow, locale: 'de', ends: 'verified', followed: true },
  { name: 'from the menu, in French', locale: 'fr', ends: 'verified', followed: true },
  {
    name: 'on a page that is slow to come alive',
    person: inRow,
    setup: (twin) => twin.control.setHydrationDelay(1_800),
    ends: 'verified',
    followed: true,
  },
  {
    name: 'somebody whose invitation is pending',
    setup: (twin, { slug }) => twin.control.setRelation(rep.memberId, slug, 'pending'),
    ends: 'verified',
    followed: true,
  },
  { name: 'a connection', person: { degree: 1 }, ends: 'already_following', followed: false },
  { name: 'again, from the row', person: inRow, setup: followed, ends: 'already_following', followed: false },
  { name: 'again, from the menu', setup: followed, ends: 'already_following', followed: false },
  {
    name: 'somebody who is gone',
    person: { gone: true },
    ends: 'profile_not_found before_effect',
    followed: false,
  },
  {
    name: 'somebody else than meant',
    target: { profileId: null, memberId: '42' },
    ends: 'wrong_person before_effect',
    followed: false,
  },
  {
    name: 'from another account',
    step: { expectedMemberId: '42' },
    ends: 'wrong_account before_effect',
    followed: false,
  },
  {
    name: 'with a button for another member',
    person: inRow,
    between: (prepared) =>
      prepared.evaluate(() => {
        for (const button of document.querySelectorAll('[componentkey^="FollowButton"]'))
          button.setAttribute('componentkey', 'FollowButtonurn:li:fsd_followingState:urn:li:member:1_follow');
      }),
    ends: 'linkedin_error before_effect',
    followed: false,
  },
  {
    name: 'with a menu that closed meanwhile',
    between: (prepared) => prepared.click('main [componentkey$="Topcard"] button[aria-expanded="true"]'),
    ends: 'linkedin_error before_effect',
    followed: false,
  },
  {
    name: 'with an error notice',
    setup: fault('error_toast'),
    ends: 'linkedin_error before_effect',
    followed: false,
  },
  {
    name: 'that LinkedIn confirms and does not do',
    person: inRow,
    setup: fault('close_without_success'),
    ends: 'not_seen',
    followed: false,
  },
  { name: 'whose answer is lost', setup: fault('drop_after_effect'), ends: 'verified', followed: true },
  {
    name: 'too many requests',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '429', times: 1 }),
    ends: 'too_many_requests before_effect',
    followed: false,
  },
];

let number = 700;

function somebody(change: Partial<TwinPerson> = {}): TwinPerson {
  number += 1;
  const someone = person(String(number), change);
  world.twin.control.addPerson(someone);
  return someone;
}

test.each(cases)('follow $name: $ends', async ({ ends, followed: expected, ...given }) => {
  const { twin } = world;
  const someone = somebody(given.person);
  twin.control.setLocale(given.locale ?? 'en');
  given.setup?.(twin, someone);
  const seen = twin.ledger().length;
  const step = stepFor('follow', targetOf(someone, given.target), given.step);

  const run = await runStep(page, step, given.between);

  expect(effects(twin.ledger().slice(seen))).toEqual(expected ? [`follow ${someone.slug} -`] : []);
  expect(endOf(run)).toBe(ends);
});

test.each([inRow, {}])('the page alone tells where LinkedIn’s answer does not: %o', async (placement) => {
  await untold(page);
  const someone = somebody(placement);
  const seen = world.twin.ledger().length;
  const run = await runStep(page, stepFor('follow', targetOf(someone)));
  expect(run.verified).toMatchObject({ outcome: 'verified', proof: 'Following shown on the profile' });
  expect(endOf(await runStep(page, stepFor('follow', targetOf(someone))))).toBe('already_following');
  expect(effects(world.twin.ledger().slice(seen))).toEqual([`follow ${someone.slug} -`]);
});

test('a page that shows Following is believed, so that nobody is unfollowed', async () => {
  const someone = somebody(inRow);
  world.twin.control.setFollowing(rep.memberId, someone.slug, true);
  await untold(page);
  const seen = world.twin.ledger().length;
  expect(endOf(await runStep(page, stepFor('follow', targetOf(someone))))).toBe('already_following');
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});
