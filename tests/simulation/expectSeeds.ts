import { randomInt } from 'node:crypto';
import { expect } from 'vitest';
import { report } from './cli.ts';
import { run } from './run.ts';
import { whatDiffers } from './sameness.ts';

/** Of so many seeds one is run again, with other turns of the event loop each time. */
const AGAIN_EVERY = 12;
const TURNS = 1_000_000;

/** Runs these seeds and shows every violation with its fault mix and last events. */
export async function expectSeeds(first: number, last: number): Promise<void> {
  const failed: string[] = [];
  let effects = 0;
  for (let seed = first; seed <= last; seed++) {
    const result = await run(seed);
    effects += result.effects;
    if (result.violation) failed.push(report(result));
    const differs = seed % AGAIN_EVERY === 0 ? await whatDiffers(result, randomInt(TURNS)) : null;
    if (differs) failed.push(differs);
  }
  expect(failed.join('\n')).toBe('');
  // Worlds in which nothing happens prove nothing.
  expect(effects).toBeGreaterThan((last - first + 1) * 3);
}

const AT_ONCE = 25;

/** Each 25 of these seeds are a test: what a machine can do within a test's time, however slow. */
export function parts(first: number, last: number): [number, number][] {
  const starts = Array.from(
    { length: Math.ceil((last - first + 1) / AT_ONCE) },
    (_, i) => first + i * AT_ONCE,
  );
  return starts.map((from) => [from, Math.min(last, from + AT_ONCE - 1)]);
}
