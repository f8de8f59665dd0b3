import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, expect, type Locator, type Page, test } from '@playwright/test';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { must } from '#shared/kernel/assert.ts';
import { everyLook, openScreen, violations } from '../support/accessibility.ts';
import { importCast } from '../support/campaign.ts';
import { cast } from '../support/cast.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { freePort } from '../support/freePort.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { chromiumPath } from '../support/require.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

/** An automation with variants, a join, a condition and a loop is built by hand, mended and started. */

test.describe.configure({ mode: 'serial' });

const dataDir = mkdtempSync(join(tmpdir(), 'rapport-builder-'));
const desk = { width: 1440, height: 1000 };
let server: ServerProcess;
let browser: Browser;
let page: Page;
let api: OwnerApi;
let automationId: string;

test.beforeAll(async () => {
  server = await startServer({ dataDir, port: await freePort() });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  page = await browser.newPage({ viewport: desk });
  api = await setUpOwner(server);
  await api.call(senderRoutes.create, { body: { name: 'Anna', zone: 'UTC' } });
  await importCast(api, cast);
  automationId = (await api.call(automationRoutes.create, { body: { name: 'Built' } })).id;
});

test.afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const drawer = (): Locator => page.getByRole('dialog');

/** Opens a palette and takes a kind of step from it; its settings are open then. */
async function add(from: Page | Locator, palette: string, step: string): Promise<void> {
  await from.getByRole('button', { name: palette, exact: true }).click();
  await page.getByRole('menuitem', { name: step, exact: true }).click();
  await expect(page.getByRole('dialog', { name: `${step} settings` })).toBeVisible();
}

const addAfter = (exit: string, step: string): Promise<void> => add(drawer(), `Add next step${exit}`, step);

async function choose(label: string, option: string | RegExp): Promise<void> {
  const box = drawer().getByRole('combobox', { name: label, exact: true });
  await box.click();
  await page.getByRole('option', { name: option }).click();
  await box.blur();
}

const done = (): Promise<void> => dashboard.leaveDrawer(page, 'Done');

const openStep = (name: RegExp): Promise<void> => dashboard.openStep(page, name);

async function checkLooks(): Promise<void> {
  expect(await violations(page, everyLook)).toEqual([]);
  await page.setViewportSize(desk);
}

test('segment, sender profile and a split are built from the palette', async () => {
  await dashboard.signIn(page, server.origin);
  await openScreen(page, `${server.origin}/automations/${automationId}`);
  await add(page, 'Add step', 'Segment');
  await choose('Lists', /^Autumn outreach/);
  await drawer().getByRole('textbox', { name: 'Active contacts at most' }).fill('50');
  await checkLooks();
  await addAfter('', 'Sender Profile');
  await choose('Add sender profile', 'Anna');
  await addAfter('', 'A/B split');
  await drawer().getByRole('textbox', { name: 'Percent of variant A' }).fill('60');
  await expect(drawer()).toContainText('The shares add up to 110 %. Make it 100 %.');
  await drawer().getByRole('textbox', { name: 'Percent of variant B' }).fill('40');
  await expect(drawer()).not.toContainText('The shares add up');
  await checkLooks();
});

test('both variants come together in a join, and a condition loops back to a wait', async () => {
  await addAfter(' of variant A', 'Tag');
  const tag = drawer().getByRole('combobox', { name: 'Tag', exact: true });
  await tag.fill('Hot');
  await page.getByRole('option', { name: 'New tag: Hot' }).click();
  await expect(tag).toHaveValue('Hot');
  await addAfter('', 'Join');
  await checkLooks();
  await addAfter('', 'Delay');
  await drawer().getByRole('textbox', { name: 'Name on the canvas' }).fill('Breathe');
  await addAfter('', 'Condition');
  await choose('Question', 'Field is or contains?');
  await choose('Field', 'Company');
  await expect(drawer()).toContainText('Say what to compare with.');
  await drawer().getByRole('textbox', { name: 'Value' }).fill('Berg');
  await checkLooks();
  await addAfter(' if yes', 'Manual task');
  await drawer().getByRole('textbox', { name: 'Instruction' }).fill('Call {{ firstName }}');
  await done();
  await openStep(/^Settings of A\/B split/);
  await choose('Next step of variant B', /Join$/);
  await done();
});

test('a way back is refused until it is declared as a loop with an end', async () => {
  await openStep(/^Settings of Condition/);
  await choose('Next step if no', /Breathe$/);
  await expect(drawer()).toContainText('Declare the edge back as a loop');
  await drawer()
    .getByRole('switch', { name: /^Loop back to .*Breathe/ })
    .check();
  await drawer().getByRole('textbox', { name: 'Visits at most' }).fill('4');
  await expect(drawer()).not.toContainText('Declare the edge back');
  await addAfter(' if no', 'End');
  await done();
  await expect(page.getByText('at most 4 visits')).toBeVisible();
  await checkLooks();
});

test('a step is opened, left, duplicated and undone with the keyboard', async () => {
  const delays = page.getByRole('button', { name: /^Settings of Breathe/ });
  await openStep(/^Settings of Breathe/);
  await checkLooks();
  await page.keyboard.press('Escape');
  await drawer().waitFor({ state: 'hidden' });
  await expect(delays).toBeFocused();
  await page.keyboard.press('Enter');
  await drawer().getByRole('button', { name: 'Duplicate' }).click();
  await done();
  await expect(delays).toHaveCount(2);
  await expect(page.getByRole('button', { name: /No way leads here/ })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(delays).toHaveCount(1);
  await expect(page.getByText('To fix before it can start')).toBeHidden();
});

test('it starts, and every contact is on its way through what was built', async () => {
  await dashboard.checkAndStart(page);
  await expect(page.getByRole('main').getByText('Running', { exact: true })).toBeVisible();
  const { graph, problems } = await api.call(automationRoutes.get, { params: { automationId } });
  expect(problems).toEqual([]);
  expect(graph.edges.filter(({ loop }) => loop)).toMatchObject([{ exit: 'no', loop: { maxVisits: 4 } }]);
  const split = must(
    graph.nodes.find(({ type }) => type === 'split'),
    'split',
  );
  expect(split.config).toMatchObject({ variants: [{ percent: 60 }, { percent: 40 }] });
  const join = must(
    graph.nodes.find(({ type }) => type === 'join'),
    'join',
  );
  expect(graph.edges.filter(({ target }) => target === join.id)).toHaveLength(2);
  const { items } = await api.call(contactRoutes.list, { query: { limit: 100 } });
  expect(items).toHaveLength(cast.length);
  await checkLooks();
  await openStep(/^Settings of Sender Profile/);
  await expect(page.getByRole('dialog', { name: 'Senders of this automation' })).toBeVisible();
});
