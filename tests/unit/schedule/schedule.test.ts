import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import {
  effectiveCap,
  nextAllowedByUsage,
  notesLeft,
  restartAfterPause,
  usageLimit,
} from '#shared/schedule/caps.ts';
import { afterAction, nextSlot, type SlotInput } from '#shared/schedule/pacing.ts';
import { capTable, defaultSenderSettings, senderSettings, workingWindow } from '#shared/schedule/settings.ts';
import { isOpen, nextOpen, nextSharedOpen, remainingOpenMs } from '#shared/schedule/window.ts';

const utc = (text: string) => Date.parse(`${text}Z`);
const berlin = workingWindow.parse({ zone: 'Europe/Berlin' });

describe('senderSettings', () => {
  it('has defaults for everything and refuses what passes a ceiling', () => {
    const settings = defaultSenderSettings('Europe/Berlin');
    expect(settings.window).toMatchObject({ zone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: '09:00' });
    expect(settings.caps.invite).toEqual({ daily: 20, weekly: 100 });
    expect(settings.gaps.linkedin).toEqual({ minMs: 90_000, maxMs: 240_000 });
    const invites = (daily: number) => senderSettings.safeParse({ caps: { invite: { daily } } }).success;
    expect([invites(40), invites(41), invites(0)]).toEqual([true, false, false]);
  });

  it.each([
    { zone: 'Mars/Olympus' },
    { from: '18:00', to: '09:00' },
    { days: [] },
    { nonWorkingDates: ['1.1.2027'] },
  ])('refuses the window %o', (window) => {
    expect(workingWindow.safeParse(window).success).toBe(false);
  });
});

describe('working window', () => {
  it('opens on Monday at nine local time, winter and summer', () => {
    expect(nextOpen(berlin, utc('2026-11-21T12:00:00'))).toBe(utc('2026-11-23T08:00:00'));
    expect(nextOpen(berlin, utc('2026-07-04T12:00:00'))).toBe(utc('2026-07-06T07:00:00'));
  });

  it('leaves out listed dates and tells how long it stays open', () => {
    const window = { ...berlin, nonWorkingDates: ['2026-12-25'] };
    expect(nextOpen(window, utc('2026-12-24T20:00:00'))).toBe(utc('2026-12-28T08:00:00'));
    expect(remainingOpenMs(berlin, utc('2026-11-23T16:30:00'))).toBe(30 * MINUTE);
    expect(remainingOpenMs(berlin, utc('2026-11-23T17:00:00'))).toBe(0);
    expect(isOpen(berlin, utc('2026-11-23T16:59:59'))).toBe(true);
  });

  it('skips the night whose hours do not exist', () => {
    const night = workingWindow.parse({ zone: 'Europe/Berlin', days: [7], from: '02:00', to: '03:00' });
    expect(nextOpen(night, utc('2027-03-27T12:00:00'))).toBe(utc('2027-04-04T00:00:00'));
  });

  it('may end at midnight', () => {
    const late = workingWindow.parse({ zone: 'Europe/Berlin', from: '20:00', to: '24:00' });
    expect(remainingOpenMs(late, utc('2026-11-23T22:00:00'))).toBe(HOUR);
  });
});

describe('shared hours', () => {
  const at = utc('2026-03-02T10:00:00');

  it.each([
    ['America/New_York', '2026-03-02T14:00:00', 'when their day begins'],
    ['Asia/Tokyo', '2026-03-03T08:00:00', 'on the next day, when ours begins and theirs is not over'],
    ['Europe/Berlin', '2026-03-02T10:00:00', 'at once where it is the same'],
    ['Pacific/Auckland', '2026-03-02T10:00:00', 'in ours alone where the two never meet'],
    ['Mars/Olympus', '2026-03-02T10:00:00', 'in ours alone where theirs is not known'],
  ])('with %s: %s, %s', (zone, expected) => {
    expect(new Date(nextSharedOpen(berlin, zone, at)).toISOString()).toBe(`${expected}.000Z`);
  });
});

