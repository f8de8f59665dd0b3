import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import type { Fault, Twin, TwinLocale, TwinPerson, TwinPost } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
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
  /** Which of the person's posts there are, newest first. */
  posts?: ('own' | 'repost')[];
  target?: Partial<LinkedinTarget>;
  step?: Partial<LinkedinStep>;
  locale?: TwinLocale;
  setup?(twin: Twin, posts: TwinPost[]): void;
  between?(page: Page): Promise<void>;
  ends: string;
  /** Which post LinkedIn's ledger shows as liked. */
  liked: number | null;
}

const ember = { activityFrontEnd: 'ember' } as const;
const fault = (effect: Fault['effect']) => (twin: Twin) =>
  twin.control.armFault({ on: 'like', effect, times: 1 });
const liked =
  (index: number) =>
  (twin: Twin, posts: TwinPost[]): void =>
    twin.control.setLiked(rep.memberId, posts[index]?.activityId ?? '', true);

const cases: Case[] = [
  { name: 'the newest post', ends: 'verified', liked: 0 },
  { name: 'in the old stack', person: ember, ends: 'verified', liked: 0 },
  { name: 'in German', locale: 'de', ends: 'verified', liked: 0 },
  { name: 'in French, in the old stack', locale: 'fr', person: ember, ends: 'verified', liked: 0 },
  {
    name: 'on a page that is slow to come alive',
    setup: (twin) => twin.control.setHydrationDelay(900),
    ends: 'verified',
    liked: 0,
  },
  { name: 'the newest of their own', posts: ['repost', 'own', 'own'], ends: 'verified', liked: 1 },
  {
    name: 'the newest of their own, in the old stack',
    person: ember,
    posts: ['repost', 'own'],
    ends: 'verified',
    liked: 1,
  },
  { name: 'nothing', posts: [], ends: 'no_post', liked: null },
  { name: 'nothing, in French', locale: 'fr', posts: [], ends: 'no_post', liked: null },
  { name: 'only what others wrote', posts: ['repost'], ends: 'no_post', liked: null },
  { name: 'what is liked already', setup: liked(0), ends: 'already_liked', liked: null },
  { name: 'no older post instead', person: ember, setup: liked(0), ends: 'already_liked', liked: null },
  {
    name: 'somebody who is gone',
    person: { gone: true },
    ends: 'profile_not_found before_effect',
    liked: null,
  },
  {
    name: 'somebody else than meant',
    target: { profileId: null, memberId: '42' },
    ends: 'wrong_person before_effect',
    liked: null,
  },
  {
    name: 'from another account',
    step: { expectedMemberId: '42' },
    ends: 'wrong_account before_effect',
    liked: null,
  },
  {
    name: 'with two Like buttons in one post',
    between: (prepared) =>
      prepared.evaluate(() => {
        const button = document.querySelector('[aria-label^="Reaction button state"]');
        button?.after(button.cloneNode(true));
      }),
    ends: 'linkedin_error before_effect',
    liked: null,
  },
  {
    name: 'with an error notice',
    setup: fault('error_toast'),
    ends: 'linkedin_error before_effect',
    liked: null,
  },
  {
    name: 'that LinkedIn confirms and does not do',
    setup: fault('close_without_success'),
    ends: 'not_seen',
    liked: null,
  },
  { name: 'whose answer is lost', setup: fault('drop_after_effect'), ends: 'verified', liked: 0 },
  {
    name: 'too many requests',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '429', times: 1 }),
    ends: 'too_many_requests before_effect',
    liked: null,
  },
];

let number = 800;

function postsOf(kinds: ('own' | 'repost')[]): TwinPost[] {
  return kinds.map((kind, i) => ({
    activityId: `73000000000000${number}${i}`,
    text: `Thoughts number ${number}-${i}`,
    ...(kind === 'repost' ? { repostOf: { slug: 'casey-field', name: 'casey field' } } : {}),
  }));
}

test.each(cases)('like $name: $ends', async ({ ends, liked: expected, ...given }) => {
  number += 1;
  const { twin } = world;
  const posts = postsOf(given.posts ?? ['own', 'own']);
  const someone = person(String(number), { posts, ...given.person });
  twin.control.addPerson(someone);
  twin.control.setLocale(given.locale ?? 'en');
  given.setup?.(twin, posts);
  const seen = twin.ledger().length;
  const step = stepFor('like', targetOf(someone, given.target), given.step);

  const run = await runStep(page, step, given.between);

  const post = expected === null ? null : posts[expected];
  expect(effects(twin.ledger().slice(seen))).toEqual(post ? [`like ${someone.slug} ${post.activityId}`] : []);
  expect(endOf(run)).toBe(ends);
});

test('a page whose posts are not understood is not a page without posts', async () => {
  number += 1;
  const someone = person(String(number), { posts: postsOf(['own']) });
  world.twin.control.addPerson(someone);
  const step = stepFor('like', targetOf(someone));
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/recent-activity/all/`);
  await page.evaluate(() => {
    for (const card of document.querySelectorAll('[componentkey*="FeedType_"]'))
      card.removeAttribute('componentkey');
  });
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'layout_unknown', effect: 'before_effect' },
  });
});

test('the like is read back in another page, after the card keys changed', async () => {
  number += 1;
  const someone = person(String(number), { posts: postsOf(['own', 'own']) });
  world.twin.control.addPerson(someone);
  const step = stepFor('like', targetOf(someone));
  const run = await runStep(page, step);
  world.twin.control.newBuild();
  await page.goto('https://www.linkedin.com/feed/');
  const baseline = run.prepared.outcome === 'ready' ? run.prepared.baseline : '';
  expect(await call(page, 'verify', step, baseline)).toMatchObject({ outcome: 'verified' });
});
