import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import type { Fault, Twin, TwinLocale, TwinPerson } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
import {
  effects,
  endOf,
  openWorld,
  person,
  rep,
  runStep,
  stepFor,
  targetOf,
  type World,
} from './support/twin.ts';

const premium = { ...rep, premium: true };
let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld(premium);
});
afterAll(() => world.close());
beforeEach(async () => {
  page = await world.context.newPage();
  world.twin.control.clearFaults();
  world.twin.control.setLocale('en');
  world.twin.control.setSendMode(rep.memberId, 'click');
  world.twin.control.setQuota(rep.memberId, { inmailCredits: 5 });
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
  sent: 0 | 1;
  credits: 4 | 5 | 0;
}

const open = { openProfile: true } as const;
const free = { inmailPolicy: 'open_profile' } as const;
const fault = (effect: Fault['effect']) => (twin: Twin) =>
  twin.control.armFault({ on: 'message', effect, times: 1 });
const none = (twin: Twin) => twin.control.setQuota(rep.memberId, { inmailCredits: 0 });
/** Changes what the open composer says sending costs. */
const says = (terms: string) => (prepared: Page) =>
  prepared.locator('.msg-inmail-credits-display').evaluate((line, text) => {
    line.textContent = text;
  }, terms);

const cases: Case[] = [
  { name: 'for a credit', ends: 'verified', sent: 1, credits: 4 },
  { name: 'for a credit, in German', locale: 'de', ends: 'verified', sent: 1, credits: 4 },
  { name: 'for a credit, in French', locale: 'fr', ends: 'verified', sent: 1, credits: 4 },
  {
    name: 'for a credit, where Enter sends',
    setup: (twin) => twin.control.setSendMode(rep.memberId, 'enter'),
    ends: 'verified',
    sent: 1,
    credits: 4,
  },
  { name: 'to an open profile', person: open, step: free, ends: 'verified', sent: 1, credits: 5 },
  {
    name: 'to an open profile, in German',
    person: open,
    step: free,
    locale: 'de',
    ends: 'verified',
    sent: 1,
    credits: 5,
  },
  {
    name: 'to an open profile, in French, without credits',
    person: open,
    step: free,
    locale: 'fr',
    setup: none,
    ends: 'verified',
    sent: 1,
    credits: 0,
  },
  {
    name: 'to an open profile, where a credit was allowed',
    person: open,
    ends: 'verified',
    sent: 1,
    credits: 5,
  },
  { name: 'that costs, unasked', step: free, ends: 'inmail_not_allowed before_effect', sent: 0, credits: 5 },
  {
    name: 'that costs, without a policy',
    step: { inmailPolicy: null },
    ends: 'inmail_not_allowed before_effect',
    sent: 0,
    credits: 5,
  },
  { name: 'without credits', setup: none, ends: 'inmail_no_credits before_effect', sent: 0, credits: 0 },
  {
    name: 'to somebody who takes none',
    person: { noInmail: true },
    ends: 'inmail_not_allowed before_effect',
    sent: 0,
    credits: 5,
  },
  { name: 'to a connection', person: { degree: 1 }, ends: 'already_connected', sent: 0, credits: 5 },
  {
    name: 'to somebody who wrote first',
    setup: (twin, { slug }) => twin.control.messageFromOutside(rep.memberId, slug, 'Hello?'),
    ends: 'inmail_not_allowed before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'to an unbound contact',
    target: { profileId: null },
    ends: 'wrong_person before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'without a subject',
    step: { subject: ' ' },
    ends: 'content_rejected before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'that is too long',
    step: { text: 'x'.repeat(1_901) },
    ends: 'content_rejected before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'from another account',
    step: { expectedMemberId: '42' },
    ends: 'wrong_account before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'whose price went up meanwhile',
    between: says('Use 2 of 5 InMail credits'),
    ends: 'inmail_not_allowed before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'that is not free any more',
    person: open,
    step: free,
    between: says('Use 1 of 5 InMail credits'),
    ends: 'inmail_not_allowed before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'whose subject was changed',
    between: (prepared) => prepared.fill('input[name=subject]', 'Something else'),
    ends: 'layout_unknown before_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'with an error notice',
    setup: fault('error_toast'),
    ends: 'linkedin_error maybe_effect',
    sent: 0,
    credits: 5,
  },
  {
    name: 'that vanishes without a word',
    setup: fault('close_without_success'),
    ends: 'not_seen',
    sent: 0,
    credits: 5,
  },
  { name: 'whose answer is lost', setup: fault('drop_after_effect'), ends: 'verified', sent: 1, credits: 4 },
  {
    name: 'while LinkedIn wants fewer requests',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '429', times: 1 }),
    ends: 'too_many_requests before_effect',
    sent: 0,
    credits: 5,
  },
];

