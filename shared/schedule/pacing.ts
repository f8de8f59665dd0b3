import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { between, type Rng, seededRng } from '#shared/kernel/prng.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { type EffectiveCap, usageLimit } from './caps.ts';
import type { GapSettings, WorkingWindow } from './settings.ts';
import { nextOpen, remainingOpenMs } from './window.ts';

const bindingLimits = ['none', 'window', 'daily_cap', 'weekly_cap', 'ramp', 'gap', 'rest'] as const;
export type BindingLimit = (typeof bindingLimits)[number];

/** What makes a kind of step wait: the schedule, or the browser's own record of what was done. */
export const laneLimits = [...bindingLimits, 'browser_ceiling'] as const;
export type LaneLimit = (typeof laneLimits)[number];

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
  /** Unix ms UTC, never before `now`; Infinity when a cap below 1 was passed in. */
  at: number;
  /** The one limit that binds: `none` means now. */
  bindingLimit: BindingLimit;
}

/**
 * When the next action of this kind may go on this channel. Gap, spread, rest and caps are lower bounds, so the
 * latest of them rules; the window comes last because it can only move a slot later.
 */
export function nextSlot(input: SlotInput): Slot {
  const { now, window, rng } = input;
  let slot: Slot = { at: now, bindingLimit: 'none' };
  const atLeast = (at: number, bindingLimit: BindingLimit): void => {
    if (at > slot.at) slot = { at, bindingLimit };
  };
  const gapMs = between(rng, input.gaps.minMs, input.gaps.maxMs);
  const spread = 0.75 + rng() / 4;
  const jitter = rng();

  if (input.lastActionAt !== null) atLeast(input.lastActionAt + gapMs, 'gap');
  for (const budget of input.budgets) if (window) atLeast(spreadAt(budget, window, now, spread), 'gap');
  if (input.restUntil !== null) atLeast(input.restUntil, 'rest');
  for (const budget of input.budgets) {
    const { at, limit } = usageLimit(budget.usageTimes, budget.cap, now);
    if (limit !== 'none') atLeast(at, budget.cap.boundBy === 'ramp' ? 'ramp' : limit);
  }
  if (!window || !Number.isFinite(slot.at)) return slot;
  return insideWindow(slot, window, now, input.gaps.maxMs * jitter);
}

/**
 * Spreads what is left of the day's cap over what is left of the window: three quarters to the whole of an even
 * share after the latest use of the kind, so that the cap can still be reached.
 */
function spreadAt({ usageTimes, cap }: Budget, window: WorkingWindow, now: number, factor: number): number {
  const last = usageTimes.at(-1);
  const remaining = remainingOpenMs(window, now);
  if (last === undefined || remaining === 0) return now;
  const left = cap.daily - usageTimes.filter((at) => at > now - DAY).length;
  if (left < 1) return now;
  return last + Math.floor((remaining / (left + 1)) * factor);
}

/** Moves a slot into the window; a slot moved to an opening gets jitter, so that nothing bursts at nine sharp. */
function insideWindow(slot: Slot, window: WorkingWindow, now: number, jitterMs: number): Slot {
  const open = nextOpen(window, slot.at);
  if (open === slot.at) return slot;
  const jittered = open + Math.floor(Math.min(jitterMs, remainingOpenMs(window, open) / 2));
  const capBinds =
    slot.bindingLimit === 'daily_cap' || slot.bindingLimit === 'weekly_cap' || slot.bindingLimit === 'ramp';
  const bindingLimit = capBinds && open !== nextOpen(window, now) ? slot.bindingLimit : 'window';
  return { at: jittered, bindingLimit };
}

export interface Activity {
  /** Since when the channel has been active without a rest. */
  activeSince: number | null;
  restUntil: number | null;
}

/** A pause this long counts as a rest of its own. */
const idleMs = 10 * MINUTE;

/** Call after every action: after 45–65 minutes of activity it sets a rest of 10–20 minutes. */
export function afterAction(
  activity: Activity,
  lastActionAt: number | null,
  now: number,
  rng: Rng,
): Activity {
  const idle = lastActionAt === null || now - lastActionAt >= idleMs;
  const activeSince = idle || activity.activeSince === null ? now : activity.activeSince;
  // The stretch's length follows from its start, so that no second number needs to be stored.
  const stretch = between(seededRng(activeSince), 45 * MINUTE, 65 * MINUTE);
  if (now - activeSince < stretch) return { activeSince, restUntil: null };
  return { activeSince: null, restUntil: now + between(rng, 10 * MINUTE, 20 * MINUTE) };
}
