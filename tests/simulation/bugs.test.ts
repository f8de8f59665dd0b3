import { describe, expect, it } from 'vitest';
import { bugs } from './bugs.ts';
import { SEEDS_PER_BUG } from './cli.ts';
import { run } from './run.ts';

describe('planted bugs', () => {
  it.each(Object.entries(bugs))('%s', async (name, bug) => {
    for (let seed = 1; seed <= SEEDS_PER_BUG; seed++) {
      const { violation } = await run(seed, { bug });
      if (violation?.startsWith('Violation')) return;
    }
    expect.fail(`none of ${SEEDS_PER_BUG} seeds noticed that ${name}`);
  });
});
