import { expect } from 'vitest';
import { report } from './cli.ts';
import { run } from './run.ts';

/** Runs these seeds and shows every violation with its fault mix and last events. */
export async function expectSeeds(seeds: readonly number[]): Promise<void> {
  const failed: string[] = [];
  let effects = 0;
  for (const seed of seeds) {
    const result = await run(seed);
    effects += result.effects;
    if (result.violation) failed.push(report(result));
  }
  expect(failed.join('\n')).toBe('');
  // Worlds in which nothing happens prove nothing.
  expect(effects).toBeGreaterThan(seeds.length * 3);
}

export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
