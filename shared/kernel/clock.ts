/** Where "now" comes from. Injected everywhere; only this file may touch `Date.now` and timers. */
export interface Clock {
  /** Unix time in ms, UTC. */
  now(): number;
}

/** Waiting that always has a way out: every sleep takes a signal. */
export interface Timers {
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** For the few short waits that nothing is to cut off. */
export const uninterrupted = new AbortController().signal;

/**
 * The two clocks of the engine (docs/decisions.md, "Two clocks").
 * `schedule`: delays, windows, caps, ramps; may be moved ahead by tests and the demo.
 * `lease`: leases, heartbeats, network deadlines; always real.
 */
export interface Clocks {
  schedule: Clock;
  lease: Clock;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** The day of a moment in UTC, as 2026-03-31: for sentences that nobody's time zone is known for. */
export function utcDate(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export const systemClock: Clock = { now: () => Date.now() };

export const systemTimers: Timers = {
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  },
};

/** A clock that runs `offset()` ms ahead of `base`: schedule time in the demo and in tests. */
export function shiftedClock(base: Clock, offset: () => number): Clock {
  return { now: () => base.now() + offset() };
}

/** A signal that aborts after `ms`, or as soon as `signal` does. Every wait on a network has one. */
export function withDeadline(ms: number, signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(ms);
  return signal ? AbortSignal.any([signal, deadline]) : deadline;
}

/** Time that never jumps, in ms since this process began: for measuring a deadline beside the wall clock. */
export const monotonicClock: Clock = { now: () => performance.now() };
