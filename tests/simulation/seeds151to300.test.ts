import { expect, it } from 'vitest';
import { manyAtOneDomain } from './bugs.ts';
import { expectSeeds, parts } from './expectSeeds.ts';
import { regressions } from './regressions.ts';
import { run } from './run.ts';

it.each(parts(151, 300))('keeps every rule in the worlds %i to %i', expectSeeds);

it.each(regressions)('keeps every rule where one was broken: $found', async (world) => {
  const { seed, faults, tilt, defect } = world;
  expect((await run(seed, { faults, tilt })).violation).toBeNull();
  // A world in which nothing would be noticed proves nothing.
  expect((await run(seed, { faults, tilt, bug: defect })).violation).toMatch(/^Violation/);
});

it.each([2, 5, 8])(
  'ends everybody at a domain that is stoplisted while the server dies (world %i)',
  async (seed) => {
    expect((await run(seed, manyAtOneDomain)).violation).toBeNull();
  },
);
