import { expect, it } from 'vitest';
import { stopwatch } from '#shared/kernel/stopwatch.ts';

it('tells whole milliseconds by the clock that went further, as the server takes them', () => {
  const [clock, mono] = [{ now: () => wall }, { now: () => steady }];
  let [wall, steady] = [1000, 0.25];
  const since = stopwatch({ clock, mono });
  steady = 12.4;
  expect(since.elapsed()).toBe(13);
  wall = 5000;
  expect(since.elapsed()).toBe(4000);
  wall = -DAY_BACK;
  expect(since.elapsed()).toBe(13);
});

const DAY_BACK = 864e5;
