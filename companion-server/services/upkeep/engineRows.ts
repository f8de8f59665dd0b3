import { type ArchivePlace, archiveTasks, rollUp } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { engineOf } from '../engineOf.ts';

const EVENTS_AT_ONCE = 2000;
const ENROLLMENTS_AT_ONCE = 100;

/** Counts what the activity log gained into the daily statistics. */
export async function countDays(
  services: Services,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && (await rollUp(engineOf(services), EVENTS_AT_ONCE))) await pause();
}

/** Takes the tasks of enrollments that ended long ago out of the way of those that run. */
export async function archiveOldTasks(
  services: Services,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let place: ArchivePlace | null = null;
  do {
    place = await archiveTasks(engineOf(services), place, ENROLLMENTS_AT_ONCE);
    if (place) await pause();
  } while (place && !signal.aborted);
}
