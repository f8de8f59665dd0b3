import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import { call } from './support/call.ts';
import { launch, openFixture } from './support/fixtures.ts';
import { person, stepFor, targetOf } from './support/twin.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

type Inactive = Extract<SessionReport, { state: 'inactive' }>;
const inactive = (reason: Inactive['reason'], challenge: Inactive['challenge'] = null): Inactive => ({
  state: 'inactive',
  reason,
  challenge,
});

test.each<[string, string, SessionReport]>([
  ['profile-connect-row', '/in/lena-voss/', { state: 'logged_in', member: null }],
  ['messaging-thread', '/messaging/thread/2-x/', { state: 'logged_in', member: null }],
  ['session-login', '/login', inactive('logged_out')],
  ['session-login', '/uas/login?session_redirect=%2Ffeed%2F', inactive('session_expired')],
  ['session-chooser', '/checkpoint/lg/login', inactive('logged_out')],
  ['session-authwall', '/authwall?trk=x&sessionRedirect=y', inactive('session_expired')],
  ['session-wrong-password', '/checkpoint/lg/login-submit', inactive('wrong_credentials')],
  ['session-captcha', '/checkpoint/challenge/AgG', inactive('challenge', 'captcha')],
  ['session-email-pin', '/checkpoint/challenge/AgG', inactive('challenge', 'email_pin')],
  ['session-two-step', '/checkpoint/challengesV2/AgG', inactive('challenge', 'phone_code')],
  ['session-app', '/checkpoint/challenge/AgG', inactive('challenge', 'app_approval')],
  ['session-restricted', '/checkpoint/rp/x', inactive('restricted')],
  ['session-human-check', '/feed/', inactive('challenge', 'captcha')],
  ['session-benign-human-iframe', '/feed/', { state: 'logged_in', member: null }],
])('%s at %s', async (fixture, path, expected) => {
  const page = await openFixture(browser, fixture, path);
  expect(await call(page, 'detectSession')).toEqual(expected);
  await page.close();
});

const me = {
  data: { plainId: 100000001, premiumSubscriber: true, $type: 'com.linkedin.voyager.common.Me' },
  included: [
    {
      $type: 'com.linkedin.voyager.identity.shared.MiniProfile',
      dashEntityUrn: 'urn:li:fsd_profile:ACoAAASELF',
      objectUrn: 'urn:li:member:100000001',
      firstName: 'Robin',
      lastName: 'Example',
      publicIdentifier: 'robin-example',
    },
  ],
};

test('LinkedIn’s own answer names who is logged in', async () => {
  const page = await openFixture(browser, 'profile-connect-row', '/feed/', { '/voyager/api/me': me });
  await page.evaluate(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the page's own session cookie, as LinkedIn sets it.
    document.cookie = 'JSESSIONID="ajax:123"; path=/; secure';
  });
  expect(await call(page, 'readSession')).toEqual({
    state: 'logged_in',
    member: {
      memberId: '100000001',
      profileId: 'ACoAAASELF',
      slug: 'robin-example',
      name: 'Robin Example',
      premium: true,
    },
  });
  await page.close();
});

test.each([
  ['session-login', '/login'],
  ['session-email-pin', '/checkpoint/challenge/AgG'],
])('%s is outdated once LinkedIn names the member', async (fixture, path) => {
  const page = await openFixture(browser, fixture, path, { '/voyager/api/me': me });
  await page.evaluate(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the page's own session cookie, as LinkedIn sets it.
    document.cookie = 'JSESSIONID="ajax:123"; path=/; secure';
  });
  expect(await call(page, 'readSession')).toMatchObject({
    state: 'logged_in',
    member: { memberId: '100000001' },
  });
  expect(await call(page, 'whyNotSignedIn', '100000001')).toBeNull();
  expect(await call(page, 'whyNotSignedIn', '100000002')).toMatchObject({ code: 'wrong_account' });
  const list = { kind: 'connections', id: null, url: 'https://www.linkedin.com/mynetwork/' } as const;
  const request = { list, start: 0, count: 10, expectedMemberId: '100000001' };
  expect(await call(page, 'readListPage', request)).not.toMatchObject({ error: { code: 'logged_out' } });
  await page.close();
});

test('an answer without a member is a security check', async () => {
  const page = await openFixture(browser, 'profile-connect-row', '/feed/', {
    '/voyager/api/me': { data: {} },
  });
  await page.evaluate(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the page's own session cookie, as LinkedIn sets it.
    document.cookie = 'JSESSIONID="ajax:123"; path=/; secure';
  });
  expect(await call(page, 'readSession')).toEqual(inactive('challenge', 'other'));
  await page.close();
});

test.each([
  ['100000001', null],
  ['100000002', { code: 'wrong_account', effect: 'before_effect' }],
])('before the click the bound member %s must still be logged in', async (expectedMemberId, failure) => {
  const page = await openFixture(browser, 'profile-connect-row', '/feed/', { '/voyager/api/me': me });
  await page.evaluate(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the page's own session cookie, as LinkedIn sets it.
    document.cookie = 'JSESSIONID="ajax:123"; path=/; secure';
  });
  const step = stepFor('visit', targetOf(person('1')), { expectedMemberId });
  const why = await call(page, 'whyNotMember', step);
  if (failure === null) expect(why).toBeNull();
  else expect(why).toMatchObject(failure);
  await page.close();
});
