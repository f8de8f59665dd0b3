import type { Timers } from '#shared/kernel/clock.ts';
import type { StateStore } from '../storage/state.ts';
import { oneAtATime } from './once.ts';
import type { PairingFlow } from './pairing.ts';

export interface PollingDeps {
  store: StateStore;
  timers: Timers;
  pairing: Pick<PairingFlow, 'poll' | 'pollIn'>;
  /** The device is paired now. */
  onPaired(): Promise<void>;
}

/** Asks for the approval while a code is shown, one at a time; the alarm goes on with it should the worker die. */
export function createPolling({ store, timers, pairing, onPaired }: PollingDeps): () => Promise<void> {
  return oneAtATime(async () => {
    for (;;) {
      const waiting = await store.get('pairing');
      if (waiting?.state !== 'pairing') return;
      const changed = new AbortController();
      const unwatch = store.watch(['pairing'], () => changed.abort());
      await timers.sleep(pairing.pollIn(waiting), changed.signal).catch(() => undefined);
      unwatch();
      if (await pairing.poll()) await onPaired();
    }
  });
}