describe('caps', () => {
  const now = utc('2026-11-23T10:00:00');
  const settings = defaultSenderSettings();
  const cap = (input: Partial<Parameters<typeof effectiveCap>[1]>, kind: 'invite' | 'email' = 'invite') =>
    effectiveCap(kind, { settings, firstUsedAt: now - 100 * DAY, lastActionAt: now - DAY, now, ...input });

  it('gives the setting to an old account', () => {
    expect(cap({})).toEqual({ daily: 20, weekly: 100, boundBy: 'setting' });
  });

  it('ramps a new account from 20 % on day 1 to 100 % on day 14', () => {
    expect(cap({ firstUsedAt: null })).toEqual({ daily: 4, weekly: 20, boundBy: 'ramp' });
    expect(cap({ firstUsedAt: now - 12.5 * DAY }).daily).toBeLessThan(20);
    expect(cap({ firstUsedAt: now - 13 * DAY })).toMatchObject({ daily: 20, boundBy: 'setting' });
    const off = { ...settings, rampEnabled: false };
    expect(cap({ settings: off, firstUsedAt: null }).daily).toBe(20);
  });

  it('ramps a new mailbox from 10 a day by 2', () => {
    expect(cap({ firstUsedAt: null }, 'email').daily).toBe(10);
    expect(cap({ firstUsedAt: now - 3 * DAY }, 'email').daily).toBe(16);
    expect(cap({ firstUsedAt: now - 10 * DAY }, 'email')).toMatchObject({ daily: 30, boundBy: 'setting' });
  });

  it('restarts lower after a pause, and goes on growing after the first action', () => {
    expect(cap({ lastActionAt: now - 8 * DAY })).toMatchObject({ daily: 10, boundBy: 'ramp' });
    expect(cap({ lastActionAt: now - 31 * DAY })).toMatchObject({ daily: 4, boundBy: 'ramp' });
    const restart = restartAfterPause(now - 8 * DAY, now);
    expect(restart).toEqual({ at: now, from: 0.5, days: 7 });
    const later = (days: number) =>
      cap({ restart, now: now + days * DAY, lastActionAt: now + (days - 1) * DAY }).daily;
    expect([later(0), later(3), later(7)]).toEqual([10, 14, 20]);
  });

  it('never passes the ceiling, and never falls below one', () => {
    const settingsOf = (daily: number) => ({
      ...settings,
      caps: { ...settings.caps, invite: { daily, weekly: daily } },
    });
    expect(cap({ settings: settingsOf(9999) })).toEqual({ ...capTable.invite.ceiling, boundBy: 'ceiling' });
    expect(cap({ settings: settingsOf(0) }).daily).toBe(1);
  });

  it('counts rolling 24 hours and 7 days', () => {
    const times = [now - 6 * DAY, now - 3 * HOUR, now - 2 * HOUR];
    expect(nextAllowedByUsage(times, { daily: 3, weekly: 9 }, now)).toBe(now);
    expect(usageLimit(times, { daily: 2, weekly: 9 }, now)).toEqual({
      at: now + 21 * HOUR,
      limit: 'daily_cap',
    });
    expect(usageLimit(times, { daily: 3, weekly: 3 }, now)).toEqual({ at: now + DAY, limit: 'weekly_cap' });
  });

  it('counts the notes of a Basic account over 30 days', () => {
    expect(notesLeft([now - 31 * DAY, now - 29 * DAY, now], now)).toBe(3);
  });
});

describe('nextSlot', () => {
  const now = utc('2026-11-23T10:00:00');
  const input = (changes: Partial<SlotInput>): SlotInput => ({
    now,
    window: berlin,
    budgets: [],
    gaps: { minMs: 90_000, maxMs: 240_000 },
    lastActionAt: null,
    restUntil: null,
    rng: seededRng(1),
    ...changes,
  });
  const invites = (usageTimes: number[], boundBy: 'setting' | 'ramp' = 'setting') => [
    { kind: 'invite' as const, usageTimes, cap: { daily: 2, weekly: 3, boundBy } },
  ];

  it('goes now when nothing binds', () => {
    expect(nextSlot(input({}))).toEqual({ at: now, bindingLimit: 'none' });
  });

  it.each([
    ['gap', { lastActionAt: now - 10_000 }],
    ['rest', { restUntil: now + HOUR }],
    ['daily_cap', { budgets: invites([now - 2 * HOUR, now - HOUR]) }],
    ['ramp', { budgets: invites([now - 2 * HOUR, now - HOUR], 'ramp') }],
    ['weekly_cap', { budgets: invites([now - 3 * DAY, now - 2 * DAY, now - HOUR]) }],
    ['window', { now: now + 12 * HOUR }],
    ['window', { now: now + 7 * HOUR - MINUTE, restUntil: now + 8 * HOUR }],
  ] as const)('names the one limit that binds: %s', (bindingLimit, changes) => {
    const slot = nextSlot(input(changes));
    expect(slot.bindingLimit).toBe(bindingLimit);
    expect(slot.at).toBeGreaterThan(now);
    expect(isOpen(berlin, slot.at)).toBe(true);
  });

  it('spreads what is left of the cap over what is left of the window', () => {
    const cap = { daily: 20, weekly: 100, boundBy: 'setting' as const };
    const slot = nextSlot(
      input({ lastActionAt: now, budgets: [{ kind: 'invite', usageTimes: [now], cap }] }),
    );
    const share = (7 * HOUR) / 20;
    expect(slot.at - now).toBeGreaterThanOrEqual(share / 2 - 1);
    expect(slot.at - now).toBeLessThanOrEqual(share);
  });

  it('lets answers by a person go outside the window', () => {
    expect(nextSlot(input({ now: now + 12 * HOUR, window: null })).bindingLimit).toBe('none');
  });
});

describe('afterAction', () => {
  it('sets a rest of 10 to 20 minutes after 45 to 65 minutes of activity', () => {
    let activity: { activeSince: number | null; restUntil: number | null } = {
      activeSince: null,
      restUntil: null,
    };
    const start = utc('2026-11-23T10:00:00');
    let at = start;
    let last: number | null = null;
    while (activity.restUntil === null) {
      activity = afterAction(activity, last, at, seededRng(at));
      last = at;
      if (activity.restUntil === null) at += 3 * MINUTE;
    }
    expect(at - start).toBeGreaterThanOrEqual(45 * MINUTE);
    expect(at - start).toBeLessThanOrEqual(68 * MINUTE);
    expect(activity.restUntil - at).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(activity.restUntil - at).toBeLessThanOrEqual(20 * MINUTE);
  });

  it('a long pause starts the stretch anew', () => {
    const activity = afterAction({ activeSince: 0, restUntil: null }, HOUR, 2 * HOUR, seededRng(1));
    expect(activity).toEqual({ activeSince: 2 * HOUR, restUntil: null });
  });
});
