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
  world.twin.control.setHydrationDelay(50);
  world.twin.control.requireChallenge(rep.memberId, null);
  world.twin.control.setQuota(rep.memberId, {
    notesLeft: 5,
    weeklyInvitesLeft: 100,
    weeklyWarnAt: 0,
    invitesRestricted: false,
  });
});
afterEach(() => page.close());

interface Case {
  name: string;
  person?: Partial<TwinPerson>;
  target?: Partial<LinkedinTarget>;
  step?: Partial<LinkedinStep>;
  locale?: TwinLocale;
  setup?(twin: Twin, someone: TwinPerson): void;
  between?(page: Page, twin: Twin): Promise<void> | void;
  /** What prepare, act and verify end with: an outcome, a reason or a code with its effect. */
  ends: string;
  /** Whether LinkedIn's ledger shows the invitation, with this note; null: nothing at all. */
  invited: { note: string | null } | null;
}

const note = 'Hi Lena, we met in Aarhus.';
const withNote = { text: note } as const;

const cases: Case[] = [
  { name: 'from the row', ends: 'verified', invited: { note: null } },
  {
    name: 'from the More menu',
    person: { connectPlacement: 'menu' },
    ends: 'verified',
    invited: { note: null },
  },
  { name: 'in the iframe', person: { inviteSurface: 'iframe' }, ends: 'verified', invited: { note: null } },
  { name: 'with a note', step: { ...withNote, whenNoNote: 'skip' }, ends: 'verified', invited: { note } },
  {
    name: 'with a note, in the iframe, from the menu',
    person: { inviteSurface: 'iframe', connectPlacement: 'menu' },
    step: { ...withNote, whenNoNote: 'wait' },
    ends: 'verified',
    invited: { note },
  },
  {
    name: 'in German, with a note, from the menu',
    locale: 'de',
    person: { connectPlacement: 'menu' },
    step: { ...withNote, whenNoNote: 'skip' },
    ends: 'verified',
    invited: { note },
  },
  {
    name: 'in French, in the iframe',
    locale: 'fr',
    person: { inviteSurface: 'iframe', degree: 3 },
    ends: 'verified',
    invited: { note: null },
  },
  {
    name: 'on a page that is slow to come alive',
    person: { connectPlacement: 'menu' },
    setup: (twin) => twin.control.setHydrationDelay(1_800),
    ends: 'verified',
    invited: { note: null },
  },
  {
    name: 'known only by slug and name',
    target: { profileId: null, memberId: null },
    ends: 'verified',
    invited: { note: null },
  },
  {
    name: 'notes used up, send without',
    step: { ...withNote, whenNoNote: 'send_without' },
    setup: (twin) => twin.control.setQuota(rep.memberId, { notesLeft: 0 }),
    ends: 'verified, note dropped',
    invited: { note: null },
  },
  ...(['wait', 'skip'] as const).map(
    (whenNoNote): Case => ({
      name: `notes used up, ${whenNoNote}`,
      step: { ...withNote, whenNoNote },
      setup: (twin) => twin.control.setQuota(rep.memberId, { notesLeft: 0 }),
      ends: 'note_quota_reached before_effect',
      invited: null,
    }),
  ),
  {
    name: 'a note longer than this account may write',
    step: { text: 'x'.repeat(250), whenNoNote: 'send_without' },
    ends: 'note_too_long before_effect',
    invited: null,
  },
  {
    name: 'email asked for',
    person: { connectPlacement: 'email_gate' },
    ends: 'email_required before_effect',
    invited: null,
  },
  {
    name: 'no Connect at all',
    person: { connectPlacement: 'absent' },
    ends: 'cannot_be_invited before_effect',
    invited: null,
  },
  { name: 'already connected', person: { degree: 1 }, ends: 'already_connected', invited: null },
  {
    name: 'already invited',
    setup: (twin, { slug }) => twin.control.setRelation(rep.memberId, slug, 'pending'),
    ends: 'already_invited',
    invited: null,
  },
  {
    name: 'they invited us',
    setup: (twin, { slug }) => twin.control.inviteFromOutside(rep.memberId, slug),
    ends: 'cannot_be_invited before_effect',
    invited: null,
  },
  {
    name: 'the profile is gone',
    person: { gone: true },
    ends: 'profile_not_found before_effect',
    invited: null,
  },
  {
    name: 'an old page form',
    person: { frontEnd: 'ember' },
    ends: 'layout_unknown before_effect',
    invited: null,
  },
  {
    name: 'bound to an id that is gone',
    target: { profileId: 'ACoAAAGONE' },
    ends: 'profile_not_found before_effect',
    invited: null,
  },
  {
    name: 'slug of somebody with another name',
    target: { profileId: null, memberId: null, name: 'Otto Lind', company: null },
    ends: 'wrong_person before_effect',
    invited: null,
  },
  {
    name: 'another account logged in',
    step: { expectedMemberId: '42' },
    ends: 'wrong_account before_effect',
    invited: null,
  },
  {
    name: 'the weekly limit',
    setup: (twin) => twin.control.setQuota(rep.memberId, { weeklyInvitesLeft: 0 }),
    ends: 'weekly_invite_limit before_effect',
    invited: null,
  },
  {
    name: 'the weekly limit, in German',
    locale: 'de',
    setup: (twin) => twin.control.setQuota(rep.memberId, { weeklyInvitesLeft: 0 }),
    ends: 'weekly_invite_limit before_effect',
    invited: null,
  },
  {
    name: 'only warned of the weekly limit',
    setup: (twin) => twin.control.setQuota(rep.memberId, { weeklyInvitesLeft: 3, weeklyWarnAt: 5 }),
    ends: 'verified',
    invited: { note: null },
  },
  ...(['en', 'de', 'fr'] as const).map(
    (locale): Case => ({
      name: `the account may not invite (${locale})`,
      locale,
      setup: (twin) => twin.control.setQuota(rep.memberId, { invitesRestricted: true }),
      ends: 'invites_restricted before_effect',
      invited: null,
    }),
  ),
  {
    name: 'an error notice',
    setup: (twin) => twin.control.armFault({ on: 'invite', effect: 'error_toast', times: 1 }),
    ends: 'linkedin_error before_effect',
    invited: null,
  },
  {
    name: 'the dialog closes and nothing happened',
    setup: (twin) => twin.control.armFault({ on: 'invite', effect: 'close_without_success', times: 1 }),
    ends: 'not_seen',
    invited: null,
  },
  {
    name: 'sent, but the answer is lost',
    setup: (twin) => twin.control.armFault({ on: 'invite', effect: 'drop_after_effect', times: 1 }),
    ends: 'verified',
    invited: { note: null },
  },
  ...(['row', 'menu'] as const).map(
    (connectPlacement): Case => ({
      name: `Connect in the ${connectPlacement} sends at once, says nothing and is gone`,
      person: { connectPlacement, connectsAtOnce: true },
      ends: 'linkedin_error after_effect',
      invited: { note: null },
    }),
  ),
  {
    name: 'Connect sends at once, and its answer is lost',
    person: { connectsAtOnce: true },
    setup: (twin) => twin.control.armFault({ on: 'invite', effect: 'drop_after_effect', times: 1 }),
    ends: 'linkedin_error after_effect',
    invited: { note: null },
  },
  {
    name: 'Connect asks nothing, is gone and has sent nothing',
    person: { connectsAtOnce: true },
    setup: (twin) => twin.control.armFault({ on: 'invite', effect: 'close_without_success', times: 1 }),
    ends: 'linkedin_error maybe_effect',
    invited: null,
  },
  {
    name: 'too many requests',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '429', times: 1 }),
    ends: 'too_many_requests before_effect',
    invited: null,
  },
  {
    name: 'denied with 999',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: '999', times: 1 }),
    ends: 'restricted before_effect',
    invited: null,
  },
  {
    name: 'a read sent to the login page',
    setup: (twin) => twin.control.armFault({ on: 'api', effect: 'redirect_login', times: 1 }),
    ends: 'logged_out before_effect',
    invited: null,
  },
  {
    name: 'a security check in the page',
    setup: (twin) => twin.control.requireChallenge(rep.memberId, 'human_check'),
    ends: 'challenge before_effect',
    invited: null,
  },
  {
    name: 'a security check midway',
    between: (_, twin) => twin.control.requireChallenge(rep.memberId, 'captcha'),
    ends: 'challenge maybe_effect',
    invited: null,
  },
  {
    name: 'the page moved to somebody else after it was prepared',
    between: (prepared) =>
      prepared.evaluate(() => {
        for (const card of document.querySelectorAll('[componentkey$="Topcard"]')) {
          card.setAttribute('componentkey', 'com.linkedin.sdui.profile.card.refACoAAAOTTOTopcard');
        }
      }),
    ends: 'layout_unknown before_effect',
    invited: null,
  },
];

