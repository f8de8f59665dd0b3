import { expect, it } from 'vitest';
import { expectSeeds, range } from './expectSeeds.ts';
import { regressions } from './regressions.ts';
import { run } from './run.ts';

it('keeps every rule in 150 other worlds', () => expectSeeds(range(151, 300)));

it('keeps every rule where one was broken before', async () => {
  for (const { seed, found } of regressions) expect((await run(seed)).violation, found).toBeNull();
});

it('does the same for the same seed', async () => {
  for (const seed of [12, 40]) {
    const [once, again] = [await run(seed), await run(seed)];
    expect(again.fingerprint).toBe(once.fingerprint);
    expect(again.jobs).toBe(once.jobs);
  }
});
