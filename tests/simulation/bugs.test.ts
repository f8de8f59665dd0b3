import { describe, expect, it } from 'vitest';
import { type Bug, bugs } from './faults.ts';
import { run } from './run.ts';

const SEEDS = 40;

describe('planted bugs', () => {
  it.each(Object.entries(bugs) as [Bug, number][])('%s is noticed', async (bug, known) => {
    for (let i = 0; i < SEEDS; i++) {
      const { violation } = await run(1 + ((known - 1 + i) % SEEDS), { bug });
      if (violation?.startsWith('Violation')) return;
    }
    expect.fail(`none of ${SEEDS} seeds noticed ${bug}`);
  });
});
