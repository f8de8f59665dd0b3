import { between, type Rng } from '#shared/kernel/prng.ts';

/** Draws of one seed. Faults can be switched off; everything else goes on. */
export class Chance {
  faultsOn = true;

  constructor(readonly rng: Rng) {}

  pick(low: number, high: number): number {
    return between(this.rng, low, high);
  }

  /** Part of how people and sites behave. */
  happens(p: number): boolean {
    return this.rng() < p;
  }

  /** A fault. */
  fails(p: number): boolean {
    return this.faultsOn && p > 0 && this.rng() < p;
  }

  one<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('nothing to choose from');
    return from[this.pick(0, from.length - 1)] as T;
  }
}
