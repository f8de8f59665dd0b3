import { between, type Rng } from '#shared/kernel/prng.ts';
import type { Faults } from './faults.ts';

type Job = () => Promise<void> | void;

/** Runs jobs one by one in the order of virtual real time, and the unreliable network between them. */
export class Scheduler {
  private readonly queue: { at: number; seq: number; run: Job }[] = [];
  private seq = 0;

  constructor(
    private readonly time: { real: number },
    private readonly rng: Rng,
    readonly faults: Faults,
  ) {}

  after(ms: number, run: Job): void {
    this.queue.push({ at: this.time.real + ms, seq: this.seq++, run });
  }

  /** Runs the next job; false: none is left before `until`. */
  async step(until: number): Promise<boolean> {
    let best = 0;
    for (let i = 1; i < this.queue.length; i++) {
      const [a, b] = [this.queue[i], this.queue[best]];
      if (a && b && (a.at < b.at || (a.at === b.at && a.seq < b.seq))) best = i;
    }
    const [job] = this.queue.splice(best, 1);
    if (!job || job.at > until) return false;
    this.time.real = Math.max(this.time.real, job.at);
    await job.run();
    return true;
  }

  chance(p: number): boolean {
    return this.faults.on && this.rng() < p;
  }

  pick(low: number, high: number): number {
    return between(this.rng, low, high);
  }

  /** One call over the network: it may arrive not at all, twice or late, and so may its answer. */
  call<T>(serve: () => Promise<T>, answered: (value: T) => void): void {
    const latency = () => (this.chance(this.faults.slow) ? this.pick(20_000, 150_000) : this.pick(20, 600));
    const request = () =>
      this.after(latency(), async () => {
        const value = await serve();
        const reply = () => this.after(latency(), () => answered(value));
        if (!this.chance(this.faults.drop)) reply();
        if (this.chance(this.faults.dup)) reply();
      });
    if (!this.chance(this.faults.drop)) request();
    if (this.chance(this.faults.dup)) request();
  }
}
