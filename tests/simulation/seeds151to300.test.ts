import { expect, it } from 'vitest';
import { expectSeeds, parts } from './expectSeeds.ts';
import { regressions } from './regressions.ts';
import { run } from './run.ts';

it.each(parts(151, 300))('keeps every rule in the worlds %i to %i', expectSeeds);

it('keeps every rule where one was broken before', async () => {
  for (const { found, seed, faults, tilt } of regressions)
    expect((await run(seed, { faults, tilt })).violation, found).toBeNull();
});
