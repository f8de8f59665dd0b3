import { expect, type Page, test } from '@playwright/test';
import { eq } from 'drizzle-orm';
import { must } from '#shared/kernel/assert.ts';
import { DAY, systemClock } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { makeBusyAccount } from '../conformance/lostAccount.ts';
import { ORIGIN, type TestServer } from '../conformance/support.ts';
import { everyLook, openScreen, violations } from '../support/accessibility.ts';
import { type ServedDashboard, serveDashboard } from '../support/servedDashboard.ts';

/** A LinkedIn account is lost and comes back: the page without a login, and the screens of the dashboard. */

test.describe.configure({ mode: 'serial' });

let offset = 0;
let served: ServedDashboard;
let server: TestServer;
let account: Awaited<ReturnType<typeof makeBusyAccount>>;
let page: Page;

test.beforeAll(async () => {
  served = await serveDashboard({ now: () => systemClock.now() + offset });
  ({ server, page } = served);
  account = await makeBusyAccount(server, 25);
});

test.afterAll(() => served?.close());

async function linkTo(lifetimeMs: number): Promise<string> {
  const { kind } = schema.systemMail;
  const [mail] = await server.services.db.reader
    .select()
    .from(schema.systemMail)
    .where(eq(kind, 'reconnect'));
  const token = await server.services.links.sign('reconnect', must(mail, 'a planned mail').id, lifetimeMs);
  return `${ORIGIN}/reconnect/${token}`;
}

test('the page of a lost account says what to do and turns green by itself', async () => {
  await account.lose();
  offset += DAY;
  await page.goto(await linkTo(DAY));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Reconnect Olga Berg');
  await expect(page.getByRole('status')).toContainText('Not connected');
  await expect(page.getByRole('link', { name: 'Sign in to LinkedIn' })).toHaveAttribute(
    'href',
    'https://www.linkedin.com/login',
  );
  expect(await violations(page, everyLook)).toEqual([]);
  await account.signIn();
  await expect(page.getByRole('status')).toContainText('Signed in');
  await account.readAll();
  await expect(page.getByRole('status')).toContainText('Connected');
  await expect(page.getByRole('link', { name: 'Sign in to LinkedIn' })).toBeHidden();
  expect(await violations(page, everyLook)).toEqual([]);
});

test('an expired link offers a fresh one', async () => {
  await page.goto(await linkTo(-DAY));
  expect(await violations(page, everyLook)).toEqual([]);
  await page.getByRole('button', { name: 'Send a fresh link' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Look into your inbox');
});

test('the profile shows a lost account, its reminders and what waits', async () => {
  await served.signIn(account.world.owner);
  await account.lose();
  await openScreen(page, `${ORIGIN}/senders/${account.world.ids.senderId}`);
  await expect(page.getByText('Stale: this account is not Active.')).toBeVisible();
  await expect(page.getByText('Will auto-resume after LinkedIn account reconnection.')).toBeVisible();
  await page.getByRole('switch', { name: 'Remind by email to reconnect' }).press('Space');
  await expect(page.getByRole('switch', { name: 'Remind by email to reconnect' })).not.toBeChecked();
  expect(await violations(page, everyLook)).toEqual([]);
});

test('the resume plan shows when each goes, and is changed before it does', async () => {
  await account.signIn();
  await openScreen(page, `${ORIGIN}/senders/${account.world.ids.senderId}`);
  await expect(page.getByText('Active, reading what happened meanwhile').first()).toBeVisible();
  expect(await violations(page, everyLook)).toEqual([]);
  await account.readAll();
  await openScreen(page, `${ORIGIN}/`);
  expect(await violations(page, everyLook)).toEqual([]);
  await page.getByRole('link', { name: /steps go on/ }).click();
  await expect(page.getByRole('table')).toContainText('Visits');
  expect(await violations(page, everyLook)).toEqual([]);
  await page.getByRole('combobox', { name: 'What to do with Visits, Visit' }).selectOption('first');
  await page.getByRole('button', { name: 'Apply changes' }).click();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByText('Nothing waits')).toBeVisible();
});

test('replies that cannot be read any more are told once, with everything that waits for it', async () => {
  await account.cannotRead();
  await openScreen(page, `${ORIGIN}/senders/${account.world.ids.senderId}`);
  const told = page.getByText('messengerMessages has a shape that is not known.');
  await expect(told).toHaveCount(1);
  await expect(page.getByText(', only Connect, ')).toContainText('Message');
  expect(await violations(page, everyLook)).toEqual([]);
  await account.readAll();
  await openScreen(page, `${ORIGIN}/senders/${account.world.ids.senderId}`);
  await expect(told).toHaveCount(0);
});
