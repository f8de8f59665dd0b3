import type { ServerProcess } from './serverProcess.ts';

/** A world beside the server whose clock moves with schedule time: the simulated LinkedIn, the mail people. */
export interface ScheduledWorld {
  /** When its next scripted event is due, in its own clock (unix ms). */
  nextEventAt(): number | null;
  setClockOffset(ms: number): void | Promise<void>;
}

/**
 * Moves schedule time to the next due moment, only while nothing is in flight: a campaign of weeks then runs
 * in minutes, and every delay, window and cap still counts. Lease time stays real.
 */
export interface Conductor {
  offsetMs(): number;
  /** Runs until `until` is true; rejects after `withinMs` real ms with what kept it. */
  runUntil(until: () => Promise<boolean>, withinMs: number): Promise<void>;
  /** Stops moving time (a pending `runUntil` rejects). */
  stop(): void;
}

/** How long the server must stay idle before time jumps, so that a device can pick up what is due. */
const SETTLE_MS = 400;
const POLL_MS = 200;

export function createConductor(
  server: () => ServerProcess,
  worlds: ScheduledWorld[],
  startOffsetMs = 0,
): Conductor {
  let offset = startOffsetMs;
  let stopped = false;
  const now = () => Date.now() + offset;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  async function jumpTo(at: number): Promise<void> {
    offset = Math.max(offset, at - Date.now());
    for (const world of worlds) await world.setClockOffset(offset);
    await server().setScheduleOffset(offset);
  }

  /** The next moment anything is due; null if nothing is or if something is under way. */
  async function nextMoment(): Promise<{ at: number | null; because: string }> {
    const idle = await server().idle();
    if (!idle.idle) return { at: null, because: idle.because ?? 'the server has work in flight' };
    const moments = [idle.nextDueAt, ...worlds.map((world) => world.nextEventAt())].filter(
      (at) => at !== null,
    );
    return { at: moments.length > 0 ? Math.min(...moments) : null, because: 'nothing is due' };
  }

  return {
    offsetMs: () => offset,
    stop() {
      stopped = true;
    },
    async runUntil(until, withinMs) {
      const deadline = Date.now() + withinMs;
      let because = '';
      let idleSince: number | null = null;
      while (!(await until())) {
        if (stopped) throw new Error('the conductor was stopped');
        if (Date.now() > deadline)
          throw new Error(`not there after ${withinMs} ms: ${because}\n${server().output().slice(-3000)}`);
        const next = await nextMoment();
        because = next.because;
        if (next.at === null) idleSince = null;
        else idleSince ??= Date.now();
        if (next.at !== null && idleSince !== null && Date.now() - idleSince >= SETTLE_MS) {
          idleSince = null;
          // Due already (it waits for a device to ask): time needs no push.
          if (next.at > now()) await jumpTo(next.at);
        }
        await pause(POLL_MS);
      }
    },
  };
}
