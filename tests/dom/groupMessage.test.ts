import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { stepUrl } from '#linkedin/index.ts';
import { must } from '#shared/kernel/assert.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import type { Twin, TwinLocale, TwinPerson } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
import {
  effects,
  endOf,
  hide,
  openWorld,
  person,
  rep,
  runStep,
  stepFor,
  targetOf,
  type World,
} from './support/twin.ts';

const GROUP = { kind: 'group', id: '4711' } as const;
const EVENT = { kind: 'event', id: '7300000000000000001' } as const;
/** Who stands in the list before the one meant: further down than what a list shows at first. */
const crowd = Array.from({ length: 14 }, (_, i) =>
  person(`7${i}`, { firstName: 'Crowd', lastName: `Member ${i}`, slug: `crowd-${i}` }),
);

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  for (const someone of crowd) world.twin.control.addPerson(someone);
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
  step: Partial<LinkedinStep>;
  person?: Partial<TwinPerson>;
  locale?: TwinLocale;
  /** Not in the list; or the list is not shown to the rep. */
  missing?: 'person' | 'rep';
  hidden?: true;
  setup?(twin: Twin, someone: TwinPerson): void;
  ends: string;
  sent: 0 | 1;
}

const cases: Case[] = [
  { name: 'a fellow group member, by the list’s search', step: { circle: GROUP }, ends: 'verified', sent: 1 },
  {
    name: 'a group member in a hidden tab',
    step: { circle: GROUP },
    hidden: true,
    ends: 'verified',
    sent: 1,
  },
  { name: 'an attendee, in the iframe', step: { circle: EVENT }, ends: 'verified', sent: 1 },
  {
    name: 'an attendee, in the shadow root',
    step: { circle: EVENT },
    person: { messageSurface: 'shadow' },
    ends: 'verified',
    sent: 1,
  },
  { name: 'in German', step: { circle: EVENT }, locale: 'de', ends: 'verified', sent: 1 },
  { name: 'in French', step: { circle: GROUP }, locale: 'fr', ends: 'verified', sent: 1 },
  {
    name: 'where Enter sends',
    step: { circle: EVENT },
    setup: (twin) => twin.control.setSendMode(rep.memberId, 'enter'),
    ends: 'verified',
    sent: 1,
  },
  {
    name: 'somebody who wrote before',
    step: { circle: GROUP },
    setup: (twin, { slug }) => twin.control.messageFromOutside(rep.memberId, slug, 'Are you there?'),
    ends: 'verified',
    sent: 1,
  },
  {
    name: 'an attendee further down, in a hidden tab',
    step: { circle: EVENT },
    hidden: true,
    ends: 'needs_visible_tab before_effect',
    sent: 0,
  },
  {
    name: 'somebody who left the group',
    step: { circle: GROUP },
    missing: 'person',
    ends: 'not_connected before_effect',
    sent: 0,
  },
  {
    name: 'in a group the rep left',
    step: { circle: GROUP },
    missing: 'rep',
    ends: 'not_connected before_effect',
    sent: 0,
  },
  {
    name: 'at an event the rep does not attend, in German',
    step: { circle: EVENT },
    locale: 'de',
    missing: 'rep',
    ends: 'not_connected before_effect',
    sent: 0,
  },
  {
    name: 'when LinkedIn refuses',
    step: { circle: GROUP },
    setup: (twin) => twin.control.armFault({ on: 'message', effect: 'error_toast', times: 1 }),
    ends: 'linkedin_error maybe_effect',
    sent: 0,
  },
  {
    name: 'when the answer is lost after the effect',
    step: { circle: EVENT },
    setup: (twin) => twin.control.armFault({ on: 'message', effect: 'drop_after_effect', times: 1 }),
    ends: 'verified',
    sent: 1,
  },
  { name: 'without a group', step: {}, ends: 'linkedin_error before_effect', sent: 0 },
];

test.each(cases)('a message to $name', async (each) => {
  const number = String(cases.indexOf(each) + 100);
  const someone = person(number, each.person);
  const { twin } = world;
  twin.control.addPerson(someone);
  const others = crowd.map((p) => p.profileId);
  const everybody = [rep.profileId, ...others, someone.profileId].filter(
    (id) =>
      !(id === someone.profileId && each.missing === 'person') &&
      !(id === rep.profileId && each.missing === 'rep'),
  );
  for (const circle of [GROUP, EVENT])
    twin.control.setCircle({ ...circle, name: 'Freight', people: everybody });
  if (each.locale) twin.control.setLocale(each.locale);
  each.setup?.(twin, someone);
  if (each.hidden) await hide(page);
  const seen = twin.ledger().length;

  const run = await runStep(page, stepFor('group_message', targetOf(someone), each.step));

  expect(endOf(run)).toBe(each.ends);
  const happened = effects(twin.ledger().slice(seen));
  expect(happened).toHaveLength(each.sent);
  for (const line of happened) expect(line).toMatch(new RegExp(`^message ${someone.slug} Hello Lena`));
});