let number = 100;

test.each(cases)('$name: $ends', async ({ ends, invited, ...given }) => {
  number += 1;
  const { twin } = world;
  const someone = person(String(number), given.person);
  twin.control.addPerson(someone);
  twin.control.setLocale(given.locale ?? 'en');
  given.setup?.(twin, someone);
  const seen = twin.ledger().length;
  const step = stepFor('connect', targetOf(someone, given.target), given.step);

  const run = await runStep(page, step, (prepared) => given.between?.(prepared, twin));

  const expected = invited ? [`invite ${someone.slug} ${invited.note ?? '-'}`] : [];
  expect(effects(twin.ledger().slice(seen))).toEqual(expected);
  expect(ends.split('|')).toContain(endOf(run));
});

function endOf({ prepared, acted, verified }: Awaited<ReturnType<typeof runStep>>): string {
  if (prepared.outcome === 'closed') return prepared.reason;
  if (prepared.outcome === 'failed') return `${prepared.failure.code} ${prepared.failure.effect}`;
  if (acted?.outcome === 'failed') return `${acted.failure.code} ${acted.failure.effect}`;
  if (verified?.outcome === 'refused') return `${verified.failure.code} ${verified.failure.effect}`;
  return `${verified?.outcome}${prepared.noteDropped ? ', note dropped' : ''}`;
}

