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
    crash: rng() * 0.2,
    freeze: rng() * 0.12,
    refuse: rng() * 0.1,
    logout: rng() * 0.03,
    smtp: rng() * 0.3,
    decide: rng() * 0.05,
  };
}

/** Planted bugs: each must make some seed fail. The number is a seed that noticed it before, tried first. */
export const bugs = {
  forget_journal: 9,
  no_deadline: 16,
  act_without_commit: 7,
  resend_unknown_email: 7,
  retry_committing: 3,
  wrong_page: 1,
  ignore_replies: 2,
  lose_count: 1,
} as const;
export type Bug = keyof typeof bugs;
