import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { Rng } from '#shared/kernel/prng.ts';

const FIRST = 5 * SECOND;
const LONGEST = 5 * MINUTE;

/** Wait after the n-th failure in a row (1 = the first): doubling, half of it random, 5 minutes at most. */
export function backOffMs(failures: number, rng: Rng): number {
  const full = Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 10));
  return Math.round(full / 2 + (full / 2) * rng());
}
