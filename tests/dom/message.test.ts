import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { stepUrl } from '#linkedin/index.ts';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import type { Twin, TwinLocale, TwinPerson } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
import { effects, openWorld, person, rep, runStep, stepFor, targetOf, type World } from './support/twin.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  page = await world.context.newPage();
  world.twin.control.clearFaults();
  world.twin.control.setLocale('en');
  world.twin.control.setSendMode(rep.memberId, 'click');
});
afterEach(() => page.close());

interface Case {
  name: string;
  person?: Partial<TwinPerson>;
  target?: Partial<LinkedinTarget>;
  step?: Partial<LinkedinStep>;
  locale?: TwinLocale;
  setup?(twin: Twin, someone: TwinPerson): void;
  between?(page: Page): Promise<void>;
  ends: string;
  /** How many messages LinkedIn's ledger shows; all of them must be this step's text. */
  sent: 0 | 1;
}

const cases: Case[] = [
  { name: 'to a connection', ends: 'verified', sent: 1 },
  { name: 'in German', locale: 'de', ends: 'verified', sent: 1 },
  { name: 'in French', locale: 'fr', ends: 'verified', sent: 1 },
  {
    name: 'where Enter sends',
    setup: (twin) => twin.control.setSendMode(rep.memberId, 'enter'),
    ends: 'verified',
    sent: 1,
  },
  {
    name: 'of several lines',
    step: { text: 'Hello Lena,\n\nhow are you?\nRobin' },
    ends: 'verified',
    sent: 1,
  },
  {
    name: 'of several lines, where Enter sends',
    step: { text: 'Hello Lena,\n\nhow are you?\nRobin' },
    setup: (twin) => twin.control.setSendMode(rep.memberId, 'enter'),
    ends: 'verified',
    sent: 1,
  },
  {
    name: 'into a thread in which they wrote last',
    setup: (twin, { slug }) => twin.control.messageFromOutside(rep.memberId, slug, 'Are you there?'),
    ends: 'verified',
    sent: 1,
  },
  { name: 'to somebody not connected', person: { degree: 2 }, ends: 'not_connected before_effect', sent: 0 },
  {
    name: 'to somebody who only was invited',
    person: { degree: 2 },
    setup: (twin, { slug }) => twin.control.setRelation(rep.memberId, slug, 'pending'),
    ends: 'not_connected before_effect',
    sent: 0,
  },
  { name: 'to an unbound contact', target: { profileId: null }, ends: 'wrong_person before_effect', sent: 0 },
  { name: 'without text', step: { text: ' ' }, ends: 'content_rejected before_effect', sent: 0 },
  {
    name: 'from another account',
    step: { expectedMemberId: '42' },
    ends: 'wrong_account before_effect',
    sent: 0,
  },
  {
    name: 'over a draft of the rep',
    between: async (prepared) => {
      await prepared.locator('.msg-form__contenteditable').evaluate((box) => {
        box.textContent = 'something else';
      });
    },
    ends: 'layout_unknown before_effect',
    sent: 0,
  },
  {
    name: 'with an error notice',
    setup: (twin) => twin.control.armFault({ on: 'message', effect: 'error_toast', times: 1 }),
    ends: 'linkedin_error maybe_effect',
    sent: 0,
  },
  {
    name: 'that vanishes without a word',
    setup: (twin) => twin.control.armFault({ on: 'message', effect: 'close_without_success', times: 1 }),
    ends: 'not_seen',
    sent: 0,
  },
  {
    name: 'whose answer is lost',
    setup: (twin) => twin.control.armFault({ on: 'message', effect: 'drop_after_effect', times: 1 }),
    ends: 'verified',
    sent: 1,
  },
  {
    name: 'while LinkedIn wants fewer requests',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '429', times: 1 }),
    ends: 'too_many_requests before_effect',
    sent: 0,
  },
  {
    name: 'while a read answers with a page',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: 'html_in_200', times: 1 }),
    ends: 'layout_unknown before_effect',
    sent: 0,
  },
];

