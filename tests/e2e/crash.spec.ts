import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { taskRoutes } from '#shared/contract/task.ts';
import { must } from '#shared/kernel/assert.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import { appendToSent } from '../../companion-server/email/sentFolder.ts';
import { createSender, enrollments, runUntilOver, summarise } from '../support/campaign.ts';
import { type CastMember, castMember } from '../support/cast.ts';
import { connect, email, end, message, waitUntil } from '../support/graphs.ts';
import { holdJournalAt, type JournalHold } from '../support/journalHold.ts';
import { effectsOf } from '../support/judge.ts';
import { miniCampaign, workAroundTheClock } from '../support/miniCampaign.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { openRapportBrowser, type RapportBrowser } from '../support/rapportBrowser.ts';
import { startWorld, type World } from '../support/world.ts';

/**
 * Worker, browser and server killed in the middle of an action: nothing twice, nothing lost. The journal on the
 * disk says how far the action was; what people received says what it came to.
 */

type Phase = Exclude<JournalEntry['phase'], 'ended'>;
type Kind = 'connect' | 'message';

const soon = { script: { acceptAfterMs: MINUTE } };
const names = {
  claimed: castMember(1, 'Alva', 'Ahl', 'Almhult Bikes', { ...soon, story: 'killed at claimed' }),
  prepared: castMember(2, 'Birk', 'Boman', 'Bro Foods', { ...soon, story: 'killed at prepared' }),
  committed: castMember(3, 'Cleo', 'Cedar', 'Cirrus Data', { ...soon, story: 'killed at committed' }),
  armed: castMember(4, 'Dina', 'Dahl', 'Delta Works', { ...soon, story: 'killed at armed' }),
  clicked: castMember(5, 'Egon', 'Ek', 'Eken Stores', { ...soon, story: 'killed at clicked' }),
  lost: castMember(6, 'Freja', 'Falk', 'Fjall Gear', { ...soon, story: 'the click came to nothing' }),
  browser: castMember(7, 'Gosta', 'Grip', 'Granat Tools', { ...soon, story: 'the browser died' }),
  server: castMember(8, 'Hilma', 'Hall', 'Havre Ferries', { ...soon, story: 'the server was killed' }),
  taken: castMember(10, 'Jonna', 'Jarl', 'Jarn Tools', { story: 'the rep took the working tab' }),
  used: castMember(11, 'Kaj', 'Kron', 'Karr Foods', {
    degree: 1,
    story: 'the rep clicked in the working tab',
  }),
  mail: castMember(9, 'Ivar', 'Ilar', 'Isberg Ice', { story: 'the server was killed while sending' }),
};
const cast: CastMember[] = Object.values(names);

const inviteThenMessage = {
  nodes: [
    connect('connect'),
    waitUntil('accepted', 'accepted', 60 * MINUTE),
    message('message', 'Hi {{ firstName }}, good to meet you.'),
    end('end'),
  ],
  edges: ['connect>accepted', 'accepted:happened>message', 'accepted:timeout>end', 'message>end'],
};

let world: World;
let browser: RapportBrowser;
/** A page of the extension that stays open: from here the journal is seen and held. */
let watcher: Page;
let api: OwnerApi;
let senderId: string;
let profile: string;

test.beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), 'rapport-crash-'));
  world = await startWorld(cast);
  api = await setUpOwner(world.server());
  senderId = await createSender(api, world);
  await workAroundTheClock(api, senderId);
  await open();
  await browser.pair(api, senderId);
  await browser.signInToLinkedin();
});

test.afterAll(async () => {
  await browser?.close();
  await world?.stop();
  rmSync(profile, { recursive: true, force: true });
});

async function open(): Promise<void> {
  browser = await openRapportBrowser(world, { profile });
  watcher = await browser.context.newPage();
  await watcher.goto(browser.url('options.html'));
}

function start(person: CastMember, steps: Parameters<typeof miniCampaign>[1]['steps'] = inviteThenMessage) {
  return miniCampaign(api, { name: person.story, cast: [person], senderId, steps });
}

