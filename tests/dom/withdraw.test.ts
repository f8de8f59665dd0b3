import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import type { Twin, TwinLocale, TwinPerson } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
import {
  effects,
  endOf,
  openWorld,
  person,
  rep,
  runStep,
  signInElsewhere,
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
  world.twin.control.requireChallenge(rep.memberId, null);
});
afterEach(() => page.close());

interface Case {
  name: string;
  person?: Partial<TwinPerson>;
  target?: Partial<LinkedinTarget>;
  step?: Partial<LinkedinStep>;
  locale?: TwinLocale;
  setup?(twin: Twin, someone: TwinPerson): void;
  between?(page: Page, twin: Twin, someone: TwinPerson): Promise<void> | void;
  ends: string;
  withdrawn: boolean;
}

const relation =
  (state: 'none' | 'pending' | 'connected') =>
  (twin: Twin, { slug }: TwinPerson) =>
    twin.control.setRelation(rep.memberId, slug, state);
const fault =
  (effect: 'error_toast' | 'close_without_success' | 'drop_after_effect' | '429') => (twin: Twin) =>
    twin.control.armFault({ on: 'withdraw', effect, times: 1 });

const cases: Case[] = [
  { name: 'from the profile', ends: 'verified', withdrawn: true },
  { name: 'in German', locale: 'de', ends: 'verified', withdrawn: true },
  { name: 'in French', locale: 'fr', ends: 'verified', withdrawn: true },
  {
    name: 'on a page that is slow to come alive',
    setup: (twin) => twin.control.setHydrationDelay(1_800),
    ends: 'verified',
    withdrawn: true,
  },
  {
    name: 'of a person known only by slug and name',
    target: { profileId: null, memberId: null },
    ends: 'verified',
    withdrawn: true,
  },
  { name: 'after they accepted', setup: relation('connected'), ends: 'already_connected', withdrawn: false },
  { name: 'of nothing', setup: relation('none'), ends: 'nothing_to_withdraw', withdrawn: false },
  {
    name: 'of an invitation of theirs',
    setup: (twin, { slug }) => twin.control.inviteFromOutside(rep.memberId, slug),
    ends: 'nothing_to_withdraw',
    withdrawn: false,
  },
  {
    name: 'of somebody who is gone',
    person: { gone: true },
    ends: 'profile_not_found before_effect',
    withdrawn: false,
  },
  {
    name: 'of somebody with another name behind the slug',
    target: { profileId: null, memberId: null, name: 'Otto Lind', company: null },
    ends: 'wrong_person before_effect',
    withdrawn: false,
  },
  {
    name: 'from another account',
    step: { expectedMemberId: '42' },
    ends: 'wrong_account before_effect',
    withdrawn: false,
  },
  {
    name: 'through a dialog about somebody else',
    between: (prepared) =>
      prepared.evaluate(() => {
        for (const button of document.querySelectorAll('dialog[open] button[aria-label^="Withdraw"]'))
          button.setAttribute('aria-label', 'Withdraw invitation sent to Casey Field');
      }),
    ends: 'wrong_person before_effect',
    withdrawn: false,
  },
  {
    name: 'through a dialog that was closed meanwhile',
    between: (prepared) => prepared.click('dialog[open] button[aria-label="Dismiss"]'),
    ends: 'linkedin_error before_effect',
    withdrawn: false,
  },
  {
    name: 'accepted at the last moment',
    between: (_, twin, { slug }) => twin.control.acceptInvite(rep.memberId, slug),
    ends: 'already_connected before_effect',
    withdrawn: false,
  },
  {
    name: 'with an error notice',
    setup: fault('error_toast'),
    ends: 'linkedin_error before_effect',
    withdrawn: false,
  },
  {
    name: 'that LinkedIn confirms and does not do',
    setup: fault('close_without_success'),
    ends: 'not_seen',
    withdrawn: false,
  },
  { name: 'whose answer is lost', setup: fault('drop_after_effect'), ends: 'verified', withdrawn: true },
  {
    name: 'a security check midway',
    between: (_, twin) => twin.control.requireChallenge(rep.memberId, 'captcha'),
    ends: 'challenge maybe_effect',
    withdrawn: false,
  },
  {
    name: 'too many requests',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '429', times: 1 }),
    ends: 'too_many_requests before_effect',
    withdrawn: false,
  },
];

let number = 600;

/** Somebody whom the member has invited. */
function invited(change: Partial<TwinPerson> = {}): TwinPerson {
  number += 1;
  const someone = person(String(number), change);
  world.twin.control.addPerson(someone);
  world.twin.control.setRelation(rep.memberId, someone.slug, 'pending');
  return someone;
}

