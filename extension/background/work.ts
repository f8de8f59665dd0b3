import { type Clock, MINUTE, SECOND, type Timers } from '#shared/kernel/clock.ts';
import type { StateStore } from '../storage/state.ts';
import { oneAtATime } from './once.ts';
import type { Runner } from './runner/loop.ts';

/** Shorter waits are slept through; longer ones are left to the alarm, for a worker may be put to sleep. */
const AWAKE_MS = 25 * SECOND;
const LEAST_MS = SECOND / 4;
const KEEP_ALIVE_MS = 20 * SECOND;
/** No cycle asks for more: a moment further off was written before the clock was set back. */
const LONGEST_MS = 10 * MINUTE;

export interface WorkDeps {
  runner: Runner;
  store: StateStore;
  clock: Clock;
  timers: Timers;
  /** Any call of the browser's API: it keeps the worker alive while a page works for us. */
  keepAlive(): Promise<unknown>;
}

/** Runs the loop while there is something to do, one at a time, and can be stopped at once. */
export function createWork(deps: WorkDeps) {
  const { store, clock, timers } = deps;
  let stop = new AbortController();
  let wakeUp = new AbortController();

  async function loop(): Promise<void> {
    for (;;) {
      if ((await store.get('pairing'))?.state !== 'paired') return;
      const dueIn = ((await store.get('notBefore')) ?? 0) - clock.now();
      const waitMs = wakeUp.signal.aborted || dueIn > LONGEST_MS ? 0 : dueIn;
      if (waitMs > AWAKE_MS) return;
      if (waitMs > 0) {
        await timers.sleep(waitMs, wakeUp.signal).catch(() => undefined);
        continue;
      }
      wakeUp = new AbortController();
      const pause = await deps.runner.cycle(stop.signal);
      // What changed during the cycle may not have been seen by it.
      const waitFor = wakeUp.signal.aborted ? 0 : pause.waitMs;
      await store.set('notBefore', clock.now() + Math.max(waitFor, LEAST_MS));
      if (pause.problem) {
        const { code, title, detail, action } = pause.problem;
        const since = (await store.get('trouble'))?.since ?? clock.now();
        await store.set('trouble', { code, title, detail, action, since });
      } else if (pause.reason !== 'stopped') await store.remove('trouble');
    }
  }

  async function whileAlive(work: Promise<void>): Promise<void> {
    const over = new AbortController();
    const ended = work.finally(() => over.abort());
    while (!over.signal.aborted) {
      await timers.sleep(KEEP_ALIVE_MS, over.signal).catch(() => undefined);
      if (!over.signal.aborted) await deps.keepAlive();
    }
    await ended;
  }

  /** Goes on if it is time; joins what is already going on. */
  const drive = oneAtATime(() => whileAlive(loop()));

  return {
    drive,
    /** Something changed: ask the server now. */
    async wake(): Promise<void> {
      wakeUp.abort();
      await store.set('notBefore', 0);
      // Twice: the first may join a run that is just ending.
      void drive().then(drive);
    },
    /** Ends what is under way before its click. After the click only looking is left, and that goes on. */
    halt(): void {
      stop.abort(new Error('Stopped by the rep or the server.'));
      stop = new AbortController();
    },
  };
}

export type Work = ReturnType<typeof createWork>;