/** Moves time until the task of this kind stands at this phase, and holds it there. */
async function reach(kind: Kind, phase: Phase): Promise<JournalHold> {
  let over = false;
  const hold = holdJournalAt(watcher, { kind, phase }).finally(() => {
    over = true;
  });
  // Seen when it is awaited below, not before.
  hold.catch(() => undefined);
  await world.conductor.runUntil(async () => over, 90_000);
  return hold;
}

/** What this person really received. */
function received(person: CastMember): string[] {
  return effectsOf(world.twin.ledger(), world.mail.receivedByPeople(), cast)
    .filter(({ slug }) => slug === person.person.slug)
    .map(({ kind }) => kind);
}

/** Moves time until the contact's campaign is over, and judges everything that happened so far. */
async function expectWhole(automationId: string, person: CastMember, effects: string[]): Promise<void> {
  await runUntilOver(api, world, [automationId], 1, 90_000);
  expect((await enrollments(api, automationId)).map(({ status }) => status)).toEqual(['finished']);
  expect(received(person)).toEqual(effects);
  expect(await summarise(api, world, automationId, cast)).toMatchObject({
    unknown: 0,
    twice: 0,
    wrongPerson: 0,
    mismatch: 0,
  });
}

async function killWorkerAt(kind: Kind, phase: Phase, person: CastMember): Promise<void> {
  const hold = await reach(kind, phase);
  const before = received(person).length;
  // From `armed` on the worker goes on to the click; before, nothing may have left the browser.
  if (phase === 'armed' || phase === 'clicked') {
    const effect = kind === 'connect' ? 'invite' : 'message';
    await expect.poll(() => received(person)).toContain(effect);
  } else expect(before).toBe(kind === 'connect' ? 0 : 1);
  await browser.killWorker();
  await hold.release();
  await browser.glance();
}

for (const phase of ['claimed', 'prepared', 'committed', 'armed', 'clicked'] as const) {
  test(`worker killed at "${phase}" of an invitation and of a message: each goes out once`, async () => {
    const person = names[phase];
    const automationId = await start(person);
    await killWorkerAt('connect', phase, person);
    await killWorkerAt('message', phase, person);
    await expectWhole(automationId, person, ['invite', 'message']);
  });
}

test('worker killed after a click without visible effect: unknown, explained, repeated only on a person’s word', async () => {
  const person = names.lost;
  const automationId = await start(person);
  const unknowns = async () =>
    (await api.call(taskRoutes.list, { query: { group: 'unknown', limit: 10 } })).items;
  for (const kind of ['connect', 'message'] as const) {
    const done = received(person).length;
    world.twin.control.armFault({
      on: kind === 'connect' ? 'invite' : 'message',
      effect: 'hang',
      times: 1,
    });
    const hold = await reach(kind, 'clicked');
    await browser.killWorker();
    await hold.release();
    await browser.glance();
    await world.conductor.runUntil(async () => (await unknowns()).length === 1, 60_000);
    const [task] = await unknowns();
    expect(task).toMatchObject({ kind, whoMustAct: 'rep' });
    expect(task?.sentence).toContain('may have happened');
    expect((await enrollments(api, automationId))[0]?.sentence).toContain('may have happened');
    expect(received(person)).toHaveLength(done);
    await api.call(taskRoutes.settle, {
      params: { taskId: task?.id ?? '' },
      body: { happened: false, note: 'Looked on LinkedIn: nothing there.' },
    });
    await world.conductor.runUntil(async () => received(person).length === done + 1, 60_000);
  }
  await expectWhole(automationId, person, ['invite', 'message']);
});

test('browser dies in the middle of an action and is opened again: it goes on by itself', async () => {
  const person = names.browser;
  const automationId = await start(person);
  await reach('connect', 'committed');
  await restartBrowser();
  expect(received(person)).toEqual([]);
  await reach('message', 'armed');
  await expect.poll(() => received(person)).toEqual(['invite', 'message']);
  await restartBrowser();
  await expectWhole(automationId, person, ['invite', 'message']);
});

