import { expect, type Page, test } from '@playwright/test';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { must } from '#shared/kernel/assert.ts';
import {
  chooseByKeyboard,
  everyLook,
  openScreen,
  tabOrder,
  tabTo,
  violations,
} from '../support/accessibility.ts';
import { createSender, enrollments, importCast, startAutomation } from '../support/campaign.ts';
import { cast, rep } from '../support/cast.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { type OwnerApi, signedInApi } from '../support/ownerApi.ts';
import { openRapportBrowser, type RapportBrowser } from '../support/rapportBrowser.ts';
import { startWorld, type World } from '../support/world.ts';

/** Every screen, empty and filled, light and dark, wide and narrow; and the main job without a mouse. */

test.describe.configure({ mode: 'serial' });

let world: World;
let browser: RapportBrowser;
let page: Page;
let api: OwnerApi;
let senderId: string;
let automationId: string;

const SCROLLBAR = 15;
/** One transparent pixel. */
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const fewLooks = [
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 1440 },
] as const;

test.beforeAll(async () => {
  world = await startWorld(cast);
  browser = await openRapportBrowser(world);
  page = await browser.context.newPage();
});

test.afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function checkScreens(paths: readonly string[], looks: Parameters<typeof violations>[1]) {
  const found: string[] = [];
  for (const path of paths) {
    await openScreen(page, world.server().origin + path);
    found.push(...(await violations(page, looks)));
  }
  expect(found).toEqual([]);
}

async function checkExtension(names: readonly string[]) {
  const found: string[] = [];
  for (const name of names) {
    const tab = await browser.context.newPage();
    await openScreen(tab, browser.url(name));
    // Chrome makes a popup wider by its scrollbar where it has one; a tab does not.
    const narrow = name === 'sidepanel.html' ? 320 : 360;
    const widths = name === 'popup.html' ? [360 + SCROLLBAR] : [narrow, 800];
    const looks = widths.flatMap((width) =>
      (['light', 'dark'] as const).map((colorScheme) => ({ colorScheme, width })),
    );
    found.push(...(await violations(tab, looks)));
    await tab.close();
  }
  expect(found).toEqual([]);
}

test('the check itself finds what is wrong', async () => {
  const faulty = await browser.context.newPage();
  await faulty.setContent(
    '<img src="x.png"><p style="color: #bbb">Pale</p><div style="width: 2000px">Wide</div>',
  );
  const found = (await violations(faulty, [{ colorScheme: 'light', width: 360 }])).join('\n');
  for (const fault of ['image-alt', 'color-contrast', 'document-title', 'scrolls sideways']) {
    expect(found).toContain(fault);
  }
  await faulty.close();
});

test('before anything is set up: set-up, sign-in, an unpaired extension', async () => {
  await checkExtension(['popup.html', 'sidepanel.html', 'options.html']);
  await openScreen(page, must(world.server().setupUrl, 'set-up link'));
  await page.getByRole('button', { name: 'Create workspace' }).click();
  expect(await violations(page, everyLook)).toEqual([]);
  await checkScreens(['/login'], everyLook);
  await page.setViewportSize({ width: 1280, height: 900 });
  await dashboard.setUp(page, must(world.server().setupUrl, 'set-up link'));
  api = await signedInApi(world.server().origin);
});

test('empty screens', async () => {
  const { id } = await api.call(automationRoutes.create, { body: { name: 'Empty' } });
  await checkScreens(
    [
      '/',
      '/automations',
      `/automations/${id}`,
      `/automations/${id}?tab=contacts`,
      '/contacts',
      '/contacts/import',
      '/contacts/bin',
      '/contacts/lists',
      '/tasks',
      '/senders',
      '/device',
      '/stoplist',
      '/templates',
      '/no-such-page',
    ],
    fewLooks,
  );
  await api.call(automationRoutes.archive, { params: { automationId: id } });
});

