import type { WorkingWindow } from '#shared/schedule/settings.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether the window is open, reckoned apart from the product: by the platform's own calendar. */
export function isWorkingTime(window: WorkingWindow, at: number): boolean {
  const parts = Object.fromEntries(
    formatOf(window.zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const time = `${parts.hour}:${parts.minute}`;
  const date = `${parts.year}-${parts.month}-${parts.day}`;
  const isDay = window.days.includes(weekdays.indexOf(parts.weekday ?? '') + 1);
  return isDay && time >= window.from && time < window.to && !window.nonWorkingDates.includes(date);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, made);
  return made;
}
