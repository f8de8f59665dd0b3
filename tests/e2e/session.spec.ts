import { expect, type Page, test } from '@playwright/test';
import { automationRoutes } from '#shared/contract/automation.ts';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { createSender, runUntilOver, summarise } from '../support/campaign.ts';
import { type CastMember, castMember, rep } from '../support/cast.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { connect, delay, email, end, message, waitUntil } from '../support/graphs.ts';
import { effectsOf } from '../support/judge.ts';
import { type MiniCampaign, miniCampaign, workAroundTheClock } from '../support/miniCampaign.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { openRapportBrowser, type RapportBrowser } from '../support/rapportBrowser.ts';
import { startWorld, type World } from '../support/world.ts';

/** The LinkedIn session lost and regained in the middle of automations, as rep and manager see it. */

const hint = 'Will auto-resume after LinkedIn account reconnection.';
const name = `${rep.firstName} ${rep.lastName}`;
const soon = { script: { acceptAfterMs: MINUTE } };
const people = {
  both: castMember(1, 'Alva', 'Ahl', 'Almhult Bikes', { ...soon, story: 'both channels' }),
  challenged: castMember(2, 'Birk', 'Boman', 'Bro Foods', { story: 'a security check in between' }),
  other: castMember(3, 'Cleo', 'Cedar', 'Cirrus Data', { story: 'another member in between' }),
};
const cast: CastMember[] = Object.values(people);
/** Another LinkedIn member who signs in in the rep's browser. */
const colleague = {
  ...rep,
  email: 'olof.lund@northwind.example',
  memberId: '700200',
  profileId: 'ACoAAOtherOlofLundNorthwind0000000000000',
  slug: 'olof-lund',
  firstName: 'Olof',
  lastName: 'Lund',
};

let world: World;
let browser: RapportBrowser;
let api: OwnerApi;
let senderId: string;
let page: Page;

test.beforeAll(async () => {
  world = await startWorld(cast, { members: [rep, colleague] });
  api = await setUpOwner(world.server());
  senderId = await createSender(api, world);
  await workAroundTheClock(api, senderId);
  browser = await openRapportBrowser(world);
  await browser.pair(api, senderId);
  await browser.signInToLinkedin();
  page = await browser.context.newPage();
  await dashboard.signIn(page, world.server().origin);
});

test.afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

function start(person: CastMember, steps: MiniCampaign['steps']): Promise<string> {
  return miniCampaign(api, { name: person.story, cast: [person], senderId, steps });
}

function received(person: CastMember): string[] {
  return effectsOf(world.twin.ledger(), world.mail.receivedByPeople(), cast)
    .filter(({ slug }) => slug === person.person.slug)
    .map(({ kind }) => kind);
}

async function statusOf(automationId: string): Promise<string> {
  return (await api.call(automationRoutes.get, { params: { automationId } })).status;
}

/** Moves time until the server has noticed the lost session and says so on this automation. */
async function untilStatus(automationId: string, status: string): Promise<void> {
  await world.conductor.runUntil(async () => (await statusOf(automationId)) === status, 60_000);
}

/** What a person sees of a lost session: badges, red dot, hold with its hint, popup. */
async function expectInactive(seen: {
  reason: string | RegExp;
  sentence: RegExp;
  automation: string;
  status: 'Paused' | 'Partly paused';
}): Promise<void> {
  const main = page.getByRole('main');
  const dot = page.getByRole('navigation').getByLabel('An account of a sender profile is Inactive');
  await dashboard.openMenu(page, 'Sender profiles');
  await expect(dot.first()).toBeVisible();
  await main.getByRole('link', { name: `LinkedIn of ${name} is Inactive` }).click();
  await expect(main.getByText('Inactive', { exact: true }).first()).toBeVisible();
  await expect(main.getByText('Reconnect', { exact: true })).toBeVisible();
  await expect(main.getByRole('link', { name: 'Reconnect Account' })).toBeVisible();
  await expect(main.getByText(seen.reason, { exact: true })).toBeVisible();
  await expect(main.getByText(seen.sentence).first()).toBeVisible();
  await expect(main.getByText(hint)).toBeVisible();

  await dashboard.openMenu(page, 'Automations');
  await main.getByRole('link', { name: seen.automation }).click();
  await page.getByRole('heading', { name: seen.automation, level: 1 }).waitFor();
  await expect(main.getByText(seen.status, { exact: true })).toBeVisible();
  await expect(main.getByText(hint)).toBeVisible();

  const popup = await browser.context.newPage();
  await popup.goto(browser.url('popup.html'));
  await expect(popup.getByText('LinkedIn: Inactive')).toBeVisible();
  await expect(popup.getByText(seen.sentence).first()).toBeVisible();
  await expect(popup.getByRole('link', { name: 'Reconnect Account' })).toBeVisible();
  await expect(popup.getByText('Reconnect LinkedIn')).toBeVisible();
  await expect(popup.getByText('Stale: the LinkedIn account is not Active.')).toBeVisible();
  await popup.close();
}

