import { SECOND } from '#shared/kernel/clock.ts';
import { type EngineContext, lead, stepDown, tick } from '../../engine/index.ts';
import type { Changes } from '../changes.ts';

const SLEEP_MAX_MS = 30 * SECOND;
/** Several writes in a row are taken up by one tick. */
const BREATH_MS = 100;
/** What is due but not the engine's to do (a device must act) is looked at this often. */
const DUE_ELSEWHERE_MS = 2 * SECOND;

export interface EngineLoop {
  done: Promise<void>;
  /** Whether this process led at its last round. */
  isLeading: () => boolean;
}

export interface EngineLoopOptions {
  ctx: EngineContext;
  /** Notified by every write of a service. */
  wakeups: Changes;
  onTick: () => void;
  holder: string;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

/** Ticks while this process leads: again at once while busy, else when the next thing is due or something changed. */
export function startEngineLoop(options: EngineLoopOptions): EngineLoop {
  const state = { leads: false };
  return { done: run(options, state), isLeading: () => state.leads };
}

async function run(options: EngineLoopOptions, state: { leads: boolean }): Promise<void> {
  const { ctx, wakeups, signal } = options;
  while (!signal.aborted) {
    const seen = wakeups.count();
    let sleepMs = SLEEP_MAX_MS;
    try {
      sleepMs = await round(options, state);
    } catch (error) {
      ctx.log.error({ err: error }, 'tick failed');
      sleepMs = DUE_ELSEWHERE_MS;
    }
    options.onTick();
    if (sleepMs > 0) await wakeups.wait(seen, sleepMs, signal);
    if (!signal.aborted) await options.sleep(BREATH_MS, signal).catch(() => undefined);
  }
  await stepDown(ctx, options.holder);
}

/** One tick; how long to sleep after it, 0: not at all. */
async function round({ ctx, holder }: EngineLoopOptions, state: { leads: boolean }): Promise<number> {
  state.leads = await lead(ctx, holder);
  if (!state.leads) return SLEEP_MAX_MS;
  const { nextDueAt, busy } = await tick(ctx);
  if (busy) return 0;
  if (nextDueAt === null) return SLEEP_MAX_MS;
  const untilDue = nextDueAt - ctx.clocks.schedule.now();
  return Math.min(untilDue > 0 ? untilDue : DUE_ELSEWHERE_MS, SLEEP_MAX_MS);
}
