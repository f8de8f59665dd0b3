import { expect, test } from 'vitest';
import { circleIdIn } from '#shared/automation/circles.ts';

test.each([
  ['4711', 'group', '4711'],
  [' https://www.linkedin.com/groups/4711/ ', 'group', '4711'],
  ['https://www.linkedin.com/groups/4711/members/?x=1', 'group', '4711'],
  ['https://linkedin.com/events/7300000000000000001', 'event', '7300000000000000001'],
  ['https://www.linkedin.com/events/freight-day-2027-7300000000000000001/', 'event', '7300000000000000001'],
  ['https://www.linkedin.com/events/4711/', 'group', null],
  ['https://evil.example/groups/4711/', 'group', null],
  ['https://www.linkedin.com/groups/4711abc/', 'group', null],
  ['', 'group', null],
] as const)('%j as a %s is %j', (place, kind, id) => {
  expect(circleIdIn(place, kind)).toBe(id);
});
