import { expect, test } from 'vitest';
import { person } from '../dom/support/twin.ts';
import type { TwinClick } from '../linkedin-twin/index.ts';
import type { Case } from './dimensions.ts';
import { expectedOf } from './expected.ts';
import { tooManyReads, unplanned } from './plan.ts';

/** A click that led to nothing is wrong all the same: on somebody else, once too often, or where nothing is to be clicked. */

const someone = person('1');
const each: Case = { kind: 'connect', relation: 'row', front: 'shadow', locale: 'en', fault: 'none' };
const click = (name: string, href: string | null = null): TwinClick => ({
  how: 'click',
  control: href ? 'a' : 'button',
  name,
  href,
  page: '/',
});
const connect = click('Invite Lena Voss 1 to connect', '/preload/custom-invite/?vanityName=lena-voss-1');
const send = click('Send without a note');
const against = (clicks: TwinClick[], change: Partial<Case> = {}) => {
  const changed = { ...each, ...change };
  return unplanned(changed, someone, expectedOf(changed), clicks);
};

test('what the plan holds is right, and so is a click that LinkedIn swallowed', () => {
  expect(against([connect, send])).toEqual([]);
  expect(against([connect, connect, send])).toEqual([]);
  expect(against([connect, { ...send, how: 'enter' }])).toHaveLength(2);
});

test.each<[string, TwinClick[], Partial<Case>?]>([
  ['Connect of somebody else', [click('Invite Casey Field to connect', '/preload/x'), connect, send]],
  ['Connect that leads to somebody else', [click(connect.name, '/preload/?vanityName=casey-field'), send]],
  ['a control beside the way', [connect, click('Follow'), send]],
  ['two clicks that act', [connect, send, send]],
  ['no click that acts where an effect is', [connect]],
  ['any click on a page that is only read', [click('More')], { kind: 'visit' }],
  ['a click before a security check is answered', [connect], { fault: 'check_before' }],
  ['the click that acts where an email is asked for', [connect, send], { relation: 'email' }],
])('%s', (_, clicks, change) => {
  expect(against(clicks, change)).not.toEqual([]);
});

test('reads are counted: too many are said', () => {
  expect(tooManyReads(each, { before: 7, after: 12 })).toEqual([]);
  expect(tooManyReads(each, { before: 8, after: 13 })).toHaveLength(2);
});
