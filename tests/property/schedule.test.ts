import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { effectiveCap, usageLimit } from '#shared/schedule/caps.ts';
import { nextSlot } from '#shared/schedule/pacing.ts';
import {
  capTable,
  defaultSenderSettings,
  type WorkingWindow,
  workingWindow,
} from '#shared/schedule/settings.ts';
import { isOpen, nextOpen, remainingOpenMs } from '#shared/schedule/window.ts';
import { usageKind } from '#shared/statuses/engine.ts';

const zones = [
  ...[
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'UTC',
  ],
  ...[
    'Africa/Casablanca',
    'America/Santiago',
    'Pacific/Apia',
    'Asia/Beirut',
    'Pacific/Auckland',
    'Asia/Tehran',
  ],
];

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const anyWindow: fc.Arbitrary<WorkingWindow> = fc
  .record({
    zone: fc.constantFrom(...zones),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    start: fc.integer({ min: 0, max: 1380 }),
    length: fc.integer({ min: 15, max: 1440 }),
    nonWorkingDates: fc.constantFrom([], ['2027-03-29', '2026-10-26']),
  })
  .map(({ zone, days, start, length, nonWorkingDates }) =>
    workingWindow.parse({
      zone,
      days,
      nonWorkingDates,
      from: clock(start),
      to: clock(Math.min(1440, start + length)),
    }),
  );

/** Any moment of two years, half of them near a DST change in Europe or America. */
const anyMoment = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
  fc
    .tuple(
      fc.constantFrom(
        Date.UTC(2026, 9, 25),
        Date.UTC(2026, 10, 1),
        Date.UTC(2027, 2, 14),
        Date.UTC(2027, 2, 28),
        Date.UTC(2027, 3, 4),
      ),
      fc.integer({ min: -2 * DAY, max: 2 * DAY }),
    )
    .map(([day, offset]) => day + offset),
);

/** The local wall clock by another way than the code under test uses. */
function localParts(zone: string, at: number): { date: string; weekday: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const get = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return {
    date: `${get('year')}-${get('month')}-${get('day')}`,
    weekday: get('weekday'),
    time: `${get('hour')}:${get('minute')}`,
  };
}

const weekdays = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function expectInside(window: WorkingWindow, at: number): void {
  const { date, weekday, time } = localParts(window.zone, at);
  expect(window.days.map((day) => weekdays[day])).toContain(weekday);
  expect(window.nonWorkingDates).not.toContain(date);
  expect(time >= window.from && time < window.to).toBe(true);
}

it('what is open lies inside the agreed local hours, in every zone and on DST days', () => {
  fc.assert(
    fc.property(anyWindow, anyMoment, (window, at) => {
      const open = nextOpen(window, at);
      expect(open).toBeGreaterThanOrEqual(at);
      expect(isOpen(window, open)).toBe(true);
      expectInside(window, open);
      expectInside(window, open + remainingOpenMs(window, open) - 1);
      // A window around the clock may go on with the next day's.
      const isAllDay = window.from === '00:00' && window.to === '24:00';
      if (!isAllDay) expect(isOpen(window, open + remainingOpenMs(window, open))).toBe(false);
      if (open > at) expect(isOpen(window, at)).toBe(false);
      expect(nextOpen(window, open)).toBe(open);
    }),
    { numRuns: 300 },
  );
});

/** Nights on which the clock jumps: zone, date, and the local hour around which it does. */
const jumps = [
  ['Europe/Berlin', '2026-10-25', 2],
  ['Europe/Berlin', '2027-03-28', 2],
  ['America/New_York', '2026-11-01', 1],
  ['America/New_York', '2027-03-14', 2],
  ['Australia/Lord_Howe', '2027-04-04', 1],
  ['America/Santiago', '2026-09-06', 0],
  ['America/Santiago', '2027-04-03', 23],
  ['Asia/Beirut', '2027-03-28', 0],
] as const;

it('a window that begins or ends in a doubled or skipped hour never reaches outside the local hours', () => {
  const minute = fc.integer({ min: -90, max: 150 });
  fc.assert(
    fc.property(fc.constantFrom(...jumps), minute, minute, ([zone, date, hour], one, other) => {
      const inDay = (minutes: number) => Math.min(1439, Math.max(0, hour * 60 + minutes));
      const [from, to] = [inDay(Math.min(one, other)), inDay(Math.max(one, other))];
      fc.pre(from < to);
      const window = workingWindow.parse({
        zone,
        days: [1, 2, 3, 4, 5, 6, 7],
        from: clock(from),
        to: clock(to),
      });
      const day = Date.parse(`${date}T00:00:00Z`);
      for (let at = day - 14 * HOUR; at < day + 30 * HOUR; at += 10 * MINUTE) {
        if (isOpen(window, at)) expectInside(window, at);
      }
    }),
    { numRuns: 60 },
  );
});