/** The rep reconnects on LinkedIn: the open page turns green by itself, and nothing is held any more. */
async function expectGreenAfter(reconnect: () => Promise<void>, automationId: string): Promise<void> {
  await page.goto(`${world.server().origin}/senders/${senderId}`);
  const main = page.getByRole('main');
  const button = main.getByRole('link', { name: 'Reconnect Account' });
  await expect(button).toBeVisible();
  await reconnect();
  await expect(button).toBeHidden();
  await expect(main.getByText('Inactive', { exact: true })).toBeHidden();
  await untilStatus(automationId, 'running');
  await expect(main.getByText(hint)).toBeHidden();
  await expect(page.getByLabel('An account of a sender profile is Inactive')).toBeHidden();
}

async function expectOver(automationId: string, person: CastMember, effects: string[]): Promise<void> {
  await runUntilOver(api, world, [automationId], 1, 90_000);
  expect(received(person).sort()).toEqual(effects);
  expect(await summarise(api, world, automationId, cast)).toMatchObject({
    unknown: 0,
    failed: 0,
    twice: 0,
    wrongPerson: 0,
    mismatch: 0,
  });
}

test('signed out in the middle: seen everywhere, email goes on, signing in resumes at the exact step', async () => {
  const person = people.both;
  // Two branches side by side: one on LinkedIn, one by email.
  const automationId = await start(person, {
    nodes: [
      connect('connect'),
      waitUntil('accepted', 'accepted', 5 * DAY),
      message('message', 'Hi {{ firstName }}, good to meet you.'),
      end('end_linkedin'),
      delay('later', 2 * DAY),
      email('email'),
      end('end_email'),
    ],
    first: 'connect,later',
    edges: [
      'connect>accepted',
      'accepted:happened>message',
      'accepted:timeout>end_linkedin',
      'message>end_linkedin',
      'later>email',
      'email>end_email',
    ],
  });
  await world.conductor.runUntil(async () => received(person).length === 1, 60_000);
  expect(received(person)).toEqual(['invite']);

  world.twin.control.logout(rep.memberId);
  await untilStatus(automationId, 'partly_paused');
  await expectInactive({
    // A page that was open still looks signed in and is refused what it asks; a new one is sent to the login.
    reason: /^(Signed out|Session expired)$/,
    sentence: /You are signed out of LinkedIn in this browser|LinkedIn ended your session/,
    automation: person.story,
    status: 'Partly paused',
  });
  await world.conductor.runUntil(async () => received(person).includes('email'), 60_000);
  expect(received(person)).toEqual(['invite', 'email']);
  expect(await statusOf(automationId)).toBe('partly_paused');

  await expectGreenAfter(() => browser.signInToLinkedin(), automationId);
  await expectOver(automationId, person, ['email', 'invite', 'message']);
});

test('a security check appears: stops, names the check, clicks nothing; solved, it goes on', async () => {
  const person = people.challenged;
  const automationId = await start(person, {
    nodes: [connect('connect'), end('end')],
    edges: ['connect>end'],
  });
  world.twin.control.requireChallenge(rep.memberId, 'email_pin');
  await untilStatus(automationId, 'paused');
  await expectInactive({
    reason: 'LinkedIn asks for a check',
    sentence: /PIN/,
    automation: person.story,
    status: 'Paused',
  });
  expect(received(person)).toEqual([]);

  await expectGreenAfter(solveCheck, automationId);
  await expectOver(automationId, person, ['invite']);
});

async function solveCheck(): Promise<void> {
  const linkedin = await browser.context.newPage();
  await linkedin.goto(`${world.twin.origin}/feed/`);
  await linkedin.locator('input[name=pin]').fill('123456');
  await linkedin.locator('button[type=submit]').click();
  await linkedin.waitForURL('**/feed/**');
}

test('another member signs in: wrong account, nothing sent as them; the right one signs in and it goes on', async () => {
  const person = people.other;
  const automationId = await start(person, {
    nodes: [connect('connect'), end('end')],
    edges: ['connect>end'],
  });
  await browser.signInToLinkedin(colleague);
  await untilStatus(automationId, 'paused');
  await expectInactive({
    reason: 'Another account',
    sentence: /Another LinkedIn member is signed in.*Olof Lund/,
    automation: person.story,
    status: 'Paused',
  });
  expect(received(person)).toEqual([]);

  await expectGreenAfter(() => browser.signInToLinkedin(), automationId);
  await expectOver(automationId, person, ['invite']);
  const actors = world.twin.ledger().filter(({ kind }) => kind === 'invite' || kind === 'message');
  expect(new Set(actors.map(({ actor }) => actor))).toEqual(new Set([rep.memberId]));
});
