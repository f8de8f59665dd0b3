import { expect } from 'vitest';
import { report } from './cli.ts';
import { type RunResult, run } from './run.ts';

/** Of so many seeds one is run again, on a machine that is busy with something else now and then. */
const AGAIN_EVERY = 12;

/** Runs these seeds and shows every violation with its fault mix and last events. */
export async function expectSeeds(first: number, last: number): Promise<void> {
  const failed: string[] = [];
  let effects = 0;
  for (let seed = first; seed <= last; seed++) {
    const result = await run(seed);
    effects += result.effects;
    if (result.violation) failed.push(report(result));
    if (seed % AGAIN_EVERY === 0) await expectSame(result);
  }
  expect(failed.join('\n')).toBe('');
  // Worlds in which nothing happens prove nothing.
  expect(effects).toBeGreaterThan((last - first + 1) * 3);
}

async function expectSame({ seed, fingerprint, jobs }: RunResult): Promise<void> {
  const again = await run(seed, {
    idleTurns: () => (Math.random() < 0.2 ? Math.ceil(Math.random() * 3) : 0),
  });
  expect(again, `seed ${seed} goes another way`).toMatchObject({ fingerprint, jobs });
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
