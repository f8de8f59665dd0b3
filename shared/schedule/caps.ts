import type { UsageKind } from '#shared/statuses/engine.ts';
import type { CapPair, SenderSettings } from './settings.ts';

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
  /** The account plan's or the automation's own limit, where there is one. */
  plan?: CapPair | null;
}

export interface EffectiveCap extends CapPair {
  /** What made the daily cap as low as it is. */
  boundBy: 'setting' | 'ramp' | 'plan' | 'ceiling';
}

/** The least of sender setting, ramp, restart, plan and ceiling; never below 1. */
export function effectiveCap(kind: UsageKind, input: CapInput): EffectiveCap {
  return { ...input.settings.caps[kind], boundBy: 'setting' };
}

/** The restart that an action at `now` begins after a pause of more than 7 or 30 days; null: no such pause. */
export function restartAfterPause(_lastActionAt: number | null, _now: number): Restart | null {
  return null;
}

/**
 * When the caps allow the next one: `now`, or the earliest later moment.
 * `usageTimes`: ascending unix ms of the last 7 days at least.
 */
export function nextAllowedByUsage(
  _kind: UsageKind,
  _usageTimes: readonly number[],
  _caps: CapPair,
  now: number,
): number {
  return now;
}

/** How many invites with a note a Basic account may still send; `noteTimes` ascending. */
export function notesLeft(_noteTimes: readonly number[], _now: number): number {
  return 0;
}
