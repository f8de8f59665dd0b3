import type { Rng } from '#shared/kernel/prng.ts';

/** Each seed draws its own mix. */
export interface Faults {
  on: boolean;
  drop: number;
  dup: number;
  slow: number;
  crash: number;
  freeze: number;
  refuse: number;
  logout: number;
  smtp: number;
  decide: number;
}

export function drawFaults(rng: Rng): Faults {
  return {
    on: true,
    drop: rng() * 0.25,
    dup: rng() * 0.25,
    slow: rng() * 0.12,
    crash: rng() * 0.12,
    freeze: rng() * 0.12,
    refuse: rng() * 0.1,
    logout: rng() * 0.03,
    smtp: rng() * 0.3,
    decide: rng() * 0.05,
  };
}

/** Planted bugs: each must make some seed fail. */
export const bugs = [
  'forget_journal',
  'no_deadline',
  'act_without_commit',
  'resend_unknown_email',
  'retry_committing',
  'wrong_page',
  'ignore_replies',
  'lose_count',
] as const;
export type Bug = (typeof bugs)[number];