test.each([GROUP, EVENT])('one of many people with the same name, far down: %o', async (circle) => {
  const { twin } = world;
  const namesakes = Array.from({ length: 13 }, (_, each) =>
    person(`${circle.kind === 'group' ? 6 : 5}40${each + 10}`, { firstName: 'Kim', lastName: 'Larsen' }),
  );
  for (const each of namesakes) twin.control.addPerson(each);
  const people = [rep, ...crowd, ...namesakes].map((each) => each.profileId);
  twin.control.setCircle({ ...circle, name: 'Freight', people });
  const wanted = must(namesakes.at(-1), 'namesake');
  const seen = twin.ledger().length;
  const run = await runStep(page, stepFor('group_message', targetOf(wanted), { circle }));
  expect(endOf(run)).toBe('verified');
  expect(effects(twin.ledger().slice(seen))).toHaveLength(1);
  expect(effects(twin.ledger().slice(seen))[0]).toContain(`message ${wanted.slug} `);
});

test('a list whose rows are not known is no list that somebody left', async () => {
  const someone = person('6601');
  world.twin.control.addPerson(someone);
  for (const circle of [GROUP, EVENT]) {
    const people = [rep.profileId, someone.profileId];
    world.twin.control.setCircle({ ...circle, name: 'Freight', people });
    const step = stepFor('group_message', targetOf(someone), { circle });
    await page.goto(stepUrl(step), { waitUntil: 'domcontentloaded' });
    await call(page, 'useCatalogue', {
      version: '2099-01-02',
      entries: { circleRow: { css: 'li.renamed' } },
    });
    expect(await call(page, 'prepare', step)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'layout_unknown', effect: 'before_effect' },
    });
  }
});

test('a search that empties the list for long has not said that nobody is there', async () => {
  const someone = person('6602');
  world.twin.control.addPerson(someone);
  const people = [rep.profileId, ...crowd.map((one) => one.profileId), someone.profileId];
  world.twin.control.setCircle({ ...GROUP, name: 'Freight', people });
  await hide(page);
  await page.addInitScript(searchSlowly, 4_700);
  const run = await runStep(page, stepFor('group_message', targetOf(someone), { circle: GROUP }));
  expect(endOf(run)).toBe('verified');
});

/** In the page: what is searched for reaches the list only after so many ms; until then it is empty. */
function searchSlowly(ms: number): void {
  let isLate = false;
  const hold = (event: Event) => {
    if (isLate || !(event.target instanceof HTMLInputElement)) return;
    const field = event.target;
    event.stopImmediatePropagation();
    const list = document.querySelector('[data-rows]');
    if (list) list.innerHTML = '';
    setTimeout(() => {
      isLate = true;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }, ms);
  };
  window.addEventListener('input', hold, { capture: true });
}

test('a full batch after which nothing comes is not the whole list', async () => {
  const someone = person('6603');
  world.twin.control.addPerson(someone);
  const people = [rep.profileId, ...crowd.map((one) => one.profileId), someone.profileId];
  world.twin.control.setCircle({ ...EVENT, name: 'Freight', people });
  await page.addInitScript(() =>
    Reflect.set(
      window,
      'IntersectionObserver',
      class {
        observe() {}
      },
    ),
  );
  const run = await runStep(page, stepFor('group_message', targetOf(someone), { circle: EVENT }));
  expect(endOf(run)).toBe('timeout before_effect');
});

test('a conversation left open over the list is gone on with if it is theirs, and not touched if it is not', async () => {
  const { twin } = world;
  const [one, other] = [person('6501'), person('6502')];
  for (const each of [one, other]) twin.control.addPerson(each);
  const people = [rep, one, other].map((each) => each.profileId);
  twin.control.setCircle({ ...GROUP, name: 'Freight', people });
  const seen = twin.ledger().length;
  const toOne = stepFor('group_message', targetOf(one), { circle: GROUP });
  await page.goto(stepUrl(toOne), { waitUntil: 'domcontentloaded' });
  expect(await call(page, 'prepare', toOne)).toMatchObject({ outcome: 'ready' });
  expect(await call(page, 'prepare', { ...toOne, taskId: 'again' })).toMatchObject({ outcome: 'ready' });
  const toOther = stepFor('group_message', targetOf(other), { circle: GROUP });
  expect(await call(page, 'prepare', toOther)).toMatchObject({
    outcome: 'failed',
    failure: { code: 'linkedin_error', effect: 'before_effect' },
  });
  expect(effects(twin.ledger().slice(seen))).toEqual([]);
});

test('a click that leads away ends the step before anything is sent', async () => {
  const someone = person('199', { messageSurface: 'page' });
  world.twin.control.addPerson(someone);
  const circle = { ...EVENT, name: 'Freight', people: [rep.profileId, someone.profileId] };
  world.twin.control.setCircle(circle);
  const seen = world.twin.ledger().length;
  const step = stepFor('group_message', targetOf(someone), { circle: EVENT });
  // The document is gone: the runner hears nothing and reports that nothing was started.
  await expect(runStep(page, step)).rejects.toThrow('context was destroyed');
  // Chromium does not close a page that is on its way to another.
  await page.waitForURL('**/messaging/compose/**');
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});
