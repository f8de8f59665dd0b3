import { systemTimers } from '#shared/kernel/clock.ts';
import { HranaError } from './protocol.ts';

/** One writer at a time over all streams, first come first served, and nobody waits for ever. */
export class WriteLock {
  #holder: object | null = null;
  #waiting: { who: object; go: () => void }[] = [];

  async acquire(who: object, waitMs: number): Promise<void> {
    if (this.#holder === null) {
      this.#holder = who;
      return;
    }
    const granted = new AbortController();
    const entry = { who, go: () => granted.abort() };
    this.#waiting.push(entry);
    await systemTimers.sleep(waitMs, granted.signal).catch(() => undefined);
    if (granted.signal.aborted) return;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    throw new HranaError('TRANSACTION_BUSY', 'Server cannot handle additional transactions');
  }

  release(who: object): void {
    if (this.#holder !== who) return;
    const next = this.#waiting.shift();
    this.#holder = next?.who ?? null;
    next?.go();
  }
}
