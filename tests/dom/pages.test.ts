import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LinkedinTarget } from '#shared/protocol/linkedin.ts';
import { call } from './support/call.ts';
import { launch, openFixture } from './support/fixtures.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function inFixture<T>(fixture: string, path: string, read: (page: Page) => Promise<T>): Promise<T> {
  const page = await openFixture(browser, fixture, path);
  try {
    return await read(page);
  } finally {
    await page.close();
  }
}

const profilePath = '/in/lena-voss/';
const lena: LinkedinTarget = {
  slug: 'lena-voss',
  profileId: 'ACoAAALENA',
  memberId: '700100',
  name: 'Lena Voss',
  company: 'Norden Freight',
};

test('the top card tells who this is, by either hook', async () => {
  for (const fixture of ['profile-connect-row', 'profile-id-hook']) {
    expect(await inFixture(fixture, profilePath, (page) => call(page, 'topCard'))).toEqual({
      element: 'DIV',
      profileId: 'ACoAAALENA',
      memberId: '700100',
      slug: 'lena-voss',
      name: 'Lena Voss',
      headline: 'Operations lead at Norden Freight',
      company: 'Norden Freight',
      location: 'Aarhus, Denmark',
    });
  }
});

test.each([
  ['profile-connect-row', 'not_connected'],
  ['profile-pending', 'invite_sent'],
  ['profile-first-degree', 'connected'],
  ['profile-incoming', 'invite_received'],
  ['profile-self', 'self'],
  ['profile-follow-only', 'not_connected'],
] as const)('%s shows the relation %s', async (fixture, relation) => {
  expect(await inFixture(fixture, profilePath, (page) => call(page, 'shownRelation'))).toBe(relation);
});

test.each([
  ['profile-connect-row', '/preload/custom-invite/?vanityName=lena-voss'],
  ['profile-menu-open', '/preload/custom-invite/?vanityName=lena-voss'],
  ['profile-follow-only', null],
  ['profile-pending', null],
])('%s offers the Connect link %s', async (fixture, href) => {
  expect(await inFixture(fixture, profilePath, (page) => call(page, 'connectHref'))).toBe(href);
});

test('a Connect link for another slug is no Connect link', async () => {
  const href = await inFixture('profile-connect-row', '/in/somebody-else/', (page) =>
    call(page, 'connectHref'),
  );
  expect(href).toBeNull();
});

test.each([
  ['invite-choose', { step: 'choose', limit: null }],
  ['invite-note-free', { step: 'note', limit: 200 }],
  ['invite-note-premium', { step: 'note', limit: 300 }],
  ['invite-email', { step: 'email', limit: null }],
  ['invite-upsell', { step: 'upsell', limit: null }],
  ['invite-weekly-limit', null],
])('%s is read as %o', async (fixture, step) => {
  expect(await inFixture(fixture, '/preload/', (page) => call(page, 'inviteStep'))).toEqual(step);
});

test.each([
  ['messaging-thread', '/messaging/thread/2-x/', { enterSends: false, why: null, inbound: [false, true] }],
  ['messaging-enter-mode', '/messaging/thread/2-x/', { enterSends: true, why: null, inbound: [] }],
  [
    'messaging-compose',
    '/messaging/compose/?profileUrn=urn%3Ali%3Afsd_profile%3AACoAAALENA&recipient=ACoAAALENA',
    { enterSends: false, why: null, inbound: [] },
  ],
])('%s is a composer for Lena', async (fixture, path, expected) => {
  expect(await inFixture(fixture, path, (page) => call(page, 'composer', lena))).toEqual(expected);
});

test('a composer whose address names another recipient is refused', async () => {
  const path = '/messaging/compose/?profileUrn=urn%3Ali%3Afsd_profile%3AACoAAAOTTO&recipient=ACoAAAOTTO';
  const found = await inFixture('messaging-compose', path, (page) => call(page, 'composer', lena));
  expect(found?.why).toMatch(/another recipient/);
});