it('an ordinary day is open for exactly its hours', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 25 }), (zone, weeks) => {
      const window = workingWindow.parse({ zone, days: [2] });
      const open = nextOpen(window, Date.UTC(2027, 0, 4) + weeks * 7 * DAY);
      expect(remainingOpenMs(window, open)).toBe(9 * HOUR);
    }),
    { numRuns: 80 },
  );
});

it('every slot of a busy fortnight is inside the window, the caps and the gaps', () => {
  fc.assert(
    fc.property(anyWindow, anyMoment, fc.nat(), fc.boolean(), (window, start, seed, fresh) => {
      const rng = seededRng(seed);
      const settings = { ...defaultSenderSettings(), window };
      const gaps = settings.gaps.linkedin;
      const firstUsedAt = fresh ? start : start - 100 * DAY;
      const used: number[] = [];
      let now = start;
      for (let i = 0; i < 60 && now < start + 14 * DAY; i++) {
        const lastActionAt = used.at(-1) ?? null;
        const cap = effectiveCap('invite', { settings, firstUsedAt, lastActionAt, now });
        const budgets = [{ kind: 'invite' as const, usageTimes: used, cap }];
        const slot = nextSlot({ now, window, budgets, gaps, lastActionAt, restUntil: null, rng });
        expect(slot.at).toBeGreaterThanOrEqual(now);
        expectInside(window, slot.at);
        expect(usageLimit(used, cap, slot.at).limit).toBe('none');
        if (lastActionAt !== null) expect(slot.at - lastActionAt).toBeGreaterThanOrEqual(gaps.minMs);
        used.push(slot.at);
        now = slot.at + SECOND;
      }
      const daily = Math.max(
        ...used.map((at) => used.filter((other) => other > at - DAY && other <= at).length),
      );
      expect(daily).toBeLessThanOrEqual(settings.caps.invite.daily);
    }),
    { numRuns: 60 },
  );
});

it('no burst: after any pause the hour after the opening holds no more than an even pace allows', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 1, max: 60 }), fc.nat(), (zone, days, seed) => {
      const window = workingWindow.parse({ zone });
      const settings = defaultSenderSettings(zone);
      const rng = seededRng(seed);
      const lastUse = nextOpen(window, Date.UTC(2026, 10, 2));
      const used = [lastUse];
      let now = lastUse + days * DAY;
      const first = nextOpen(window, now);
      while (now < first + HOUR) {
        const lastActionAt = used.at(-1) ?? null;
        const cap = effectiveCap('invite', { settings, firstUsedAt: 0, lastActionAt, now });
        const budgets = [{ kind: 'invite' as const, usageTimes: used, cap }];
        const gaps = settings.gaps.linkedin;
        now = nextSlot({ now, window, budgets, gaps, lastActionAt, restUntil: null, rng }).at;
        used.push(now);
      }
      const inFirstHour = used.filter((at) => at >= first && at < first + HOUR).length;
      // 20 a day over what is left of the day, at twice the even pace at most, and the one that was due.
      const twiceEven = Math.ceil((2 * 20 * HOUR) / remainingOpenMs(window, first));
      expect(inFirstHour).toBeLessThanOrEqual(twiceEven + 1);
    }),
    { numRuns: 60 },
  );
});

it('the effective cap never passes setting or ceiling and grows with the age of the account', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...usageKind.options),
      fc.integer({ min: 0, max: 40 * 24 * 60 }),
      fc.integer({ min: 0, max: 40 * 24 * 60 }),
      (kind, minutes, pause) => {
        const settings = defaultSenderSettings();
        const now = Date.UTC(2027, 0, 1);
        const cap = (age: number) =>
          effectiveCap(kind, {
            settings,
            firstUsedAt: now - age * MINUTE,
            lastActionAt: now - pause * MINUTE,
            now,
          });
        const { daily, weekly } = cap(minutes);
        expect(daily).toBeGreaterThanOrEqual(1);
        expect(daily).toBeLessThanOrEqual(Math.min(settings.caps[kind].daily, capTable[kind].ceiling.daily));
        expect(weekly).toBeLessThanOrEqual(settings.caps[kind].weekly);
        expect(cap(minutes + 24 * 60).daily).toBeGreaterThanOrEqual(daily);
      },
    ),
  );
});
