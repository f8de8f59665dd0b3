import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import { effectiveCap, type Restart, restartAfterPause } from '#shared/schedule/caps.ts';
import { type Activity, afterAction, nextSlot } from '#shared/schedule/pacing.ts';
import { capTable, type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { isOpen, nextOpen, remainingOpenMs } from '#shared/schedule/window.ts';

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];
const START = Date.UTC(2026, 9, 19, 8);

interface Channel extends Activity {
  used: number[];
  lastActionAt: number | null;
  restart: Restart | null;
}

/** Always has work: takes every slot it is given between two moments, as the engine's claim does. */
function workThrough(
  channel: Channel,
  settings: SenderSettings,
  from: number,
  to: number,
  seed: string,
): void {
  let now = from;
  for (;;) {
    const { lastActionAt, restart } = channel;
    const cap = effectiveCap('invite', { settings, firstUsedAt: 0, lastActionAt, restart, now });
    const slot = nextSlot({
      now,
      window: settings.window,
      budgets: [{ kind: 'invite', usageTimes: channel.used, cap }],
      gaps: settings.gaps.linkedin,
      lastActionAt,
      restUntil: channel.restUntil,
      rng: seededRng(seedOf(`${seed}:${lastActionAt ?? 0}`)),
    });
    if (slot.at >= to) return;
    if (slot.at > now) {
      now = slot.at;
      continue;
    }
    channel.used.push(now);
    channel.restart = restartAfterPause(lastActionAt, now) ?? restart;
    Object.assign(channel, afterAction(channel, lastActionAt, now, seededRng(now)));
    channel.lastActionAt = now;
  }
}

function usedIn(used: readonly number[], end: number, length: number): number {
  return used.filter((at) => at > end - length && at <= end).length;
}

const anySettings = fc
  .record({
    zone: fc.constantFrom(...zones),
    daily: fc.integer({ min: 1, max: capTable.invite.ceiling.daily }),
    weekly: fc.integer({ min: 1, max: capTable.invite.ceiling.weekly }),
  })
  .map(({ zone, daily, weekly }) =>
    senderSettings.parse({ window: { zone }, caps: { invite: { daily, weekly } }, rampEnabled: false }),
  );

/** Lengths of time without a browser: minutes to weeks, DST changes included. */
const anyOutages = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 9 * 24 }),
    hours: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 24, max: 45 * 24 })),
  }),
  { minLength: 1, maxLength: 3 },
);

it('no burst after any outage: caps, restart caps and gaps hold in every rolling window', () => {
  fc.assert(
    fc.property(anySettings, anyOutages, fc.string({ maxLength: 5 }), (settings, outages, seed) => {
      const channel: Channel = {
        used: [],
        lastActionAt: null,
        restart: null,
        activeSince: null,
        restUntil: null,
      };
      const { daily, weekly } = settings.caps.invite;
      let now = START;
      for (const { after, hours } of outages) {
        workThrough(channel, settings, now, now + after * HOUR, seed);
        const last = channel.used.at(-1);
        now += after * HOUR + hours * HOUR;
        const before = channel.used.length;
        workThrough(channel, settings, now, now + DAY, seed);
        const first = channel.used[before];
        if (last !== undefined && first !== undefined) {
          const pause = first - last;
          const share = pause > 30 * DAY ? 0.2 : pause > 7 * DAY ? 0.5 : 1;
          const sent = channel.used.slice(before).filter((at) => at < first + DAY).length;
          expect(sent).toBeLessThanOrEqual(Math.max(1, Math.floor(daily * share)));
        }
        now += DAY;
      }
      channel.used.forEach((at, index) => {
        expect(usedIn(channel.used, at, DAY)).toBeLessThanOrEqual(daily);
        expect(usedIn(channel.used, at, 7 * DAY)).toBeLessThanOrEqual(weekly);
        expect(isOpen(settings.window, at)).toBe(true);
        const previous = channel.used[index - 1];
        if (previous !== undefined) {
          expect(at - previous).toBeGreaterThanOrEqual(settings.gaps.linkedin.minMs);
        }
      });
    }),
    { numRuns: 60 },
  );
});

it('a cap lowered in the middle counts what was already sent', () => {
  const lower = fc.record({
    daily: fc.integer({ min: 1, max: 20 }),
    weekly: fc.integer({ min: 1, max: 90 }),
  });
  const hoursBefore = fc.integer({ min: 1, max: 150 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), lower, hoursBefore, (zone, invite, hours) => {
      const before = senderSettings.parse({ window: { zone }, rampEnabled: false });
      const after = senderSettings.parse({ window: { zone }, caps: { invite }, rampEnabled: false });
      const channel: Channel = {
        used: [],
        lastActionAt: null,
        restart: null,
        activeSince: null,
        restUntil: null,
      };
      const changedAt = START + hours * HOUR;
      workThrough(channel, before, START, changedAt, 'x');
      const kept = channel.used.length;
      workThrough(channel, after, changedAt, changedAt + 3 * DAY, 'x');
      for (const at of channel.used.slice(kept)) {
        expect(usedIn(channel.used, at, DAY)).toBeLessThanOrEqual(invite.daily);
        expect(usedIn(channel.used, at, 7 * DAY)).toBeLessThanOrEqual(invite.weekly);
        expect(isOpen(after.window, at)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

it('a day with enough work is spread over its window, not done in its first hours', () => {
  fc.assert(
    fc.property(anySettings, fc.nat({ max: 40 }), fc.string({ maxLength: 5 }), (settings, days, seed) => {
      fc.pre(settings.caps.invite.daily >= 6 && settings.caps.invite.weekly >= settings.caps.invite.daily);
      const opens = nextOpen(settings.window, nextOpen(settings.window, START + days * DAY) + 12 * HOUR);
      const length = remainingOpenMs(settings.window, opens);
      const channel: Channel = {
        used: [],
        lastActionAt: null,
        restart: null,
        activeSince: null,
        restUntil: null,
      };
      workThrough(channel, settings, opens, opens + length, seed);
      const early = channel.used.filter((at) => at < opens + length / 3).length;
      const late = channel.used.filter((at) => at >= opens + (length * 2) / 3).length;
      expect(late).toBeGreaterThan(0);
      expect(early).toBeLessThanOrEqual(Math.ceil(settings.caps.invite.daily * 0.6));
    }),
    { numRuns: 60 },
  );
});