test('files of an email: attached, shown in its text, refused with a reason', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await openScreen(page, `${world.server().origin}/templates`);
  await page.getByRole('button', { name: 'New template' }).click();
  const dialog = page.getByRole('dialog');
  const choose = async (name: string, mimeType: string, content: Buffer) => {
    const chooser = page.waitForEvent('filechooser');
    // Opened by the keyboard, as a person without a mouse does.
    await dialog.getByRole('button', { name: 'Attach a file' }).focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles({ name, mimeType, buffer: content });
  };
  await choose('Setup.exe', 'application/octet-stream', Buffer.from('MZ'));
  await expect(dialog.getByRole('alert')).toContainText('.exe are refused');
  await choose('Offer.pdf', 'application/pdf', Buffer.from('%PDF-1.7'));
  await dialog.getByRole('button', { name: 'Remove Offer.pdf' }).waitFor();
  await choose('dot.gif', 'image/gif', Buffer.from(GIF, 'base64'));
  await dialog.getByRole('button', { name: 'Show dot.gif in the text' }).click();
  await expect(dialog.getByLabel('Email text')).toHaveValue(/!\[dot\.gif\]\(attachment:/);
  await expect(dialog.getByText(/^2 of 10 files/)).toBeVisible();
  expect(await violations(page, fewLooks)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await dialog.getByLabel('Name').fill('With files');
  await dialog.getByRole('button', { name: 'Save template' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Delete Offer.pdf' }).click();
  await page.getByRole('button', { name: 'Delete file' }).click();
  await expect(page.getByText('is used in the template "With files"')).toBeVisible();
  expect(await violations(page, fewLooks)).toEqual([]);

  const { id } = await api.call(automationRoutes.create, { body: { name: 'Files' } });
  const config = { subject: 'Hi', text: 'Hello', thread: 'new' as const };
  const step = { id: 'm', type: 'send_email' as const, position: { x: 0, y: 0 }, config };
  const body = { name: 'Files', graph: { nodes: [step], edges: [] } };
  await api.call(automationRoutes.saveDraft, { params: { automationId: id }, body });
  await page.setViewportSize({ width: 1280, height: 900 });
  await openScreen(page, `${world.server().origin}/automations/${id}`);
  await dashboard.openStep(page, /^Settings of/);
  const earlier = dialog.getByRole('combobox', { name: 'Attach a file that was uploaded before' });
  await tabTo(page, earlier);
  await page.keyboard.type('Offer');
  await chooseByKeyboard(page, earlier, page.getByRole('option', { name: 'Offer.pdf' }));
  await expect(dialog.getByRole('button', { name: 'Remove Offer.pdf' })).toBeVisible();
  await expect(dialog.getByText(/^1 of 10 files/)).toBeVisible();
  expect(await violations(page, fewLooks)).toEqual([]);
  await api.call(automationRoutes.archive, { params: { automationId: id } });
});

test('the extension while a code waits, while consent is asked, and paired', async () => {
  senderId = await createSender(api, world);
  const userCode = await browser.requestCode(world.server().origin);
  await checkExtension(['popup.html', 'sidepanel.html']);
  await api.call(senderRoutes.approveDevice, { params: { senderId }, body: { userCode } });
  await browser.panel.getByRole('button', { name: 'Agree and start' }).waitFor();
  await checkExtension(['popup.html', 'sidepanel.html']);
  await browser.agreeToConsent();
  await browser.signInToLinkedin();
});

test('filled screens', async () => {
  test.setTimeout(400_000);
  const listId = await importCast(api, cast);
  await api.call(stoplistRoutes.add, { body: { value: 'never.example', reason: 'Asked by phone' } });
  automationId = await startAutomation(api, listId, senderId);
  let contactId = '';
  await world.conductor.runUntil(async () => {
    for (const each of await enrollments(api, automationId)) {
      const log = await api.call(contactRoutes.activity, { params: each, query: { limit: 100 } });
      if (log.items.some(({ type }) => type === 'invite_sent')) contactId = each.contactId;
    }
    return contactId !== '';
  }, 150_000);
  await checkScreens(
    [
      '/',
      '/automations',
      `/automations/${automationId}`,
      `/automations/${automationId}?tab=contacts`,
      `/automations/${automationId}?tab=versions`,
      '/contacts',
      `/contacts/${contactId}`,
      '/tasks',
      '/senders',
      `/senders/${senderId}`,
      `/senders/${senderId}?tab=email`,
      `/senders/${senderId}?tab=pace`,
      `/senders/${senderId}/resume`,
      '/stoplist',
      '/templates',
      '/statuses',
      '/webhooks',
      '/settings',
    ],
    everyLook,
  );
  await checkScreens(['/', `/automations/${automationId}`], [{ colorScheme: 'light', width: 1920 }]);
  await checkExtension(['popup.html', 'sidepanel.html', 'options.html']);
});

test('an import: its mapping, its result, and what opens over a page', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await openScreen(page, world.server().origin);
  await dashboard.readCsv(page, { name: 'more.csv', content: 'Name,Email\nEva Sol,eva@sol.example\nX,no\n' });
  await page.getByRole('heading', { name: '2. Map the columns' }).waitFor();
  expect(await violations(page, fewLooks)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await dashboard.runImport(page, 'More');
  expect(await violations(page, fewLooks)).toEqual([]);

  await openScreen(page, world.server().origin);
  await page.setViewportSize({ width: 360, height: 800 });
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).waitFor();
  expect(await violations(page, [{ colorScheme: 'dark', width: 360 }])).toEqual([]);
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  // Its own frame would scroll without the page doing so.
  const members = await page.getByRole('table', { name: 'Members' }).boundingBox();
  expect((members?.x ?? 360) + (members?.width ?? 0)).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 900 });
  await openScreen(page, world.server().origin);
  await page.getByRole('button', { name: 'Stop everything' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page, fewLooks)).toEqual([]);
  await page.keyboard.press('Escape');
});

