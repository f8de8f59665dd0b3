import { Temporal } from 'temporal-polyfill';
import { InvariantError } from '#shared/kernel/assert.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { isZone, type WorkingWindow } from './settings.ts';

/** One stretch of working time in unix ms UTC, `end` excluded. */
export interface Stretch {
  start: number;
  end: number;
}

/** 366 listed dates can at most shut 366 weeks of a one-day window; DST may eat single days more. */
const searchDays = 7 * 380;

/** One local date of a window: from its first moment to the next date's, and the working time in it. */
interface LocalDay extends Stretch {
  stretch: Stretch | null;
}

/**
 * The latest days asked about, per window. Time zone arithmetic is slow and a plan asks about the same day again
 * and again; a window is never changed, so what was found stays true.
 */
const recentDays = new WeakMap<WorkingWindow, LocalDay[]>();
const RECENT = 8;

/** Whether `at` (unix ms UTC) lies in working time. */
export function isOpen(window: WorkingWindow, at: number): boolean {
  return remainingOpenMs(window, at) > 0;
}

/** `at` itself when open, else the moment the window opens next. */
export function nextOpen(window: WorkingWindow, at: number): number {
  let day = dayAt(window, at);
  for (let i = 0; i < searchDays; i++) {
    if (day.stretch && at < day.stretch.end) return Math.max(at, day.stretch.start);
    day = dayAt(window, day.end);
  }
  throw new InvariantError(`the working window never opens after ${at}`);
}

/** How far ahead shared hours are looked for; beyond it the contact's zone is let go. */
const sharedSearchMs = 7 * DAY;

/**
 * When the window is open next for the sender and, in the same local hours, in the contact's zone too. Hours that
 * never meet do not count: the step goes in the sender's.
 */
export function nextSharedOpen(window: WorkingWindow, contactZone: string, at: number): number {
  if (!isZone(contactZone)) return nextOpen(window, at);
  const theirs = { ...window, zone: contactZone };
  for (let next = at; next <= at + sharedSearchMs; ) {
    const ours = nextOpen(window, next);
    next = nextOpen(theirs, ours);
    if (next === ours) return next;
  }
  return nextOpen(window, at);
}

/** How long the window stays open from `at` on; 0 when closed. */
export function remainingOpenMs(window: WorkingWindow, at: number): number {
  const { stretch } = dayAt(window, at);
  return stretch && stretch.start <= at && at < stretch.end ? stretch.end - at : 0;
}

/** The working time between two moments, oldest first. */
export function openStretches(window: WorkingWindow, from: number, until: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = nextOpen(window, from); at < until; ) {
    const end = Math.min(until, at + remainingOpenMs(window, at));
    stretches.push({ start: at, end });
    at = nextOpen(window, end);
  }
  return stretches;
}

function dayAt(window: WorkingWindow, at: number): LocalDay {
  const days = recentDays.get(window) ?? [];
  const known = days.find((day) => day.start <= at && at < day.end);
  if (known) return known;
  const day = readDay(window, at);
  recentDays.set(window, [day, ...days.slice(0, RECENT - 1)]);
  return day;
}

function readDay(window: WorkingWindow, at: number): LocalDay {
  const date = Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
    .toZonedDateTimeISO(window.zone)
    .toPlainDate();
  const firstMoment = (day: Temporal.PlainDate) => day.toZonedDateTime(window.zone).epochMilliseconds;
  return {
    start: firstMoment(date),
    end: firstMoment(date.add({ days: 1 })),
    stretch: stretchOn(window, date),
  };
}

/**
 * The working time of one local date. Where DST doubles or skips an hour at its edges, the stretch gets shorter,
 * so that it never reaches outside the agreed local hours.
 */
function stretchOn(window: WorkingWindow, date: Temporal.PlainDate): Stretch | null {
  if (!window.days.includes(date.dayOfWeek) || window.nonWorkingDates.includes(date.toString())) return null;
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
