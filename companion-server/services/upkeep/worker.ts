import { HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { raiseMark } from '../../db/index.ts';
import type { Services } from '../context.ts';
import { recountIfDue } from './integrity.ts';
import { trimLogs } from './retention.ts';

const LOOK_EVERY_MS = 5 * MINUTE;
const MARK_EVERY_MS = HOUR;
/** Between two batches, so that others write first. */
const PAUSE_MS = SECOND / 4;

export interface UpkeepOptions {
  services: Services;
  markFile: string;
  isLeading: () => boolean;
  signal: AbortSignal;
}

/** What keeps the database in order beside the engine, while this process leads. */
export function startUpkeep(options: UpkeepOptions): { done: Promise<void> } {
  return { done: run(options) };
}

async function run({ services, markFile, isLeading, signal }: UpkeepOptions): Promise<void> {
  let raiseAt = services.clocks.lease.now() + MARK_EVERY_MS;
  while (!signal.aborted) {
    try {
      if (services.clocks.lease.now() >= raiseAt) {
        raiseAt = services.clocks.lease.now() + MARK_EVERY_MS;
        await raiseMark(services.db, markFile);
      }
      if (isLeading()) {
        while (!signal.aborted && (await trimLogs(services))) await services.timers.sleep(PAUSE_MS, signal);
        await recountIfDue(services, signal);
      }
    } catch (error) {
      if (!signal.aborted) services.log.error({ err: error }, 'upkeep failed');
    }
    await services.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}