test('broken off by a click on Connect that sends at once: nobody calls it without effect', async () => {
  const someone = person('98', { connectsAtOnce: true });
  world.twin.control.addPerson(someone);
  const step = stepFor('connect', targetOf(someone));
  await page.goto(stepUrl(step));
  expect(await call(page, 'prepareUntilClick', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'timeout', effect: 'maybe_effect' },
  });
});

test('a second act does not click again, even where the dialog is open once more', async () => {
  const someone = person('90');
  world.twin.control.addPerson(someone);
  world.twin.control.armFault({ on: 'invite', effect: 'close_without_success', times: 1 });
  const step = stepFor('connect', targetOf(someone));
  const seen = world.twin.ledger().length;
  expect(endOf(await runStep(page, step))).toBe('not_seen');
  await page.click('main [componentkey$="_connect"]');
  await page.waitForSelector('[data-test-modal-id="send-invite-modal"]');
  const again = await call(page, 'act', step);
  expect(again).toMatchObject({ outcome: 'failed', failure: { effect: 'before_effect' } });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test.each(['Hello Lena', null])(
  'an invitation with the note %s that is not sent is taken back',
  async (text) => {
    const someone = person(text ? '92' : '93');
    world.twin.control.addPerson(someone);
    const step = stepFor('connect', targetOf(someone), { text, whenNoNote: 'send_without' });
    const seen = world.twin.ledger().length;
    await page.goto(stepUrl(step));
    expect(await call(page, 'prepare', step)).toMatchObject({ outcome: 'ready' });
    const dialog = page.locator('[data-test-modal-id="send-invite-modal"]');
    expect(await dialog.count()).toBe(1);
    await call(page, 'leave', step);
    await expect.poll(() => dialog.count()).toBe(0);
    expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
  },
);

test('the effect is read back in a fresh document', async () => {
  const someone = person('91');
  world.twin.control.addPerson(someone);
  const step = stepFor('connect', targetOf(someone));
  const run = await runStep(page, step);
  await page.goto('https://www.linkedin.com/feed/');
  const baseline = run.prepared.outcome === 'ready' ? run.prepared.baseline : '';
  expect(await call(page, 'verify', step, baseline)).toMatchObject({
    outcome: 'verified',
    remoteId: expect.stringMatching(/^urn:li:fsd_invitation:/),
  });
});

test('a withdrawn invitation cannot be repeated yet', async () => {
  const someone = person('92');
  const { twin } = world;
  twin.control.addPerson(someone);
  await runStep(page, stepFor('connect', targetOf(someone)));
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  await page.click('main [componentkey$="_pending"]');
  await page.click('dialog[open] button[aria-label^="Withdraw"]');
  await page.waitForSelector('main [componentkey$="_connect"]');
  const seen = twin.ledger().length;
  expect(endOf(await runStep(page, stepFor('connect', targetOf(someone))))).toBe(
    'cannot_resend_yet before_effect',
  );
  expect(effects(twin.ledger().slice(seen))).toEqual([]);
});

test('an unknown language stops before anything is clicked', async () => {
  const someone = person('93');
  world.twin.control.addPerson(someone);
  const step = stepFor('connect', targetOf(someone));
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  await page.evaluate(() => document.documentElement.setAttribute('lang', 'it'));
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'layout_unknown', effect: 'before_effect' },
  });
});

test('a person is found by id after their slug changed', async () => {
  const someone = person('94');
  const { twin } = world;
  twin.control.addPerson(someone);
  twin.control.renameSlug(someone.profileId, 'lena-now');
  const seen = twin.ledger().length;
  expect(endOf(await runStep(page, stepFor('connect', targetOf(someone))))).toBe('verified');
  expect(effects(twin.ledger().slice(seen))).toEqual(['invite lena-now -']);
});