test('the rep leads the working tab elsewhere: it stays as they have it, and the step is done in a new one', async () => {
  const person = names.taken;
  const automationId = await start(person, {
    nodes: [connect('connect'), end('end')],
    edges: ['connect>end'],
  });
  const hold = await reach('connect', 'prepared');
  const working = () => browser.context.pages().filter((page) => page.url().includes(person.person.slug));
  const taken = must(working()[0], 'working tab');
  await taken.bringToFront();
  const elsewhere = `${world.server().origin}/`;
  await taken.goto(elsewhere);
  await hold.release();
  await expect.poll(() => openPhases()).toEqual([]);
  expect(received(person)).toEqual([]);
  await expectWhole(automationId, person, ['invite']);
  expect(new URL(taken.url()).origin).toBe(new URL(elsewhere).origin);
  expect(working()).not.toContain(taken);
  await taken.close();
});

test('the rep clicks in the working tab: it is theirs, with nothing of ours left in it', async () => {
  const person = names.used;
  const automationId = await start(person, {
    nodes: [message('message', 'Hi {{ firstName }}.'), end('end')],
    edges: ['message>end'],
  });
  const hold = await reach('message', 'prepared');
  const taken = must(
    browser.context.pages().find((page) => page.url().includes('/messaging/')),
    'working tab',
  );
  const box = taken.locator('.msg-form__contenteditable');
  await expect(box).toContainText('Hi Kaj');
  await box.click();
  await expect(box).not.toContainText('Hi Kaj');
  await hold.release();
  await expect.poll(() => openPhases()).toEqual([]);
  expect(received(person)).toEqual([]);
  await expectWhole(automationId, person, ['message']);
  expect(taken.url()).toContain('/messaging/');
  await taken.close();
});

/** The same profile again. The login may not have reached the disk, so the rep signs in as after any crash. */
async function restartBrowser(): Promise<void> {
  await browser.crash();
  await open();
  await browser.signInToLinkedin();
}

test('server killed between claim and commit, and between commit and outcome', async () => {
  const person = names.server;
  const automationId = await start(person);

  // The page is prepared, and the line that says so, which comes before the commit, waits.
  const claimed = await reach('connect', 'claimed');
  await world.server().kill();
  await claimed.release();
  await expect.poll(() => openPhases()).toEqual(['ended']);
  expect(received(person)).toEqual([]);
  await world.restartServer();

  const committed = await reach('message', 'committed');
  await world.server().kill();
  await committed.release();
  await expect.poll(() => received(person)).toEqual(['invite', 'message']);
  await world.restartServer();
  await expectWhole(automationId, person, ['invite', 'message']);
});

/** The phases of the journal's lines that the server has not acknowledged. */
function openPhases(): Promise<string[]> {
  return watcher.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('rapport');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const reading = database.transaction('journal').objectStore('journal').index('open').getAll(1);
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            database.close();
            resolve(reading.result.map(({ phase }) => phase));
          };
        };
      }),
  );
}

test('server killed while an email is being sent: unknown, until the Sent folder proves it', async () => {
  const person = names.mail;
  world.mail.fault({ on: 'smtp', effect: 'hang_after_data', times: 1 });
  const automationId = await start(person, { nodes: [email('email'), end('end')], edges: ['email>end'] });
  await world.conductor.runUntil(async () => received(person).length === 1, 60_000);
  await world.server().kill();
  await world.restartServer();

  const state = async () =>
    (await api.call(taskRoutes.list, { query: { group: 'unknown', limit: 10 } })).items.map((item) => ({
      kind: 'kind' in item ? item.kind : null,
      action: 'action' in item ? item.action : null,
    }));
  await world.conductor.runUntil(async () => (await state()).length === 1, 60_000);
  expect(await state()).toEqual([
    { kind: 'send_email', action: expect.stringContaining('Look into the Sent folder') },
  ]);

  // The provider keeps its own copy of what it took, as the large ones do.
  const [sent] = world.mail.receivedByPeople();
  const mailbox = world.mailboxSettings();
  const kept = await appendToSent(
    { ...mailbox, imap: { ...mailbox.imap, allowPrivate: true } },
    Buffer.from(sent?.raw ?? ''),
    AbortSignal.timeout(20_000),
  );
  expect(kept).toEqual({ ok: true, value: 'appended' });
  await expectWhole(automationId, person, ['email']);
});
