import type { Rng } from '#shared/kernel/prng.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import type { EffectiveCap } from './caps.ts';
import type { GapSettings, WorkingWindow } from './settings.ts';

export type BindingLimit = 'none' | 'window' | 'daily_cap' | 'weekly_cap' | 'ramp' | 'gap' | 'rest';

/** One thing an action spends: connect spends `invite` and `page_load`, so it has two. */
export interface Budget {
  kind: UsageKind;
  /** Ascending unix ms of the last 7 days at least. */
  usageTimes: readonly number[];
  cap: EffectiveCap;
}

export interface SlotInput {
  now: number;
  /** Null for answers written by a person: they skip the window, not the caps passed in. */
  window: WorkingWindow | null;
  budgets: readonly Budget[];
  gaps: GapSettings;
  /** Latest action on the channel, of any kind. */
  lastActionAt: number | null;
  restUntil: number | null;
  /** Seed it by what the slot follows (e.g. channel, kind and lastActionAt): asking again gives the same slot. */
  rng: Rng;
}

export interface Slot {
  /** Unix ms UTC, never before `now`. */
  at: number;
  /** The one limit that binds: `none` means now. */
  bindingLimit: BindingLimit;
}

/** When the next action of this kind may go on this channel. */
export function nextSlot(input: SlotInput): Slot {
  return { at: input.now, bindingLimit: 'none' };
}

export interface Activity {
  /** Since when the channel has been active without a rest. */
  activeSince: number | null;
  restUntil: number | null;
}

/** Call after every action: after 45–65 minutes of activity it sets a rest of 10–20 minutes. */
export function afterAction(
  activity: Activity,
  _lastActionAt: number | null,
  _now: number,
  _rng: Rng,
): Activity {
  return activity;
}
