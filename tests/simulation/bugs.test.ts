import { describe, expect, it } from 'vitest';
import { bugs } from './faults.ts';
import { run } from './run.ts';

const SEEDS = 40;

describe('planted bugs', () => {
  it.each(bugs)('%s is caught by some seed', async (bug) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = await run(seed, { bug });
      if (violation?.startsWith('Violation')) return;
    }
    expect.fail(`none of ${SEEDS} seeds noticed ${bug}`);
  });
});