let number = 900;

function somebody(change: Partial<TwinPerson> = {}): TwinPerson {
  number += 1;
  const someone = person(String(number), change);
  world.twin.control.addPerson(someone);
  return someone;
}

const inmail = { subject: 'An idea for Norden Freight', inmailPolicy: 'spend_credit' } as const;

test.each(cases)('InMail $name: $ends', async ({ ends, sent, credits, ...given }) => {
  const { twin } = world;
  const someone = somebody(given.person);
  twin.control.setLocale(given.locale ?? 'en');
  given.setup?.(twin, someone);
  const seen = twin.ledger().length;
  const step = stepFor('inmail', targetOf(someone, given.target), { ...inmail, ...given.step });

  const run = await runStep(page, step, given.between);

  expect(effects(twin.ledger().slice(seen))).toEqual(
    Array.from({ length: sent }, () => `inmail ${someone.slug} ${step.text}`),
  );
  expect(endOf(run)).toBe(ends);
  expect(await creditsLeft()).toBe(credits);
});

async function creditsLeft(): Promise<number> {
  const answer = await world.context.newPage();
  await answer.goto('https://www.linkedin.com/__twin/blank');
  const left = await answer.evaluate(async () => {
    const state: unknown = await (await fetch('/__twin/state')).json();
    const [member] = Reflect.get(state as object, 'members') as { inmailCredits: number }[];
    return member?.inmailCredits ?? -1;
  });
  await answer.close();
  return left;
}

test('the thread is read before: when they wrote last is told', async () => {
  const someone = somebody({ openProfile: true });
  const step = stepFor('inmail', targetOf(someone), inmail);
  expect((await runStep(page, step)).prepared).toMatchObject({ outcome: 'ready', lastInboundAt: null });
});

test('how many credits are left is read where one is spent', async () => {
  const someone = somebody({ openProfile: false });
  world.twin.control.setQuota(rep.memberId, { inmailCredits: 4 });
  const step = stepFor('inmail', targetOf(someone), { ...inmail, inmailPolicy: 'spend_credit' });
  expect((await runStep(page, step)).prepared).toMatchObject({ quotas: { inmailCredits: 4 } });
});

test('a composer that does not say what it costs is not used', async () => {
  const someone = somebody();
  const seen = world.twin.ledger().length;
  const step = stepFor('inmail', targetOf(someone), inmail);
  await page.goto(
    `https://www.linkedin.com/messaging/compose/?profileUrn=urn%3Ali%3Afsd_profile%3A${someone.profileId}&recipient=${someone.profileId}`,
  );
  await says('Premium')(page);
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'layout_unknown', effect: 'before_effect' },
  });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('an account without Premium has no InMail', async () => {
  const basic = await openWorld();
  try {
    const someone = person('999');
    basic.twin.control.addPerson(someone);
    const seen = basic.twin.ledger().length;
    const opened = await basic.context.newPage();
    const run = await runStep(opened, stepFor('inmail', targetOf(someone), inmail));
    expect(endOf(run)).toBe('inmail_not_allowed before_effect');
    expect(effects(basic.twin.ledger().slice(seen))).toEqual([]);
  } finally {
    await basic.close();
  }
});
