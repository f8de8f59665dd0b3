import { expect } from 'vitest';
import { report } from './cli.ts';
import { run } from './run.ts';

/** Runs these seeds and shows every violation with its fault mix and last events. */
export async function expectSeeds(first: number, last: number): Promise<void> {
  const failed: string[] = [];
  let effects = 0;
  for (let seed = first; seed <= last; seed++) {
    const result = await run(seed);
    effects += result.effects;
    if (result.violation) failed.push(report(result));
  }
  expect(failed.join('\n')).toBe('');
  expect(effects).toBeGreaterThan((last - first) * 3);
}
