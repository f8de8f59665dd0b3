import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedCatalogue } from '#linkedin/index.ts';
import type { SelectorKey } from '#linkedin/selectors/catalogue.ts';
import { call } from './support/call.ts';
import { launch, openFixture } from './support/fixtures.ts';

/**
 * The catalogue against every fixture: a profile, a dialog, a list. The fixtures are made after pages as LinkedIn
 * served them in 2026, with invented people.
 */

const folder = join(import.meta.dirname, '../fixtures/linkedin');
const fixtures = readdirSync(folder)
  .filter((file) => file.endsWith('.html'))
  .map((file) => file.replace('.html', ''));
const keys = Object.keys(shippedCatalogue.entries) as SelectorKey[];

/** What a page of this kind must show, exactly. */
const exactly: Record<string, Partial<Record<SelectorKey, number>>> = {
  'profile-connect-row': { topCard: 2, name: 1, connectLink: 1, pending: 0, moreButton: 1 },
  'profile-pending': { topCard: 2, connectLink: 0, pending: 1 },
  'profile-self': { connectLink: 0, pending: 0, editIntro: 1 },
  'profile-menu-open': { openMenu: 1, menuConnect: 1 },
  'invite-choose': { inviteDialog: 1, noteArea: 0, emailGate: 0, dismiss: 1 },
  'invite-note-free': { inviteDialog: 1, noteArea: 1 },
  'invite-email': { inviteDialog: 1, emailGate: 1 },
  'invite-upsell': { premiumLink: 1 },
  'invite-weekly-limit': { fuseLimit: 1 },
  'toast-resend': { errorToast: 1 },
  'messaging-thread': { threadPane: 1, threadRecipient: 1, composerForm: 1, sendButton: 1, messageEvent: 2 },
  'messaging-compose': { threadRecipient: 0, recipientPill: 1, composerForm: 1, subjectField: 0 },
  'messaging-inmail': { subjectField: 1 },
  'messaging-enter-mode': { sendButton: 0, sendModes: 1 },
  'invitations-sent': { sentRow: 2, sentCount: 1, confirmDialog: 1 },
  posts: { post: 2, postText: 2, postComments: 3 },
  'group-members': { circleRow: 2, circleProfile: 3, circleSearch: 1, overlayPane: 1, overlayRecipient: 1 },
};

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test('every entry finds its control on a page that has it, as often as it says, and nothing on a login page', async () => {
  const found = new Map<SelectorKey, number>();
  const wrong: string[] = [];
  for (const fixture of fixtures) {
    const page = await openFixture(browser, fixture);
    const counts = await call(page, 'counts');
    for (const key of keys) {
      const count = counts[key] ?? 0;
      found.set(key, Math.max(found.get(key) ?? 0, count));
      const want = exactly[fixture]?.[key];
      if (want !== undefined && want !== count) wrong.push(`${fixture}: ${key} ${count}, not ${want}`);
      const isControl = ['connectLink', 'sendButton', 'followButton', 'pending', 'sentRow', 'post'].includes(
        key,
      );
      if (fixture.startsWith('session-') && isControl && count > 0) wrong.push(`${fixture}: ${key} ${count}`);
    }
    await page.close();
  }
  expect(wrong).toEqual([]);
  expect(keys.filter((key) => !found.get(key))).toEqual([]);
}, 120_000);
