import { MINUTE } from '#shared/kernel/clock.ts';
import type { Services } from '../context.ts';
import { recountIfDue } from './integrity.ts';

const LOOK_EVERY_MS = 5 * MINUTE;

export interface UpkeepOptions {
  services: Services;
  isLeading: () => boolean;
  signal: AbortSignal;
}

/** What keeps the database in order beside the engine, while this process leads. */
export function startUpkeep(options: UpkeepOptions): { done: Promise<void> } {
  return { done: run(options) };
}

async function run({ services, isLeading, signal }: UpkeepOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      if (isLeading()) await recountIfDue(services, signal);
    } catch (error) {
      if (!signal.aborted) services.log.error({ err: error }, 'upkeep failed');
    }
    await services.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}
