import { expect, type Page, test } from '@playwright/test';
import { senderRoutes } from '#shared/contract/sender.ts';
import { makeBusyAccount } from '../conformance/lostAccount.ts';
import { call, ORIGIN, type TestServer } from '../conformance/support.ts';
import { everyLook, openScreen, violations } from '../support/accessibility.ts';
import { type ServedDashboard, serveDashboard } from '../support/servedDashboard.ts';

/** The contacts of an automation: filtered, chosen, acted on together, stopped and undone; then one by one. */

test.describe.configure({ mode: 'serial' });

const PEOPLE = 12;

let served: ServedDashboard;
let server: TestServer;
let page: Page;
let account: Awaited<ReturnType<typeof makeBusyAccount>>;

test.beforeAll(async () => {
  served = await serveDashboard();
  ({ server, page } = served);
  account = await makeBusyAccount(server, PEOPLE);
  await call(
    server,
    senderRoutes.create,
    { cookie: account.world.owner },
    { body: { name: 'Bertha', zone: 'UTC' } },
  );
  await served.signIn(account.world.owner);
  await openScreen(page, `${ORIGIN}/automations/${account.automationId}?tab=contacts`);
});

test.afterAll(() => served?.close());

const button = (name: string | RegExp) => page.getByRole('button', { name });
const rows = () => page.getByRole('table', { name: 'Contacts of the automation' }).locator('tbody tr');
const box = () => page.getByRole('main').getByRole('status');
const paused = () => rows().getByText('Paused', { exact: true });
const notice = () => page.getByRole('alert').filter({ has: button('Undo') });

async function looksRight(): Promise<void> {
  expect(await violations(page, everyLook)).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Chooses the first two, or everybody, and leaves the question open. */
async function ask(action: string, whom: 'two' | 'all'): Promise<void> {
  if (whom === 'all') await button(/^Select all/).click();
  else for (const at of [0, 1]) await rows().nth(at).getByRole('checkbox').check();
  await button(/^With /).click();
  await page.getByRole('menuitem', { name: action }).click();
  await page.getByRole('dialog').waitFor();
}

const confirm = (label: string) => page.getByRole('dialog').getByRole('button', { name: label }).click();

test('two are chosen and paused; the end is said, with an Undo that puts them back', async () => {
  await expect(rows()).toHaveCount(PEOPLE);
  await looksRight();
  for (const at of [0, 1]) await rows().nth(at).getByRole('checkbox').check();
  await button('With 2 contacts').click();
  await looksRight();
  await page.keyboard.press('Escape');
  await ask('Pause', 'two');
  await looksRight();
  await confirm('Pause');
  await expect(box()).toContainText('Pause: 0 of 2');
  await expect(button('Stop')).toBeVisible();
  await looksRight();
  await account.settle();
  await expect(box()).toContainText('Pause: 2 changed');
  await expect(notice()).toContainText('Pause: 2 changed');
  // It stays while the pointer is on it.
  await notice().hover();
  expect(await violations(page, [{ colorScheme: 'dark', width: 1440 }])).toEqual([]);
  await notice().getByRole('button', { name: 'Undo' }).click();
  await expect(box()).toContainText('undoing');
  await account.settle();
  await expect(box()).toContainText('undone, 2 of 2 put back');
  await expect(paused()).toHaveCount(0);
});

test('the reasons present are offered, and one of them narrows the table', async () => {
  await ask('Pause', 'two');
  await confirm('Pause');
  await expect(box()).toContainText('Pause: 0 of 2');
  await account.settle();
  await expect(paused()).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Reason' }).click();
  await page.getByRole('option', { name: 'A person paused it. (2)' }).click();
  await expect(rows()).toHaveCount(2);
  await looksRight();
  await button('Show all reasons').press('Enter');
  await expect(rows()).toHaveCount(PEOPLE);
  await box().getByRole('button', { name: 'Undo' }).click();
  await expect(box()).toContainText('undoing');
  await account.settle();
  await expect(paused()).toHaveCount(0);
});

test('stopped before it began, nobody is changed', async () => {
  await ask('Pause', 'all');
  await confirm('Pause');
  await button('Stop').click();
  await expect(box()).toContainText('stopped after 0 changed');
  await account.settle();
  await expect(paused()).toHaveCount(0);
});

test('a sender who is not connected to them is warned of before it starts', async () => {
  await ask('Set sender for later', 'all');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Set sender for later' })).toBeDisabled();
  await dialog.getByRole('combobox', { name: 'Sender profile' }).click();
  await page.getByRole('option', { name: 'Bertha' }).click();
  await expect(dialog).toContainText(`${PEOPLE} of ${PEOPLE} are not connected to this sender profile`);
  await looksRight();
  await dialog.getByRole('button', { name: 'Not now' }).click();
});

test('who is paused is decided about; who has ended enters again', async () => {
  const first = rows().first();
  const name = await first.getByRole('link').innerText();
  await first.getByRole('link').click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await button(`Pause ${name}`).click();
  for (const decision of [`Resume ${name}`, `Skip the step of ${name}`, `Complete ${name}`]) {
    await expect(button(decision)).toBeVisible();
  }
  await looksRight();
  await button(`Complete ${name}`).click();
  await looksRight();
  await confirm('Complete the contact');
  await button(`Enroll ${name} again in Visits`).click();
  await looksRight();
  await confirm('Enroll again');
  await expect(button(`Pause ${name}`)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Automations' }).getByText('Finished')).toBeVisible();
  await expect(button(/^Enroll/)).toHaveCount(0);
});

test('the settings of an automation and of the workspace are kept', async () => {
  await openScreen(page, `${ORIGIN}/automations/${account.automationId}`);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const panel = page.getByRole('dialog');
  await panel.getByRole('textbox', { name: 'Invitations' }).fill('7');
  await panel.getByRole('button', { name: 'Save limits' }).click();
  await expect(panel.getByRole('button', { name: 'Save limits' })).toBeDisabled();
  const colleagues = panel.getByRole('switch', { name: /^Pause colleagues/ });
  await colleagues.press('Space');
  await expect(colleagues).toBeChecked();
  await looksRight();
  await openScreen(page, `${ORIGIN}/automations/${account.automationId}`);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(panel.getByRole('textbox', { name: 'Invitations' })).toHaveValue('7');
  await expect(colleagues).toBeChecked();

  await openScreen(page, `${ORIGIN}/settings`);
  const several = page.getByRole('switch', { name: /active in several automations/ });
  await several.press('Space');
  await button('Save workspace').click();
  await expect(page.getByText('The workspace is saved.')).toBeVisible();
  await openScreen(page, `${ORIGIN}/settings`);
  await expect(several).toBeChecked();
});