test('a Connect for somebody else is not clicked, wherever it stands', async () => {
  const someone = person('95');
  world.twin.control.addPerson(someone);
  const step = stepFor('connect', targetOf(someone));
  const seen = world.twin.ledger().length;
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
  await page.evaluate(() => {
    for (const link of document.querySelectorAll('main [componentkey$="Topcard"] a[href*="custom-invite"]')) {
      link.setAttribute('href', '/preload/custom-invite/?vanityName=casey-field');
    }
  });
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'cannot_be_invited', effect: 'before_effect' },
  });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('an offer of Premium that came by itself is no sign of used-up notes', async () => {
  const someone = person('96');
  world.twin.control.addPerson(someone);
  const step = stepFor('connect', targetOf(someone), { ...withNote, whenNoNote: 'skip' });
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  await page.evaluate(() => {
    const offer = document.createElement('div');
    offer.setAttribute('role', 'dialog');
    offer.innerHTML = '<h2>Grow</h2><a href="https://www.linkedin.com/premium/products/">Try</a>';
    document.body.append(offer);
  });
  const prepared = await call(page, 'prepare', step);
  expect(prepared).toMatchObject({ outcome: 'ready', noteDropped: false });
});

test('who stands at a contact’s address under another name is told, for a person to decide', async () => {
  number += 1;
  const someone = person(String(number));
  world.twin.control.addPerson(someone);
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  const unbound = targetOf(someone, { profileId: null, memberId: null, name: 'Otto Lind', company: null });
  const { profileId, firstName, lastName } = someone;
  expect(await call(page, 'prepare', stepFor('connect', unbound))).toMatchObject({
    outcome: 'failed',
    failure: { code: 'wrong_person', shown: { profileId, name: `${firstName} ${lastName}` } },
  });
});

test.each([{ profileId: 'ACoAAAOTHER' }, { profileId: null, memberId: '42' }, { memberId: '42' }])(
  'a page of somebody else than %o is left alone',
  async (bound) => {
    number += 1;
    const someone = person(String(number));
    world.twin.control.addPerson(someone);
    const seen = world.twin.ledger().length;
    await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
    expect(await call(page, 'prepare', stepFor('connect', targetOf(someone, bound)))).toMatchObject({
      outcome: 'failed',
      failure: { code: 'wrong_person', effect: 'before_effect' },
    });
    expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
  },
);

test.each(['en', 'de', 'fr'] as const)('in %s it reads how many notes are left', async (locale) => {
  const someone = person(String(++number));
  world.twin.control.addPerson(someone);
  world.twin.control.setLocale(locale);
  world.twin.control.setQuota(rep.memberId, { notesLeft: 3 });
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  const step = stepFor('connect', targetOf(someone), { ...withNote, whenNoNote: 'send_without' });
  expect(await call(page, 'prepare', step)).toMatchObject({ outcome: 'ready', quotas: { notesLeft: 3 } });
});

/** LinkedIn as after a release: the name stands in another element. */
async function openChanged(someone: TwinPerson): Promise<void> {
  await page.goto(`https://www.linkedin.com/in/${someone.slug}/`);
  await page.evaluate(() => {
    for (const name of document.querySelectorAll('[componentkey$="Topcard"] h2')) {
      const moved = document.createElement('h4');
      moved.textContent = name.textContent;
      name.replaceWith(moved);
    }
  });
}

test('a page that changed stops the step; with the server’s update of the catalogue it goes to its click', async () => {
  number += 1;
  const someone = person(String(number));
  world.twin.control.addPerson(someone);
  const seen = world.twin.ledger().length;
  const step = stepFor('connect', targetOf(someone));
  await openChanged(someone);
  expect(await call(page, 'prepare', step)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'layout_unknown', effect: 'before_effect' },
  });
  await openChanged(someone);
  const update = (css: string) => ({ version: '2099-01-02', entries: { name: { css } } });
  expect(await call(page, 'useCatalogue', update('h4['))).toBe(false);
  expect(await call(page, 'useCatalogue', update('h4'))).toBe(true);
  const prepared = await call(page, 'prepare', step);
  if (prepared.outcome !== 'ready') throw new Error(JSON.stringify(prepared));
  expect(await call(page, 'act', step)).toEqual({ outcome: 'clicked' });
  expect(await call(page, 'verify', step, prepared.baseline)).toMatchObject({ outcome: 'verified' });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([`invite ${someone.slug} -`]);

  // Where an update leads to another control, the checks in code refuse it.
  const other = person(String(++number));
  world.twin.control.addPerson(other);
  await openChanged(other);
  const astray = { name: { css: 'h4' }, connectLink: { css: 'a[href="#"]' } };
  expect(await call(page, 'useCatalogue', { version: '2099-01-02', entries: astray })).toBe(true);
  expect(await call(page, 'prepare', stepFor('connect', targetOf(other)))).toMatchObject({
    outcome: 'failed',
    failure: { code: 'cannot_be_invited', effect: 'before_effect' },
  });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([`invite ${someone.slug} -`]);
});
