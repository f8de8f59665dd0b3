import type { Timers } from '#shared/kernel/clock.ts';

/** Tells whoever waits that something was written: the engine loop and open event streams. */
export interface Changes {
  notify(): void;
  /** Counts up with every `notify`. */
  count(): number;
  /** Resolves at once if something changed since `seen`, else at the next `notify` or after `ms`. */
  wait(seen: number, ms: number, signal: AbortSignal): Promise<void>;
}

/** Given as the reason, so that none is made with its stack at every write. */
const WOKEN = new Error('woken');

/** Lets loops sleep until something happens: no notice between looking and sleeping is missed. */
export function createChanges(timers: Timers): Changes {
  let count = 0;
  const waiting = new Set<AbortController>();
  return {
    notify() {
      count += 1;
      for (const one of waiting) one.abort(WOKEN);
    },
    count: () => count,
    async wait(seen, ms, signal) {
      if (seen !== count || signal.aborted) return;
      const woken = new AbortController();
      waiting.add(woken);
      try {
        await timers.sleep(ms, AbortSignal.any([signal, woken.signal]));
      } catch (error) {
        if (!woken.signal.aborted && !signal.aborted) throw error;
      } finally {
        waiting.delete(woken);
      }
    },
  };
}
