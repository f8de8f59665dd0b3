import { type Clock, SECOND } from './clock.ts';

/** Time kept free at a lease's end: by then the act must have happened. */
export const SAFETY_MS = 10 * SECOND;

export interface Stopwatch {
  readonly wall: number;
  readonly mono: number;
  elapsed(): number;
}

/**
 * Whole ms since now by whichever clock says more: a sleeping computer stops one, a set clock moves the other.
 * Rounded up, because a monotonic clock tells fractions.
 */
export function stopwatch({ clock, mono }: { clock: Clock; mono: Clock }): Stopwatch {
  const start = { wall: clock.now(), mono: mono.now() };
  return {
    ...start,
    elapsed: () => Math.ceil(Math.max(clock.now() - start.wall, mono.now() - start.mono)),
  };
}
