/** The twin's own time: a base clock plus an offset the test may move. The twin has no timers. */
export interface TwinClock {
  now(): number;
  offset(): number;
  setOffset(ms: number): void;
}

export function createTwinClock(base: () => number = () => Date.now()): TwinClock {
  let offset = 0;
  return {
    now: () => base() + offset,
    offset: () => offset,
    setOffset: (ms) => {
      offset = ms;
    },
  };
}

const DAY = 24 * 60 * 60 * 1000;

/** When a quota begun at `now` is full again: `week` counts seven days, `month` ends with the UTC month. */
export function resetTime(period: 'week' | 'month', now: number): number {
  if (period === 'week') return now + 7 * DAY;
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** LinkedIn refuses a new invitation to the same person for three weeks after a withdrawal. */
export const RESEND_BLOCK_MS = 21 * DAY;
