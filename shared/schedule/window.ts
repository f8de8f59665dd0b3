import { Temporal } from 'temporal-polyfill';
import { InvariantError } from '#shared/kernel/assert.ts';
import type { WorkingWindow } from './settings.ts';

/** One stretch of working time in unix ms UTC, `end` excluded. */
interface Stretch {
  start: number;
  end: number;
}

/** 366 listed dates can at most shut 366 weeks of a one-day window; DST may eat single days more. */
const searchDays = 7 * 380;

/** Whether `at` (unix ms UTC) lies in working time. */
export function isOpen(window: WorkingWindow, at: number): boolean {
  return remainingOpenMs(window, at) > 0;
}

/** `at` itself when open, else the moment the window opens next. */
export function nextOpen(window: WorkingWindow, at: number): number {
  const closed = new Set(window.nonWorkingDates);
  let date = localDate(window, at);
  for (let i = 0; i < searchDays; i++) {
    const stretch = stretchOn(window, date, closed);
    if (stretch && at < stretch.end) return Math.max(at, stretch.start);
    date = date.add({ days: 1 });
  }
  throw new InvariantError(`the working window never opens after ${at}`);
}

/** How long the window stays open from `at` on; 0 when closed. */
export function remainingOpenMs(window: WorkingWindow, at: number): number {
  const stretch = stretchOn(window, localDate(window, at), new Set(window.nonWorkingDates));
  return stretch && stretch.start <= at && at < stretch.end ? stretch.end - at : 0;
}

function localDate(window: WorkingWindow, at: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(window.zone).toPlainDate();
}

/**
 * The working time of one local date. Where DST doubles or skips an hour at its edges, the stretch gets shorter,
 * so that it never reaches outside the agreed local hours.
 */
function stretchOn(
  window: WorkingWindow,
  date: Temporal.PlainDate,
  closed: ReadonlySet<string>,
): Stretch | null {
  if (!window.days.includes(date.dayOfWeek) || closed.has(date.toString())) return null;
  const start = instantOf(window.zone, date, window.from, 'later');
  const end =
    window.to === '24:00'
      ? instantOf(window.zone, date.add({ days: 1 }), '00:00', 'earlier')
      : instantOf(window.zone, date, window.to, 'earlier');
  return start < end ? { start, end } : null;
}

function instantOf(
  zone: string,
  date: Temporal.PlainDate,
  time: string,
  disambiguation: 'earlier' | 'later',
): number {
  return date.toPlainDateTime(Temporal.PlainTime.from(time)).toZonedDateTime(zone, { disambiguation })
    .epochMilliseconds;
}
