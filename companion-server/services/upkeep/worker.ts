import { HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { raiseMark } from '../../db/index.ts';
import type { Services } from '../context.ts';
import { settleHits } from '../tracking/settle.ts';
import { foldCompanyNames } from './companyKeys.ts';
import { retain } from './contacts.ts';
import { archiveOldTasks, countDays } from './engineRows.ts';
import { keepErasures } from './erasures.ts';
import { recountIfDue } from './integrity.ts';
import { settleOwners } from './owners.ts';
import { trimLogs } from './retention.ts';
import { keepStops } from './stops.ts';

const LOOK_EVERY_MS = MINUTE;
const ARCHIVE_EVERY_MS = 6 * HOUR;
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
  const pause = () => services.timers.sleep(PAUSE_MS, signal);
  let archiveAt = 0;
  let isStopLogWhole = false;
  let raiseAt = services.clocks.lease.now() + MARK_EVERY_MS;
  while (!signal.aborted) {
    try {
      await keepStops(services, { all: !isStopLogWhole });
      isStopLogWhole = true;
      if (services.clocks.lease.now() >= raiseAt) {
        raiseAt = services.clocks.lease.now() + MARK_EVERY_MS;
        await raiseMark(services.db, markFile);
        await keepErasures(services);
        isStopLogWhole = false;
      }
      if (isLeading()) {
        await settleOwners(services);
        while (!signal.aborted && (await settleHits(services))) await pause();
        while (!signal.aborted && (await foldCompanyNames(services))) await pause();
        await countDays(services, pause, signal);
        if (services.clocks.lease.now() >= archiveAt) {
          archiveAt = services.clocks.lease.now() + ARCHIVE_EVERY_MS;
          await archiveOldTasks(services, pause, signal);
          await retain(services, pause, signal);
        }
        while (!signal.aborted && (await trimLogs(services))) await pause();
        await recountIfDue(services, signal);
      }
    } catch (error) {
      if (!signal.aborted) services.log.error({ err: error }, 'upkeep failed');
    }
    await services.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}