test('drawers and dialogs over a page', async () => {
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const dialog = page.getByRole('dialog');
  const found: string[] = [];
  async function check(path: string, title: string | RegExp, open: () => Promise<void>): Promise<void> {
    await page.setViewportSize({ width: 1280, height: 900 });
    await openScreen(page, world.server().origin + path);
    await open();
    await expect(dialog).toHaveAccessibleName(title);
    found.push(...(await violations(page, fewLooks)));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }
  const automation = `/automations/${automationId}`;
  await check(automation, 'Senders of this automation', async () => {
    await page.getByRole('main').getByRole('button', { name: 'Senders', exact: true }).click();
    await dialog.getByText(rep.firstName).first().waitFor();
  });
  await check(`${automation}?tab=contacts`, /^Cancel/, async () => {
    const rows = page.getByRole('table', { name: 'Contacts of the automation' }).locator('tbody tr');
    await rows.first().getByRole('checkbox').check();
    await button(/^With 1 contacts?$/).click();
    await page.getByRole('menuitem', { name: /^Cancel/ }).click();
  });
  const [someone] = (await api.call(contactRoutes.list, { query: { limit: 1 } })).items;
  await check(`/contacts/${must(someone, 'a contact').id}`, /^Erase /, async () => {
    await button('Personal data').click();
    await page.getByRole('menuitem', { name: 'Erase on request…' }).click();
  });
  await check(`/contacts/${must(someone, 'a contact').id}`, /^Put .* on the stoplist/, async () => {
    await button('Add to stoplist').click();
  });
  expect(found).toEqual([]);
});

test('an automation is built and started with the keyboard alone', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await openScreen(page, `${world.server().origin}/automations`);
  const press = (key: string) => page.keyboard.press(key);
  const drawer = page.getByRole('dialog');
  const button = (name: string | RegExp) => page.getByRole('button', { name });

  await tabTo(page, button('New automation'));
  await press('Enter');
  await expect(drawer.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('By keyboard');
  await tabTo(page, button('Create automation'));
  await press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Use starter: LinkedIn + email', exact: true }));
  await press('Space');

  async function inDrawer(step: RegExp, work: () => Promise<void>): Promise<void> {
    await tabTo(page, button(step));
    await press('Enter');
    await drawer.waitFor();
    await work();
    await tabTo(page, drawer.getByRole('button', { name: 'Done' }));
    await press('Enter');
    await drawer.waitFor({ state: 'hidden' });
    await expect(button(step)).toBeFocused();
  }
  await inDrawer(/^Settings of Segment/, async () => {
    const lists = drawer.getByRole('combobox', { name: 'Lists' });
    await tabTo(page, lists);
    await chooseByKeyboard(page, lists, page.getByRole('option').first());
  });
  await inDrawer(/^Settings of Sender Profile/, async () => {
    const senders = drawer.getByRole('combobox', { name: 'Add sender profile' });
    await tabTo(page, senders);
    await page.keyboard.type(rep.firstName);
    await chooseByKeyboard(page, senders, page.getByRole('option', { name: rep.firstName }));
    await expect(drawer.getByRole('list', { name: 'Chosen sender profiles' })).toContainText(rep.firstName);
  });
  await inDrawer(/^Settings of Connect/, async () => {
    await tabTo(page, drawer.getByRole('radio', { name: 'Send without a note' }));
    await press('Space');
    await expect(drawer.getByRole('radio', { name: 'Send without a note' })).toBeChecked();
    expect(await violations(page, fewLooks)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await tabTo(page, button(/^Settings of Wait until/));
  await press('Enter');
  await drawer.waitFor();
  await press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  await expect(button(/^Settings of Wait until/)).toBeFocused();

  await tabTo(page, button('Check and start'));
  await press('Enter');
  await page.getByText(/^Ready to start/).waitFor();
  expect(await violations(page, fewLooks)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await tabTo(page, button('Start automation'));
  await press('Enter');
  await drawer.waitFor({ state: 'hidden' });
  await expect(page.getByRole('main').getByText('Running', { exact: true })).toBeVisible();
});

test('popup and side panel: everything is reached by Tab, in the order of the screen', async () => {
  const badges = ['LinkedIn: Active', 'SMTP: Active', 'IMAP: Active'];
  const expected = {
    'popup.html': [...badges, 'Pause', 'Stop everything', 'Open side panel', 'Dashboard', 'Options'],
    'sidepanel.html': [
      ...badges,
      'Pause',
      'Stop everything',
      'Ask me before each text goes',
      'Your consent',
      'Options and privacy',
    ],
  };
  for (const [name, order] of Object.entries(expected)) {
    const tab = await browser.context.newPage();
    await openScreen(tab, browser.url(name));
    await tab.bringToFront();
    expect(await tabOrder(tab)).toEqual(order);
    // One press asks, and the answer that changes nothing has the focus.
    await tab.getByRole('button', { name: 'Stop everything' }).click();
    const question = tab.getByRole('group', { name: 'Stop everything for the whole workspace?' });
    await expect(question.getByRole('button', { name: 'Keep running' })).toBeFocused();
    const width = name === 'popup.html' ? 360 + SCROLLBAR : 320;
    expect(
      await violations(tab, [
        { colorScheme: 'light', width },
        { colorScheme: 'dark', width },
      ]),
    ).toEqual([]);
    await tab.keyboard.press('Enter');
    await expect(tab.getByRole('button', { name: 'Stop everything' })).toBeFocused();
    await tab.close();
  }
});