let number = 300;

test.each(cases)('$name: $ends', async ({ ends, sent, ...given }) => {
  number += 1;
  const { twin } = world;
  const someone = person(String(number), { degree: 1, ...given.person });
  twin.control.addPerson(someone);
  twin.control.setLocale(given.locale ?? 'en');
  given.setup?.(twin, someone);
  const seen = twin.ledger().length;
  const step = stepFor('message', targetOf(someone, given.target), given.step);

  const run = await runStep(page, step, given.between);

  const messages = effects(twin.ledger().slice(seen));
  expect(messages.map((line) => line.replace(/\n+/g, '\n'))).toEqual(
    Array.from({ length: sent }, () => `message ${someone.slug} ${step.text?.replace(/\n+/g, '\n')}`),
  );
  expect(endOf(run)).toBe(ends);
});

function endOf({ prepared, acted, verified }: Awaited<ReturnType<typeof runStep>>): string {
  if (prepared.outcome === 'closed') return prepared.reason;
  if (prepared.outcome === 'failed') return `${prepared.failure.code} ${prepared.failure.effect}`;
  if (acted?.outcome === 'failed') return `${acted.failure.code} ${acted.failure.effect}`;
  if (verified?.outcome === 'refused') return `${verified.failure.code} ${verified.failure.effect}`;
  return String(verified?.outcome);
}

test('the thread’s last inbound message is dated by LinkedIn', async () => {
  const someone = person('390', { degree: 1 });
  world.twin.control.addPerson(someone);
  const before = world.twin.now();
  world.twin.control.messageFromOutside(rep.memberId, someone.slug, 'Are you there?');
  const step = stepFor('message', targetOf(someone));
  await page.goto(stepUrl(step));
  const prepared = await call(page, 'prepare', step);
  expect(prepared).toMatchObject({ outcome: 'ready', lastInboundAt: expect.any(Number) });
  expect(prepared.outcome === 'ready' && (prepared.lastInboundAt ?? 0) >= before).toBe(true);
});

test('what was typed and is not sent is taken back; what somebody changed, or another’s text, is not', async () => {
  const someone = person('395', { degree: 1 });
  world.twin.control.addPerson(someone);
  const step = stepFor('message', targetOf(someone), { text: 'Hello Lena,\n\nhow are you?' });
  const box = page.locator('.msg-form__contenteditable');
  await page.goto(stepUrl(step));
  expect(await call(page, 'prepare', step)).toMatchObject({ outcome: 'ready' });
  await box.press('End');
  await box.pressSequentially(' Mine.');
  await call(page, 'leave', step);
  expect(await box.innerText()).toContain('how are you? Mine.');

  await box.fill('');
  expect(await call(page, 'prepare', step)).toMatchObject({ outcome: 'ready' });
  await call(page, 'leave', step);
  expect((await box.innerText()).trim()).toBe('');
  expect(await call(page, 'act', step)).toMatchObject({ outcome: 'failed', failure: { code: 'tab_closed' } });

  // A later life of the worker finds the draft in a page that is still being loaded.
  await page.goto(stepUrl(step), { waitUntil: 'commit' });
  await page.waitForLoadState('domcontentloaded');
  await box.fill(step.text ?? '');
  await call(page, 'leave', step);
  expect((await box.innerText()).trim()).toBe('');
});

test('the same text sent earlier is no proof of this step', async () => {
  const someone = person('391', { degree: 1 });
  world.twin.control.addPerson(someone);
  const first = stepFor('message', targetOf(someone));
  await runStep(page, first);
  const again = { ...first, taskId: 'task-again' };
  world.twin.control.armFault({ on: 'message', effect: 'close_without_success', times: 1 });
  const run = await runStep(page, again);
  expect(endOf(run)).toBe('not_seen');
});

