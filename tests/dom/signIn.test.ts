import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChallengeKind } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
import { openWorld, rep, type World } from './support/twin.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  page = await world.context.newPage();
});
afterEach(() => page.close());

const answer = (code: string) => async (open: Page) => {
  await open.fill('input[name=pin]', code);
  await Promise.all([open.waitForURL('**/verify'), open.click('form button')]);
};

/** What the rep meets, what they type, and what the extension makes of the page. */
const states: [ChallengeKind, string | null, Record<string, unknown>][] = [
  ['captcha', null, { reason: 'challenge', challenge: 'captcha' }],
  ['email_pin', null, { reason: 'challenge', challenge: 'email_pin' }],
  ['email_pin', '123450', { reason: 'wrong_verification_code' }],
  ['email_pin', '123459', { reason: 'wrong_verification_code' }],
  ['phone_code', null, { reason: 'challenge', challenge: 'phone_code' }],
  ['phone_code', '123459', { reason: 'wrong_verification_code' }],
  ['app_approval', null, { reason: 'challenge', challenge: 'app_approval' }],
  ['restricted', null, { reason: 'restricted' }],
];

test.each(states)('%s answered with %s is told as %o', async (kind, code, told) => {
  world.twin.control.requireChallenge(rep.memberId, kind);
  try {
    await page.goto('https://www.linkedin.com/feed/');
    if (code !== null) await answer(code)(page);
    expect(await call(page, 'detectSession')).toMatchObject({ state: 'inactive', ...told });
  } finally {
    world.twin.control.requireChallenge(rep.memberId, null);
  }
});

test('a right code ends the check', async () => {
  world.twin.control.requireChallenge(rep.memberId, 'email_pin');
  await page.goto('https://www.linkedin.com/feed/');
  await page.fill('input[name=pin]', '123456');
  await Promise.all([page.waitForURL('**/feed/'), page.click('form button')]);
  expect(await call(page, 'detectSession')).toMatchObject({ state: 'logged_in' });
});
