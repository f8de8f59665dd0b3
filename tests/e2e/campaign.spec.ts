import { expect, test } from '@playwright/test';
import { automationRoutes } from '#shared/contract/automation.ts';
import { must } from '#shared/kernel/assert.ts';
import { enrollments, runUntilOver, summarise } from '../support/campaign.ts';
import { cast, castCsv, rep } from '../support/cast.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { effectsOf } from '../support/judge.ts';
import { signedInApi } from '../support/ownerApi.ts';
import { openRapportBrowser, type RapportBrowser } from '../support/rapportBrowser.ts';
import { startWorld, type World } from '../support/world.ts';

/** The main job as a user does it: everything in the browser, judged by what people received. */

let world: World;
let browser: RapportBrowser;

test.beforeAll(async () => {
  world = await startWorld(cast);
  browser = await openRapportBrowser(world);
});

test.afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

test('a team sets up, pairs, imports, builds, starts; every step happens once, to the right person, in order', async () => {
  test.setTimeout(600_000);
  const page = await browser.context.newPage();
  const name = `${rep.firstName} ${rep.lastName}`;

  await test.step('first run, sender profile, mailbox', async () => {
    await dashboard.setUp(page, must(world.server().setupUrl, 'set-up link'));
    await dashboard.createSenderProfile(page, name);
    await dashboard.fillMailbox(page, world.mailboxSettings());
    await page.getByRole('button', { name: 'Save mailbox' }).click();
    await expect(page.getByText('The mailbox works and is saved.')).toBeVisible();
  });

  await test.step('pair by code, agree, log in on LinkedIn', async () => {
    const code = await browser.requestCode(world.server().origin);
    await dashboard.approveCode(page, code);
    await browser.agreeToConsent();
    await browser.signInToLinkedin();
    await expect(page.getByRole('main').getByText('Active', { exact: true }).first()).toBeVisible();
  });

  await test.step('import a CSV with mapping', async () => {
    await dashboard.readCsv(page, { name: 'contacts.csv', content: castCsv() });
    await dashboard.runImport(page, 'Autumn outreach');
    await expect(page.getByRole('button', { name: `Added ${cast.length}` })).toBeVisible();
  });

  await test.step('build and start the automation', async () => {
    await dashboard.buildFromStarter(page, {
      name: 'Autumn outreach',
      list: 'Autumn outreach',
      sender: name,
    });
    await dashboard.checkAndStart(page);
    await expect(page.getByRole('main').getByText('Running', { exact: true })).toBeVisible();
  });

  const api = await signedInApi(world.server().origin);
  const [automation] = (await api.call(automationRoutes.list)).items;
  const automationId = must(automation, 'automation').id;
  await test.step('the campaign runs to its end', async () => {
    await runUntilOver(api, world, [automationId], cast.length, 400_000);
  });

  const summary = await summarise(api, world, automationId, cast);
  expect(summary).toMatchObject({
    contacts: cast.length,
    unknown: 0,
    twice: 0,
    wrongPerson: 0,
    mismatch: 0,
    afterReply: 0,
  });
  const received = new Map<string, string[]>();
  for (const { slug, kind } of effectsOf(world.twin.ledger(), world.mail.receivedByPeople(), cast)) {
    received.set(String(slug), [...(received.get(String(slug)) ?? []), kind]);
  }
  expect(Object.fromEntries(received)).toEqual({
    'anna-berg': ['invite', 'message', 'message'],
    'bo-lind': ['invite', 'message'],
    'clara-nord': ['invite', 'email', 'email'],
    'david-ek': ['invite', 'message', 'message'],
    'elsa-falk': ['invite', 'email'],
    'filip-dahl': ['message', 'message'],
    'hugo-vik': ['invite'],
  });
  const ended = new Map((await enrollments(api, automationId)).map((one) => [one.contactName, one.status]));
  expect(ended.get('Bo Lind')).toBe('paused');
  expect(ended.get('Elsa Falk')).toBe('paused');
  expect(ended.get('Greta Ros')).toBe('failed');
  expect(ended.get('Anna Berg')).toBe('finished');
});