test('an existing thread opened by its own address is checked by its profile link', async () => {
  const [someone, other] = [person('392', { degree: 1 }), person('393', { degree: 1 })];
  for (const one of [someone, other]) world.twin.control.addPerson(one);
  await runStep(page, stepFor('message', targetOf(other)));
  const seen = world.twin.ledger().length;
  const step = stepFor('message', targetOf(someone));
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'wrong_person', effect: 'before_effect' },
  });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('a thread that cannot be read is no empty thread', async () => {
  const someone = person('394', { degree: 1 });
  world.twin.control.addPerson(someone);
  world.twin.control.messageFromOutside(rep.memberId, someone.slug, 'Please stop.');
  await page.route('**/voyagerMessagingGraphQL/**', (route) => route.fulfill({ status: 400, json: {} }));
  const seen = world.twin.ledger().length;
  expect(endOf(await runStep(page, stepFor('message', targetOf(someone))))).toBe(
    'layout_unknown before_effect',
  );
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('a thread older than the newest hundred is dated by its own address, else stops where it holds their words', async () => {
  const { control } = world.twin;
  const someone = person('396', { degree: 1 });
  control.addPerson(someone);
  control.messageFromOutside(rep.memberId, someone.slug, 'An old word of mine.');
  world.twin.setClockOffset(60_000);
  for (let each = 0; each < 101; each++) {
    const other = person(String(39_700 + each), { degree: 1 });
    control.addPerson(other);
    control.messageFromOutside(rep.memberId, other.slug, 'Newer');
  }
  const step = stepFor('message', targetOf(someone));
  await page.goto('https://www.linkedin.com/messaging/');
  await page.goto(await threadAddress(someone.profileId));
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'ready',
    lastInboundAt: expect.any(Number),
  });
  // This contact's matter: a hold of the kind would stop everybody's messages.
  await page.evaluate(() => history.replaceState(null, '', '/messaging/'));
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'linkedin_error', effect: 'before_effect' },
  });
});

test('while a new thread is waited for, its later looks ask for the newest conversations only', async () => {
  const { control } = world.twin;
  for (let each = 0; each < 101; each++) {
    const other = person(String(39_900 + each), { degree: 1 });
    control.addPerson(other);
    control.messageFromOutside(rep.memberId, other.slug, 'Newer');
  }
  const someone = person('398', { degree: 1 });
  control.addPerson(someone);
  control.armFault({ on: 'message', effect: 'close_without_success', times: 1 });
  let looks = 0;
  let further = 0;
  page.on('request', (request) => {
    if (!request.url().includes('queryId=messengerConversations')) return;
    if (request.url().includes('nextCursor')) further += 1;
    else looks += 1;
  });
  expect(endOf(await runStep(page, stepFor('message', targetOf(someone))))).toBe('not_seen');
  expect(looks).toBeGreaterThan(2);
  // Four before the message, four with the first look after it.
  expect(further).toBe(8);
});

/** The address of the thread with somebody, by the twin's own inbox. */
async function threadAddress(profileId: string): Promise<string> {
  const query =
    '/voyager/api/voyagerMessagingGraphQL/graphql?queryId=messengerConversations.9501074288a12f3ae9e3c7ea243bccbf&variables=(count:500)';
  const body = await page.evaluate(async (path) => {
    const csrf = /JSESSIONID="?([^";]+)/.exec(document.cookie)?.[1] ?? '';
    return (await fetch(path, { headers: { 'csrf-token': csrf, 'x-li-page-instance': 'test' } })).text();
  }, query);
  const { included } = JSON.parse(body) as { included: Record<string, unknown>[] };
  const found = included.find((one) =>
    JSON.stringify(one['*conversationParticipants'] ?? '').includes(profileId),
  );
  return String(found?.conversationUrl);
}

test('a contact whose name is spelled another way is proven by id', async () => {
  const someone = person('395', { degree: 1 });
  world.twin.control.addPerson(someone);
  const target = targetOf(someone, { name: 'Магдалена Фосс', slug: 'an-older-slug' });
  expect(endOf(await runStep(page, stepFor('message', target)))).toBe('verified');
});
