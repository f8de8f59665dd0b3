import { type Clock, SECOND } from './clock.ts';

/** Time kept free at a lease's end: by then the act must have happened. */
export const SAFETY_MS = 10 * SECOND;

export interface Stopwatch {
  readonly wall: number;
  readonly mono: number;
  elapsed(): number;
}

/** Ms since `start` by whichever clock says more: a sleeping computer stops one, a set clock moves the other. */
export function stopwatch({ clock, mono }: { clock: Clock; mono: Clock }): Stopwatch {
  const start = { wall: clock.now(), mono: mono.now() };
  return { ...start, elapsed: () => Math.max(clock.now() - start.wall, mono.now() - start.mono) };
}
