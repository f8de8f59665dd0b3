import { MINUTE } from '#shared/kernel/clock.ts';
import { between, type Rng } from '#shared/kernel/prng.ts';

/** When a broken mailbox is tried again (real time), and how long the wait was. */
export interface BackOff {
  at: number;
  waitMs: number;
}

const FIRST_MS = MINUTE;
const LONGEST_MS = 30 * MINUTE;
/** So that the mailboxes of one provider do not all come back in the same second. */
const JITTER = 0.2;

/** The next try: the wait doubles to half an hour, so that a wrong password does not lock the account. */
export function nextTry(before: BackOff | null, now: number, rng: Rng): BackOff {
  const waitMs = before === null ? FIRST_MS : Math.min(before.waitMs * 2, LONGEST_MS);
  const spread = Math.round(waitMs * JITTER);
  return { at: now + waitMs + between(rng, -spread, spread), waitMs };
}
