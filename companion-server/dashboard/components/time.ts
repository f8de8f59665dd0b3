import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';

const steps: readonly [limit: number, unit: Intl.RelativeTimeFormatUnit, size: number][] = [
  [HOUR, 'minute', MINUTE],
  [DAY, 'hour', HOUR],
  [60 * DAY, 'day', DAY],
  [730 * DAY, 'month', 30 * DAY],
  [Number.POSITIVE_INFINITY, 'year', 365 * DAY],
];

/** "in 3 hours", "2 days ago", "just now". */
export function relativeTime(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < MINUTE) return distance > 0 ? 'within a minute' : 'just now';
  const [, unit, size] = steps.find(([limit]) => Math.abs(distance) < limit) ?? ['', 'year', 365 * DAY];
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  return format.format(Math.round(distance / Number(size)), unit as Intl.RelativeTimeFormatUnit);
}

/** Date, time and zone as the viewer reads them. */
export function exactTime(at: number, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone: zone,
  }).format(at);
}

/** "2 days", "1 hour 30 minutes". */
export function durationText(ms: number): string {
  const parts = [
    [Math.floor(ms / DAY), 'day'],
    [Math.floor((ms % DAY) / HOUR), 'hour'],
    [Math.floor((ms % HOUR) / MINUTE), 'minute'],
  ] as const;
  const told = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return told.join(' ') || 'less than a minute';
}
