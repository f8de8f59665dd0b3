import { setImmediate } from 'node:timers/promises';
import type { Life } from './life.ts';

/**
 * Macrotask turns without any work under way or statement after which nothing but virtual time can go on. The database gives
 * way between two units, and at each hundredth call, also at a BEGIN, which is no statement of the engine's.
 */
const SETTLED_TURNS = 4;
const MOST_TURNS = 2_000_000;

/** Sleeps that are over when their life is, whatever their signal. */
export interface VirtualTimers {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface Planned {
  at: number;
  seq: number;
  run: () => void;
}

/**
 * Virtual time: jobs run one after the other in the order of their moments. Between two jobs everything that was
 * started comes to rest: real work (database, journal) is counted by `work`, all other waits are virtual. A job starts
 * one thing only: which of two came first would be up to the machine.
 */
export class VirtualTime {
  /** Of the server: real time; schedule time runs `offset` ahead of it. */
  readonly clock = { real: 0, offset: 0 };
  private readonly queue: Planned[] = [];
  /** Deadlines of what is under way: alone they keep nothing going. */
  private readonly deadlines: Planned[] = [];
  private seq = 0;
  private underWay = 0;
  private isStirred = false;
  private defect: unknown = null;

  constructor(
    start: number,
    /** Turns of the event loop that real work takes longer, as on a busy machine: nothing may depend on them. */
    private readonly idleTurns: () => number = () => 0,
    /** Told of each job that begins. */
    private readonly onJob: (job: string) => void = () => undefined,
  ) {
    this.clock.real = start;
  }

  /** Schedule time. */
  now(): number {
    return this.clock.real + this.clock.offset;
  }

  /** Answers how to call it off. */
  after(ms: number, run: () => void): () => void {
    return this.plan(this.queue, ms, run);
  }

  /** `AbortSignal.timeout` in virtual time. */
  timeout(ms: number): AbortSignal {
    const controller = new AbortController();
    this.plan(this.deadlines, ms, () => controller.abort(new DOMException('too late', 'TimeoutError')));
    return controller.signal;
  }

  /** Real work: virtual time stands still until it ended. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      await this.dawdle();
      return await run();
    } finally {
      await this.dawdle();
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
  timersOf(life: Life): VirtualTimers {
    return {
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const end = () => {
            callOff();
            reject(signal?.reason);
          };
          const callOff = this.after(ms, () => {
            signal?.removeEventListener('abort', end);
            if (!life.isOver) resolve();
          });
          signal?.addEventListener('abort', end, { once: true });
        }),
    };
  }

  /** Runs the next job until all is at rest; false: none is left. */
  async step(): Promise<boolean> {
    const job = firstOf(this.queue);
    if (!job) return false;
    const deadline = firstOf(this.deadlines);
    await (deadline && deadline.at <= job.at
      ? this.take(this.deadlines, deadline)
      : this.take(this.queue, job));
    return true;
  }

  /** Something goes on that nobody counts: it is waited for, too. */
  stir(): void {
    this.isStirred = true;
  }

  async settle(): Promise<void> {
    let rest = 0;
    for (let turn = 0; rest < SETTLED_TURNS; turn++) {
      await setImmediate();
      rest = this.underWay === 0 && !this.isStirred ? rest + 1 : 0;
      this.isStirred = false;
      if (turn > MOST_TURNS) throw new Error('Real work never ends: does it wait for virtual time?');
    }
    await this.dawdle();
    if (this.defect !== null) throw this.defect;
  }

  private async dawdle(): Promise<void> {
    for (let turns = this.idleTurns(); turns > 0; turns--) await setImmediate();
  }

  private async take(queue: Planned[], next: Planned): Promise<void> {
    queue.splice(queue.indexOf(next), 1);
    this.clock.real = Math.max(this.clock.real, next.at);
    this.onJob(`job ${next.seq} at ${this.clock.real}`);
    next.run();
    await this.settle();
  }

  private plan(queue: Planned[], ms: number, run: () => void): () => void {
    const planned = { at: this.clock.real + Math.max(0, Math.round(ms)), seq: this.seq++, run };
    queue.push(planned);
    return () => {
      const at = queue.indexOf(planned);
      if (at >= 0) queue.splice(at, 1);
    };
  }
}

function firstOf(queue: readonly Planned[]): Planned | undefined {
  return queue.reduce(earlier, queue[0]);
}

function earlier(best: Planned | undefined, each: Planned): Planned {
  if (!best || each.at < best.at || (each.at === best.at && each.seq < best.seq)) return each;
  return best;
}