test.each(cases)('withdraw $name: $ends', async ({ ends, withdrawn, ...given }) => {
  const { twin } = world;
  const someone = invited(given.person);
  twin.control.setLocale(given.locale ?? 'en');
  given.setup?.(twin, someone);
  const seen = twin.ledger().length;
  const step = stepFor('withdraw', targetOf(someone, given.target), given.step);

  const run = await runStep(page, step, (prepared) => given.between?.(prepared, twin, someone));

  expect(effects(twin.ledger().slice(seen))).toEqual(withdrawn ? [`withdraw ${someone.slug} -`] : []);
  expect(endOf(run)).toBe(ends);
});

test('a second act does not withdraw again', async () => {
  const someone = invited();
  const step = stepFor('withdraw', targetOf(someone));
  await runStep(page, step);
  const seen = world.twin.ledger().length;
  expect(await call(page, 'act', step)).toMatchObject({ failure: { effect: 'before_effect' } });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('the list of sent invitations proves it where the relation cannot be read', async () => {
  const someone = invited();
  const other = invited();
  const run = await runStep(page, stepFor('withdraw', targetOf(someone)), async (prepared) => {
    await prepared.route('**/voyagerRelationshipsDashMemberRelationships/**', (route) =>
      route.fulfill({ status: 400, json: {} }),
    );
  });
  expect(run.verified).toMatchObject({
    outcome: 'verified',
    proof: 'gone from the list of sent invitations',
  });
  const step = stepFor('withdraw', targetOf(other));
  const baseline = JSON.stringify({ kind: 'withdraw', profileId: other.profileId, invitationUrn: null });
  expect(await call(page, 'verify', step, baseline)).toMatchObject({ outcome: 'not_seen' });
});

test.each([
  { signsIn: 'before it is looked for', at: 1 },
  { signsIn: 'while it is looked for', at: 2 },
])('a withdrawal is not read back as somebody who signs in $signsIn', async ({ at }) => {
  const other = person(String(++number));
  world.twin.control.addPerson(other);
  await page.goto(`https://www.linkedin.com/in/${other.slug}/`);
  const step = stepFor('withdraw', targetOf(other));
  const baseline = JSON.stringify({ kind: 'withdraw', profileId: other.profileId, invitationUrn: null });
  expect(await call(page, 'verify', step, baseline)).toMatchObject({ outcome: 'verified' });
  await signInElsewhere(page, at);
  expect(await call(page, 'verify', step, baseline)).toMatchObject({ outcome: 'wrong_account' });
});

test('all pending invitations are read with their ids', async () => {
  const someone = invited();
  await page.goto('https://www.linkedin.com/feed/');
  const read = await call(page, 'readSentInvitations');
  expect(read).toMatchObject({ ok: true, value: { complete: true } });
  expect(read.ok && read.value.invitations.find((one) => one.slug === someone.slug)).toEqual({
    invitationUrn: expect.stringMatching(/^urn:li:fsd_invitation:\d+$/),
    profileId: someone.profileId,
    memberId: someone.memberId,
    slug: someone.slug,
    name: `${someone.firstName} ${someone.lastName}`,
    sentAt: expect.any(Number),
  });
});

test('the page of sent invitations is read where the call is not understood, and nothing is clicked', async () => {
  // The page brings ten; whoever reads it knows from its count that there are more.
  for (let more = 0; more < 11; more++) invited();
  await page.route('**/sentInvitationViewsV2**', (route) => route.fulfill({ status: 400, json: {} }));
  await page.goto('https://www.linkedin.com/feed/');
  expect(await call(page, 'readSentInvitations')).toMatchObject({ ok: true, value: { complete: false } });
  for (let n = 601; n <= number; n++) {
    world.twin.control.setRelation(rep.memberId, person(String(n)).memberId, 'none');
  }
  const someone = invited();
  const seen = world.twin.ledger().length;
  await page.goto('https://www.linkedin.com/feed/');
  for (const path of ['/feed/', '/mynetwork/invitation-manager/sent/']) {
    await page.goto(`https://www.linkedin.com${path}`);
    const read = await call(page, 'readSentInvitations');
    expect(read).toMatchObject({ ok: true, value: { complete: true } });
    expect(read.ok && read.value.invitations.map((one) => one.slug)).toContain(someone.slug);
  }
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('a logged-out browser reads no list', async () => {
  await page.goto('https://www.linkedin.com/feed/');
  world.twin.control.armFault({ on: 'api', effect: 'redirect_login', times: 1 });
  expect(await call(page, 'readSentInvitations')).toMatchObject({ ok: false, error: { code: 'logged_out' } });
});
