import { type Deadlines, deadline, type PageEnv } from '../env.ts';
import { roots } from './find.ts';

/** How often the page is looked at when nothing seems to change (hidden tabs stretch this to about 1 s). */
const POLL_MS = 200;

/**
 * Waits until `read` gives something other than null or false, and returns it; null at the deadline.
 * Built on mutations plus polling: hidden tabs have no animation frames and slow timers.
 * Rejects only when `signal` aborts.
 */
export async function waitFor<T>(
  env: PageEnv,
  kind: keyof Deadlines | number,
  signal: AbortSignal,
  read: () => T | null | undefined | false,
): Promise<T | null> {
  const until = env.clock.now() + (typeof kind === 'number' ? kind : deadline(env, kind));
  for (;;) {
    signal.throwIfAborted();
    const value = read();
    if (value !== null && value !== undefined && value !== false) return value;
    if (env.clock.now() >= until) return null;
    await nextChange(env, signal);
  }
}

/** Resolves at the next mutation in any root, or after one poll interval. */
async function nextChange(env: PageEnv, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  let changed = () => {};
  const mutation = new Promise<void>((resolve) => {
    changed = resolve;
  });
  const observer = new MutationObserver(() => changed());
  for (const root of roots(env)) {
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  try {
    const poll = env.timers.sleep(POLL_MS, AbortSignal.any([signal, done.signal]));
    await Promise.race([mutation, poll.catch((error: unknown) => rethrowUnless(done.signal, error))]);
    // A busy page mutates constantly; give it a moment so that one wait is not thousands of reads.
    if (!signal.aborted) await env.timers.sleep(20, signal);
  } finally {
    observer.disconnect();
    done.abort();
  }
}

function rethrowUnless(expected: AbortSignal, error: unknown): void {
  if (!expected.aborted) throw error;
}

/** Sleeps in page time; used to let a menu or a control settle. */
export function pause(env: PageEnv, ms: number, signal: AbortSignal): Promise<void> {
  return env.timers.sleep(ms, signal);
}
