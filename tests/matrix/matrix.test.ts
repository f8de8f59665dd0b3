import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from '../dom/support/fixtures.ts';
import { undocumented } from '../support/linkedinRequests.ts';
import { pairwiseCover } from './dimensions.ts';
import { type Lane, openLane } from './lane.ts';
import { whatIsWrong } from './runCase.ts';

/** So many tabs work at once, each on a LinkedIn of its own: most of a case is waiting. */
const LANES = 4;

let browser: Browser;
let lanes: Lane[];
beforeAll(async () => {
  browser = await launch();
  lanes = await Promise.all(Array.from({ length: LANES }, () => openLane(browser)));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await browser.close();
});

test('every pair of what a case is made of ends as specified, and touches nobody else', async () => {
  const queue = pairwiseCover(2);
  expect(queue.length).toBeLessThanOrEqual(250);
  const wrong: string[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let each = queue.pop(); each; each = queue.pop()) {
        const problem = await whatIsWrong(lane, each);
        if (problem) wrong.push(problem);
      }
    }),
  );
  expect(wrong, wrong.join('\n')).toEqual([]);
  expect(undocumented(lanes.flatMap((lane) => lane.twin.toolRequests()))).toEqual([]);
}, 600_000);
