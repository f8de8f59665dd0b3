import { setImmediate } from 'node:timers/promises';
import type { Timers } from '#shared/kernel/clock.ts';
import type { Life } from './life.ts';

/** Macrotask turns without any work under way after which nothing but virtual time can go on. */
const SETTLED_TURNS = 2;
const MOST_TURNS = 2_000_000;

/**
 * Virtual time: jobs run one after the other in the order of their moments. Between two jobs everything that was
 * started comes to rest: real work (database, journal) is counted by `work`, all other waits are virtual.
 */
export class VirtualTime {
  /** Of the server: real time; schedule time runs `offset` ahead of it. */
  readonly clock = { real: 0, offset: 0 };
  private readonly queue: { at: number; seq: number; run: () => void }[] = [];
  private seq = 0;
  private underWay = 0;
  private defect: unknown = null;

  constructor(start: number) {
    this.clock.real = start;
  }

  /** Schedule time. */
  now(): number {
    return this.clock.real + this.clock.offset;
  }

  after(ms: number, run: () => void): void {
    this.queue.push({ at: this.clock.real + Math.max(0, Math.round(ms)), seq: this.seq++, run });
  }

  /** Real work: virtual time stands still until it ended. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await run();
    } finally {
      this.underWay -= 1;
    }
  }

  /** Starts something whose failure is a defect and ends the run. */
  start(run: () => Promise<void>): void {
    run().catch((error: unknown) => {
      this.defect ??= error;
    });
  }

  /** Timers of something that can die: its sleeps then never end. */
  timersOf(life: Life): Timers {
    return {
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          this.after(ms, () => {
            if (!life.isOver) resolve();
          });
        }),
    };
  }

  /** Runs the next job until all is at rest; false: none is left. */
  async step(): Promise<boolean> {
    const first = this.queue.reduce(earlier, this.queue[0]);
    if (!first) return false;
    this.queue.splice(this.queue.indexOf(first), 1);
    this.clock.real = Math.max(this.clock.real, first.at);
    first.run();
    await this.settle();
    return true;
  }

  async settle(): Promise<void> {
    let rest = 0;
    for (let turn = 0; rest < SETTLED_TURNS; turn++) {
      await setImmediate();
      rest = this.underWay === 0 ? rest + 1 : 0;
      if (turn > MOST_TURNS) throw new Error('Real work never ends: does it wait for virtual time?');
    }
    if (this.defect !== null) throw this.defect;
  }
}

function earlier<T extends { at: number; seq: number }>(best: T | undefined, each: T): T {
  if (!best || each.at < best.at || (each.at === best.at && each.seq < best.seq)) return each;
  return best;
}
