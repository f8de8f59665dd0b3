import { HOUR } from '#shared/kernel/clock.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import type { Tilt } from './scenario.ts';

/** A world in which something was found, as it was played: what matters is given, so that no change of the draws loses it. */
export interface Regression {
  found: string;
  seed: number;
  faults: Faults;
  tilt: Tilt;
}

/** Work is over at 14:00; each night the rep disconnects, and somebody lets everything go on. */
const atNight: Tilt = {
  template: 'looking',
  people: 4,
  browsers: 1,
  cap: 1,
  hours: ['10:00', '14:00'],
  keepsLimits: true,
  script: [10, 34, 58, 82, 106, 130].map((hours) => ({
    afterMs: hours * HOUR,
    order: 'disconnects LinkedIn',
  })),
};

export const regressions: readonly Regression[] = [
  {
    found: 'after a reconnect by the rep at night nobody asked the browser who is signed in',
    seed: 1,
    faults: noFaults,
    tilt: { ...atNight, senders: 1 },
  },
  {
    found: 'the same, with another sender profile going on meanwhile',
    seed: 2,
    faults: noFaults,
    tilt: { ...atNight, senders: 2 },
  },
];
