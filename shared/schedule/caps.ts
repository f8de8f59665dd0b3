import { DAY, WEEK } from '#shared/kernel/clock.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { basicNoteCap, type CapPair, capTable, type SenderSettings } from './settings.ts';

/** A new start after a pause: `from` of the caps at `at`, all of them `days` later (product §2.4 point 7). */
export interface Restart {
  at: number;
  from: number;
  days: number;
}

export interface CapInput {
  settings: Pick<SenderSettings, 'caps' | 'rampEnabled'>;
  /** First action ever of this LinkedIn member id or address; null: none yet. */
  firstUsedAt: number | null;
  /** Latest action of the channel, of any kind. */
  lastActionAt: number | null;
  /** The restart under way: stored by the engine from `restartAfterPause` when an action commits. */
  restart?: Restart | null;
  now: number;
}

export type CapBound = 'setting' | 'ramp' | 'ceiling';

export interface EffectiveCap extends CapPair {
  /** What makes the caps as low as they are. */
  boundBy: CapBound;
}

const linkedinRamp = { from: 0.2, days: 13 };
const emailRamp = { first: 10, perDay: 2 };

/**
 * The least of sender setting, ramp, restart and ceiling; never below 1. What an account's plan limits is counted by itself
 * (notes) or known to LinkedIn alone (InMail credits); an automation's own limits park its tasks only.
 */
export function effectiveCap(kind: UsageKind, input: CapInput): EffectiveCap {
  const setting = input.settings.caps[kind];
  const candidates: EffectiveCap[] = [{ ...capTable[kind].ceiling, boundBy: 'ceiling' }];
  if (input.settings.rampEnabled) candidates.push({ ...rampCap(kind, setting, input), boundBy: 'ramp' });
  candidates.push({ ...restartCap(setting, input), boundBy: 'ramp' });

  let least: EffectiveCap = { ...setting, boundBy: 'setting' };
  for (const cap of candidates) {
    const boundBy = cap.daily < least.daily || cap.weekly < least.weekly ? cap.boundBy : least.boundBy;
    least = { daily: Math.min(least.daily, cap.daily), weekly: Math.min(least.weekly, cap.weekly), boundBy };
  }
  return { daily: Math.max(1, least.daily), weekly: Math.max(1, least.weekly), boundBy: least.boundBy };
}

/** A new account: 20 % on day 1 to 100 % on day 14; a new mailbox: 10 a day, 2 more every day. */
function rampCap(kind: UsageKind, setting: CapPair, { firstUsedAt, now }: CapInput): CapPair {
  const day = firstUsedAt === null ? 0 : Math.max(0, Math.floor((now - firstUsedAt) / DAY));
  if (kind === 'email') return { daily: emailRamp.first + emailRamp.perDay * day, weekly: setting.weekly };
  return scaled(setting, grown(linkedinRamp.from, linkedinRamp.days, day));
}

/** Restarts hold for everybody, also with the ramp switched off: missed time is never made up. */
function restartCap(setting: CapPair, input: CapInput): CapPair {
  const restart = restartAfterPause(input.lastActionAt, input.now) ?? input.restart;
  if (!restart) return setting;
  return scaled(
    setting,
    grown(restart.from, restart.days, Math.max(0, Math.floor((input.now - restart.at) / DAY))),
  );
}

function grown(from: number, days: number, day: number): number {
  return Math.min(1, from + ((1 - from) * day) / days);
}

function scaled(cap: CapPair, factor: number): CapPair {
  return { daily: Math.floor(cap.daily * factor), weekly: Math.floor(cap.weekly * factor) };
}

/**
 * The restart that an action at `now` begins after a pause of more than 7 or 30 days; null: no such pause.
 * The engine stores it with the first action after the pause, because `lastActionAt` forgets the pause then.
 */
export function restartAfterPause(lastActionAt: number | null, now: number): Restart | null {
  if (lastActionAt === null) return null;
  const pause = now - lastActionAt;
  if (pause > 30 * DAY) return { at: now, from: 0.2, days: 14 };
  if (pause > 7 * DAY) return { at: now, from: 0.5, days: 7 };
  return null;
}

export interface UsageLimit {
  at: number;
  limit: 'none' | 'daily_cap' | 'weekly_cap';
}

/** When the rolling 24 hours and 7 days allow one more, and which of the two makes it wait. */
export function usageLimit(usageTimes: readonly number[], caps: CapPair, now: number): UsageLimit {
  const daily = freeAt(usageTimes, caps.daily, DAY);
  const weekly = freeAt(usageTimes, caps.weekly, WEEK);
  if (daily <= now && weekly <= now) return { at: now, limit: 'none' };
  return weekly > daily ? { at: weekly, limit: 'weekly_cap' } : { at: daily, limit: 'daily_cap' };
}

/**
 * When the caps allow the next one: `now`, or the earliest later moment.
 * `usageTimes`: ascending unix ms of the last 7 days at least.
 */
export function nextAllowedByUsage(usageTimes: readonly number[], caps: CapPair, now: number): number {
  return usageLimit(usageTimes, caps, now).at;
}

/** How many invites with a note a Basic account may still send; `noteTimes` ascending. */
export function notesLeft(noteTimes: readonly number[], now: number): number {
  const since = now - basicNoteCap.days * DAY;
  return Math.max(0, basicNoteCap.count - noteTimes.filter((at) => at > since).length);
}

/** When the window of `length` holds less than `cap` again: the cap-th latest use has left it. */
function freeAt(usageTimes: readonly number[], cap: number, length: number): number {
  if (cap < 1) return Number.POSITIVE_INFINITY;
  const binding = usageTimes[usageTimes.length - cap];
  return binding === undefined ? Number.NEGATIVE_INFINITY : binding + length;
}
