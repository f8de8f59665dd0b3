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
/** The slowest regular read inside the working window. */
const READ_EVERY_MS = 30 * 60_000;

export function createConductor(
  server: () => ServerProcess,
  worlds: ScheduledWorld[],
  startOffsetMs = 0,
): Conductor {
  let offset = startOffsetMs;
  let stopped = false;
  /** When something last happened outside that the server may not have read yet (schedule time). */
  let lastEventAt: number | null = null;
  const now = () => Date.now() + offset;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  async function jumpTo(at: number): Promise<void> {
    if (worlds.some((world) => (world.nextEventAt() ?? Number.POSITIVE_INFINITY) <= at)) lastEventAt = at;
    offset = Math.max(offset, at - Date.now());
    for (const world of worlds) await world.setClockOffset(offset);
    await server().setScheduleOffset(offset);
  }

  /**
   * The next moment anything happens. Regular reads are passed over while there is nothing new to read: weeks
   * of empty inboxes would take hours. After something happened in a world, the next read is waited for.
   */
  async function nextMoment(): Promise<{ at: number | null; because: string }> {
    const idle = await server().idle();
    if (!idle.idle) return { at: null, because: 'the server has work in flight or due' };
    if (lastEventAt !== null) {
      const isRead = idle.nextReadAt === null || idle.nextReadAt > lastEventAt + READ_EVERY_MS;
      if (!isRead) return { at: idle.nextReadAt, because: 'what happened outside waits to be read' };
      lastEventAt = null;
    }
    const outside = worlds.map((world) => world.nextEventAt()).filter((at) => at !== null);
    const moments = [idle.nextWorkAt, ...outside].filter((at) => at !== null);
    if (moments.length === 0) return { at: idle.nextReadAt, because: 'nothing is due' };
    return { at: Math.min(...moments), because: 'nothing is due yet' };
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