test.each([
  ['profile-connect-row', { topCard: 2, connectLink: 1, moreButton: 1, pending: 0, memberKey: 1 }],
  ['profile-pending', { topCard: 2, connectLink: 0, pending: 1, memberKey: 1 }],
  ['profile-first-degree', { topCard: 2, connectLink: 0, pending: 0, moreButton: 1 }],
  ['profile-menu-open', { openMenu: 1, menuItem: 4, menuConnect: 1 }],
  ['invite-choose', { inviteDialog: 1, dismiss: 1, invitee: 1, noteArea: 0 }],
  ['invite-note-free', { inviteDialog: 1, noteArea: 1, emailGate: 0, premiumLink: 0 }],
  ['invite-email', { emailGate: 1 }],
  ['invite-upsell', { anyDialog: 1, premiumLink: 1 }],
  ['invite-weekly-limit', { fuseLimit: 1 }],
  ['toast-resend', { errorToast: 1, anyDialog: 0 }],
  [
    'messaging-thread',
    { threadPane: 1, threadRecipient: 1, composerForm: 1, composerBox: 1, sendButton: 1, messageEvent: 2 },
  ],
  ['messaging-inmail', { threadPane: 1, inmailSubject: 2, recipientPill: 1 }],
] as const)('%s holds what the catalogue expects', async (fixture, expected) => {
  const counts = await inFixture(fixture, profilePath, async (page) => {
    const found: Record<string, number> = {};
    for (const key of Object.keys(expected)) {
      found[key] = await call(page, 'count', key as Parameters<typeof call<'count'>>[2]);
    }
    return found;
  });
  expect(counts).toEqual(expected);
});

test('a catalogue from outside is taken whole or refused whole', async () => {
  const accepted = await inFixture('profile-connect-row', profilePath, async (page) => [
    await call(page, 'parsesCatalogue', {}),
    await call(page, 'parsesCatalogue', { version: '' }),
    await call(page, 'parsesCatalogue', { version: '2099-01-02', entries: { name: { css: 'h1' } } }),
    await call(page, 'parsesCatalogue', { version: '2099-01-02', entries: { name: { css: 'h1[' } } }),
    await call(page, 'parsesCatalogue', {
      version: '2099-01-02',
      entries: {},
      queryIds: { messengerConversations: [], messengerMessages: ['x'] },
    }),
  ]);
  expect(accepted).toEqual([true, false, true, false, false]);
});

test('the layout check names what a page lacks, and only that', async () => {
  const missing = async (fixture: string, path: string, hide: string | null = null) =>
    inFixture(fixture, path, async (page) => {
      if (hide) await page.locator(hide).evaluateAll((found) => found.forEach((one) => void one.remove()));
      return await call(page, 'layout');
    });
  const profile = (keys: string[]) => ({ page: 'profile', missing: keys });
  expect(await missing('profile-connect-row', profilePath)).toEqual(profile([]));
  expect(await missing('profile-first-degree', profilePath)).toEqual(profile([]));
  expect(await missing('profile-connect-row', profilePath, 'h2')).toEqual(profile(['name']));
  expect(await missing('profile-connect-row', profilePath, '[componentkey$="Topcard"]')).toEqual(
    profile(['topCard', 'name', 'textLine']),
  );
  const thread = '/messaging/thread/2-abc/';
  expect(await missing('messaging-thread', thread)).toEqual({ page: 'messaging', missing: [] });
  expect(await missing('messaging-thread', thread, 'form.msg-form')).toEqual({
    page: 'messaging',
    missing: ['composerForm', 'composerBox'],
  });
  const posts = '/in/lena-voss/recent-activity/all/';
  expect(await missing('posts', posts)).toEqual({ page: 'posts', missing: [] });
  expect(await missing('group-members', '/groups/4711/members/')).toEqual({ page: 'circle', missing: [] });
  expect(await missing('session-login', '/login')).toBeNull();
});
