import { chromium, expect, type Page, test } from '@playwright/test';
import { contactRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import {
  callsWhileIdle,
  costOfLoad,
  firstScripts,
  hasRunner,
  shapeOf,
  sizeOf,
} from '../bench/extension/measure.ts';
import { violations } from '../support/accessibility.ts';
import { createSender, enrollments, importCast } from '../support/campaign.ts';
import { type CastMember, castMember, rep } from '../support/cast.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import { end, message, node } from '../support/graphs.ts';
import { effectsOf } from '../support/judge.ts';
import { miniCampaign } from '../support/miniCampaign.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { openRapportBrowser, type RapportBrowser, signInToLinkedin } from '../support/rapportBrowser.ts';
import { chromiumPath } from '../support/require.ts';
import { startWorld, type World } from '../support/world.ts';

/** The side panel beside a LinkedIn profile, and the rep's yes to each text. */

test.describe.configure({ mode: 'serial' });

const known = castMember(1, 'Alva', 'Ahl', 'Almhult Bikes', { story: 'a contact' });
const stranger = castMember(2, 'Birk', 'Boman', 'Bro Foods', { story: 'nobody in Rapport' });
const never = castMember(3, 'Cleo', 'Cedar', 'Cirrus Data', { story: 'on the stoplist' });
const friend = castMember(4, 'Dag', 'Dahl', 'Dal Mills', { degree: 1, story: 'gets a message, edited' });
const other = castMember(5, 'Ebba', 'Ek', 'Ek Works', { degree: 1, story: 'is skipped' });
const cast: CastMember[] = [known, stranger, never, friend, other];
const panelLooks = (['light', 'dark'] as const).map((colorScheme) => ({ colorScheme, width: 320 }));

let world: World;
let browser: RapportBrowser;
let api: OwnerApi;
let senderId: string;
/** The rep's own tab, and the side panel that follows it. */
let tab: Page;
let panel: Page;

test.beforeAll(async () => {
  world = await startWorld(cast, { members: [{ ...rep, salesNavigator: true }] });
  api = await setUpOwner(world.server());
  senderId = await createSender(api, world);
  const window = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
  const settings = senderSettings.parse({ window, rampEnabled: false, approveEach: true });
  await api.call(senderRoutes.update, { params: { senderId }, body: { settings } });
  await importCast(api, [known], 'Known');
  await api.call(stoplistRoutes.add, {
    body: { value: `linkedin.com/in/${never.person.slug}`, reason: 'Asked by phone' },
  });
  browser = await openRapportBrowser(world);
  await browser.pair(api, senderId);
  await browser.signInToLinkedin();
  tab = await browser.context.newPage();
  await open(known);
  panel = await browser.panelBeside(tab);
  panel.setDefaultTimeout(20_000);
});

test.afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function open({ person }: CastMember): Promise<void> {
  await tab.goto(`${world.twin.origin}/in/${person.slug}/`);
}

/** The tab that the runner calls its own, if it is there. */
async function workingTabs() {
  const worker = await browser.serviceWorker();
  return worker.evaluate<{ id: number; active: boolean; autoDiscardable: boolean }[]>(
    `chrome.storage.session.get('workingTab').then(async ({ workingTab }) =>
      (await chrome.tabs.query({ url: 'https://www.linkedin.com/*' }))
        .filter(({ id }) => id === workingTab?.tabId)
        .map(({ id, active, autoDiscardable }) => ({ id, active, autoDiscardable })))`,
  );
}

const nameOf = ({ person }: CastMember) => `${person.firstName} ${person.lastName}`;
const card = () => panel.getByRole('region', { name: 'This person' });
const heading = (one: CastMember) => card().getByRole('heading', { name: nameOf(one), level: 2 });

test('shows who the rep looks at, follows the tab, and warns of the stoplist', async () => {
  await heading(known).waitFor();
  await expect(card().getByText('Known', { exact: true })).toBeVisible();
  await expect(card().getByRole('rowheader', { name: /\(you\)$/ })).toBeVisible();
  await card()
    .getByRole('row', { name: /\(you\)/ })
    .locator('[tabindex="0"]')
    .focus();
  await expect(panel.getByRole('tooltip')).toContainText('Set by:');
  expect(await violations(panel, panelLooks)).toEqual([]);
  await open(never);
  await heading(never).waitFor();
  await expect(card().getByRole('alert')).toContainText('On the stoplist');
  await tab.goto(`${world.twin.origin}/feed/`);
  await expect(panel.getByText('Open somebody’s LinkedIn profile')).toBeVisible();
});

test('a lead of Sales Navigator is looked up when the rep asks for it', async () => {
  const key = `${known.person.profileId.replace(/^ACoAA/, 'ACwAA')},NAME_SEARCH,${known.person.profileId.slice(-4)}`;
  await tab.goto(`${world.twin.origin}/sales/lead/${key}`);
  const lead = panel.getByRole('region', { name: 'This lead' });
  await expect(lead.getByRole('heading', { name: nameOf(known) })).toBeVisible();
  expect(await violations(panel, panelLooks)).toEqual([]);
  await lead.getByRole('button', { name: 'Find in Rapport' }).click();
  await heading(known).waitFor();
  await expect(card().getByText('Known', { exact: true })).toBeVisible();
});

test('adds a stranger to a list, writes a note, pins the own sender; offline it shows what it has', async () => {
  await open(stranger);
  await expect(card().getByText('Not in Rapport.')).toBeVisible();
  await card().getByRole('combobox', { name: 'List', exact: true }).fill('Fair');
  await card().getByRole('button', { name: 'Add to list' }).click();
  await expect(card().getByText('Fair', { exact: true })).toBeVisible();
  const pin = card().getByLabel('Always write to them as me');
  await pin.click();
  await expect(pin).toBeChecked();
  await card().getByLabel('New note').fill('Met at the fair');
  await card().getByRole('button', { name: 'Save note' }).click();
  await expect(card().getByText('Met at the fair')).toBeVisible();
  await open(known);
  await heading(known).waitFor();
  await world.server().stop();
  await open(stranger);
  await heading(stranger).waitFor();
  await expect(card().getByText('Server not reachable')).toBeVisible();
  await expect(card().getByText('Met at the fair')).toBeVisible();
  await expect(card().getByLabel('Always write to them as me')).toBeChecked();
  expect(await violations(panel, panelLooks)).toEqual([]);
  await world.restartServer();
});

test('approve each: nothing goes before the rep’s yes, then exactly the text they approved', async () => {
  const automationId = await miniCampaign(api, {
    name: 'Hello',
    cast: [friend, other],
    senderId,
    steps: {
      nodes: [node('visit', 'v', {}), message('m', 'Hi {{ firstName }}'), end('e')],
      edges: ['v>m', 'm>e'],
    },
  });
  const waiting = panel.getByRole('region', { name: 'Texts that wait for your yes' });
  const ask = (one: CastMember) =>
    waiting.getByRole('article', { name: `Message: ${nameOf(one)}`, exact: true });
  await world.conductor.runUntil(async () => {
    await browser.glance();
    return (await ask(friend).isVisible()) && (await ask(other).isVisible());
  }, 120_000);
  await expect(ask(friend)).toContainText('Hi Dag');
  expect(await violations(panel, panelLooks)).toEqual([]);
  await ask(other).getByRole('button', { name: 'Skip' }).click();
  await expect(ask(other)).toBeHidden();
  await ask(friend).getByRole('button', { name: 'Edit' }).click();
  await ask(friend).getByLabel('Text').fill('Hello Dag, as promised.');
  const messages = () => effectsOf(world.twin.ledger(), [], cast).filter(({ kind }) => kind === 'message');
  expect(messages()).toEqual([]);
  // The working tab is Rapport's own, and somebody closes it.
  const [working, ...more] = await workingTabs();
  expect(more).toEqual([]);
  expect(working).toMatchObject({ active: false, autoDiscardable: false });
  const worker = await browser.serviceWorker();
  await worker.evaluate(`chrome.tabs.remove(${working?.id})`);
  await ask(friend).getByRole('button', { name: 'Do it with this text' }).click();
  await expect(ask(friend)).toBeHidden();
  await world.conductor.runUntil(async () => {
    const all = await enrollments(api, automationId);
    return all.every(({ status }) => status === 'finished');
  }, 120_000);
  expect(messages().map(({ slug }) => slug)).toEqual([friend.person.slug]);
  expect(JSON.stringify(world.twin.ledger())).toContain('Hello Dag, as promised.');
});

test('imports the list that is open, a page at a time, through a restart of the server; the counts lead to the rows', async () => {
  await tab.goto(`${world.twin.origin}/mynetwork/invite-connect/connections/`);
  const form = panel.getByRole('region', { name: 'Import this list' });
  await form.getByRole('textbox', { name: 'Into the list' }).fill('Network');
  expect(await violations(panel, panelLooks)).toEqual([]);
  const before = (await api.call(contactRoutes.list, {})).total;
  await form.getByRole('button', { name: 'Import' }).click();
  const item = panel.getByRole('article', { name: 'Import into Network' });
  await item.getByRole('button', { name: 'Stop import' }).click();
  await expect(item).toContainText('Stopped. What was imported stays.');
  await world.server().stop();
  await world.restartServer();
  // The pause after the message before is over: the page may be read at once.
  await world.server().setScheduleOffset(world.conductor.offsetMs() + 10 * MINUTE);
  await item.getByRole('button', { name: 'Resume' }).click();
  await expect(item.getByText('Finished.')).toBeVisible();
  expect(tab.url()).toBe(`${world.twin.origin}/mynetwork/invite-connect/connections/`);
  await expect(item).toContainText('2 of 2 people · 1 page load');
  expect(await violations(panel, panelLooks)).toEqual([]);
  // Both were contacts already: nobody comes twice, and nobody comes whom the list does not show.
  expect((await api.call(contactRoutes.list, {})).total).toBe(before);
  const lists = await api.call(contactRoutes.lists);
  expect(lists.items.find(({ name }) => name === 'Network')?.memberCount).toBe(2);
  const link = item.getByRole('link', { name: /updated|already there/ }).first();
  const href = await link.getAttribute('href');
  expect(href).toMatch(/\/contacts\/import\/[^/]+\?outcome=(updated|duplicate)$/);
});

test('the popup’s first picture is drawn from local data by next to no script, and gives way to the page', async () => {
  expect(firstScripts('popup.html')).toBeLessThanOrEqual(20_000);
  const popup = await browser.context.newPage();
  await popup.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      const root = document.getElementById('root');
      if (!root) return;
      new MutationObserver((_, observer) => {
        Reflect.set(window, '__first', root.innerText);
        observer.disconnect();
      }).observe(root, { childList: true });
    });
  });
  await popup.goto(browser.url('popup.html'));
  await expect(popup.getByRole('button', { name: 'Stop everything' })).toBeVisible();
  const first = await popup.evaluate<string>(() => Reflect.get(window, '__first'));
  for (const part of ['LinkedIn: Active', `as ${rep.firstName} ${rep.lastName}`, 'Now'])
    expect(first).toContain(part);
  expect(first).not.toContain('Stop everything');
  await expect(popup.getByText('LinkedIn: Active')).toHaveCount(1);
  await popup.close();
});

test('costs the rep’s own pages next to nothing: small, silent when idle, no runner, no element of ours', async () => {
  expect(sizeOf('content-scripts/sentinel.js').gzip).toBeLessThanOrEqual(10_000);
  const plain = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...chromiumArgs, ...world.twin.chromiumArgs],
  });
  try {
    const without = await (await plain.newContext({ ignoreHTTPSErrors: true })).newPage();
    await signInToLinkedin(without, world.twin.origin);
    for (const path of ['/feed/', `/in/${known.person.slug}/`]) {
      const { calls } = await costOfLoad(tab, world.twin.origin + path);
      expect(calls).toBeGreaterThan(0);
      // A timer of the load may run late; after it there is nothing.
      await expect.poll(() => callsWhileIdle(tab, 1_000)).toBe(0);
      expect(await hasRunner(tab)).toBe(false);
      await without.goto(world.twin.origin + path, { waitUntil: 'networkidle' });
      expect(await shapeOf(tab)).toEqual(await shapeOf(without));
    }
  } finally {
    await plain.close();
  }
});
