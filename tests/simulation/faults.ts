import type { Rng } from '#shared/kernel/prng.ts';

/**
 * Everything that may go wrong, with its largest probability. Each seed draws each of them; about half are left out,
 * so that rare combinations come alone, too. A new fault is a line here and a `chance.fails(faults.name)` where it happens.
 */
const most = {
  /** A request or an answer is lost, comes twice, or comes late (and so out of order). */
  drop: 0.2,
  duplicate: 0.2,
  slow: 0.15,
  /** What was said of an earlier claim comes once more while a newer one is out. */
  echo: 0.5,
  /** A life of a browser ends at one of its first calls; a server's at one of its first statements. */
  browserCrash: 0.5,
  serverCrash: 0.5,
  /** The laptop sleeps in the middle of something: its monotonic clock stands still. */
  sleep: 0.04,
  /** The browser's profile is wiped: its journal is gone. */
  wipe: 0.006,
  /** Somebody sets the computer's clock. */
  setClock: 0.01,
  /** LinkedIn refuses a page, loses a click, or shows its effect too late. */
  refuse: 0.1,
  swallow: 0.08,
  invisible: 0.15,
  tabClosed: 0.06,
  /** The rep is signed out, or somebody else is signed in. */
  logout: 0.12,
  wrongAccount: 0.04,
  /** A profile's address now leads to another person. */
  moveSlug: 0.03,
  /** The mail server refuses, asks to come again, or hangs up after the final dot. */
  smtp: 0.3,
  imap: 0.1,
  /** Somebody operates the dashboard. */
  operate: 0.5,
  /** Idle time passes on all clocks (everybody asleep), not on the schedule's alone. */
  everybodySleeps: 0.7,
  /** The system that Webhook nodes call refuses, is not there, or answers too late, having taken the call or not. */
  receiver: 0.5,
} as const;

export type Fault = keyof typeof most;
export type Faults = Record<Fault, number>;

/** A world in which nothing goes wrong. */
export const noFaults = Object.fromEntries(Object.keys(most).map((name) => [name, 0])) as Faults;

export function drawFaults(rng: Rng): Faults {
  const drawn = Object.entries(most).map(([name, limit]) => [name, rng() < 0.5 ? rng() * limit : 0]);
  return Object.fromEntries(drawn) as Faults;
}
