import { DAY } from '#shared/kernel/clock.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import type { ChannelKind, UsageKind } from '#shared/statuses/engine.ts';
import { type EffectiveCap, effectiveCap, type Restart, restartAfterPause, usageLimit } from './caps.ts';
import { afterAction, nextSlot } from './pacing.ts';
import { basicNoteCap, personSpacing, type SenderSettings } from './settings.ts';
import { createWork, type Due, type Job, type KindRun, type Work } from './workAhead.ts';

/** A channel as it stands now: what `slotFor` of the engine reads, without a database. */
export interface ForecastChannel {
  /** Seeds gaps and jitter as the engine does, so that the same channel gives the same slots. */
  id: string;
  /** Ascending unix ms of the last 7 days, per kind. */
  usage: Partial<Record<UsageKind, readonly number[]>>;
  firstUsedAt: number | null;
  lastActionAt: number | null;
  restart: Restart | null;
  activeSince: number | null;
  restUntil: number | null;
  /** When a Basic account sent notes in the last 30 days, ascending; left out: the account has no such limit. */
  notes?: readonly number[];
  /** What LinkedIn itself said of its counter, which overrules ours until then; left out: nothing that counts. */
  notesTold?: { left: number; until: number };
}

/** What one sender profile has to do, from now on. */
export interface ForecastSender {
  id: string;
  settings: SenderSettings;
  channels: Partial<Record<ChannelKind, ForecastChannel>>;
  jobs: readonly Job[];
  /** Least time between two messages or invites to one person; left out: the preset. */
  spacingMs?: number;
  /** How much in 24 hours the automation of the counted jobs allows itself. */
  ownLimits?: OwnLimits;
}

export type OwnLimits = Partial<Record<UsageKind, number>>;

export interface RunLimits {
  /** Slots at most; beyond them the pace reached is continued (see forecast.ts). */
  maxSlots: number;
  /** Nothing later than this is told as a date. */
  horizon: number;
}

export interface Run {
  kinds: KindRun[];
  /** Per job, when its contacts came to the end of their plan, ascending; who did not come there is left out. */
  ends: number[][];
  /** The moment up to which slots were really asked for; null: everything was done. */
  cutAt: number | null;
}

/** The moment at this place of `times`; behind their end at the pace that they reached from `now` on. */
export function atPace(
  times: readonly number[],
  index: number,
  { now, horizon }: { now: number; horizon: number },
): number {
  const known = times[index];
  if (known !== undefined) return known;
  const last = times.at(-1) ?? now;
  const perStep = times.length > 0 ? (last - now) / times.length : DAY;
  return Math.min(horizon, Math.round(last + perStep * (index + 1 - times.length)));
}

interface Lane {
  channel: ChannelKind;
  at: number;
  due: Due;
}

type ChannelState = Omit<ForecastChannel, 'usage' | 'notes' | 'notesTold'> & {
  usage: Record<UsageKind, number[]>;
  notes: number[] | null;
  notesTold: { left: number; until: number } | null;
  /** What the counted jobs used, for the automation's own limits. */
  own: Record<UsageKind, number[]>;
};

interface Runner {
  work: Work;
  settings: SenderSettings;
  ownLimits: OwnLimits;
}

/**
 * Lets one sender profile do its work, slot by slot, with the functions the engine paces by: what a claim would be
 * told at each moment, and what each action changes for the next.
 */
export function runForward(sender: ForecastSender, now: number, limits: RunLimits): Run {
  const work = createWork(sender.jobs, now, sender.spacingMs ?? personSpacing.presetMs);
  const runner: Runner = { work, settings: sender.settings, ownLimits: sender.ownLimits ?? {} };
  const channels = new Map<ChannelKind, ChannelState>();
  for (const kind of ['linkedin', 'email'] as const) {
    const channel = sender.channels[kind];
    if (channel) channels.set(kind, stateOf(channel));
  }
  let at = now;
  for (let slots = 0; ; slots++) {
    const lane = earliest(runner, channels, at);
    if (!lane) return { kinds: work.result(), ends: work.ends(), cutAt: null };
    if (slots >= limits.maxSlots || lane.at > limits.horizon) {
      const cutAt = Math.min(lane.at, limits.horizon);
      return { kinds: work.result(), ends: work.ends(), cutAt };
    }
    at = lane.at;
    const channel = channels.get(lane.channel);
    if (channel) act(channel, lane.due, at);
    work.done(lane.due, at);
  }
}

function stateOf(channel: ForecastChannel): ChannelState {
  const { usage, notes, notesTold } = channel;
  return {
    ...channel,
    usage: perKind((kind) => [...(usage[kind] ?? [])]),
    notes: notes ? [...notes] : null,
    notesTold: notesTold ? { ...notesTold } : null,
    own: perKind(() => []),
  };
}

function perKind(of: (kind: UsageKind) => number[]): Record<UsageKind, number[]> {
  return {
    invite: of('invite'),
    message: of('message'),
    inmail: of('inmail'),
    page_load: of('page_load'),
    follow_like: of('follow_like'),
    withdrawal: of('withdrawal'),
    search_page: of('search_page'),
    email: of('email'),
  };
}

/** The step that may go first, over all lanes of both channels. */
function earliest(
  runner: Runner,
  channels: ReadonlyMap<ChannelKind, ChannelState>,
  now: number,
): Lane | null {
  let best: Lane | null = null;
  for (const head of runner.work.heads()) {
    const channel = channels.get(head.channel);
    // A profile without the channel never does the step: its lane stays as long as the run.
    const from = Math.max(now, head.readyAt);
    const at = channel ? settledSlot(runner, channel, head, from) : Number.POSITIVE_INFINITY;
    if (!best || at < best.at) best = { channel: head.channel, at, due: head };
  }
  // What else of the lane is due by then may go before the head that was asked for.
  return best && Number.isFinite(best.at) ? { ...best, due: runner.work.bestOf(best.due, best.at) } : best;
}

/** The claim asks again at the slot it was given, and what it hears then may be later: so does this. */
function settledSlot(runner: Runner, channel: ChannelState, due: Due, now: number): number {
  let at = slotAt(runner, channel, due, now);
  for (let asked = 0; asked < 8; asked++) {
    const again = slotAt(runner, channel, due, at);
    if (again <= at) return at;
    at = again;
  }
  return at;
}

function slotAt(runner: Runner, channel: ChannelState, due: Due, now: number): number {
  const { settings } = runner;
  const { firstUsedAt, lastActionAt, restart } = channel;
  const capOf = (kind: UsageKind) =>
    effectiveCap(kind, { settings, firstUsedAt, lastActionAt, restart, now });
  const reserved = due.lane === 'visit' ? reservedLoads(runner.work, channel, capOf, now) : 0;
  const { at } = nextSlot({
    now,
    window: settings.window,
    budgets: due.spends.map((kind) => ({
      kind,
      usageTimes: channel.usage[kind],
      cap: lessOf(capOf(kind), reserved),
    })),
    gaps: settings.gaps[due.channel],
    lastActionAt,
    restUntil: channel.restUntil,
    rng: seededRng(seedOf(`${channel.id}:${due.lane}:${lastActionAt ?? 0}`)),
  });
  return Math.max(at, ownLimitAt(runner, channel, due, now), noteAt(channel, due, now));
}

/** Visits leave the page loads that ready actions need, as far as their own caps let them go within a day. */
function reservedLoads(
  work: Work,
  channel: ChannelState,
  capOf: (kind: UsageKind) => EffectiveCap,
  now: number,
): number {
  let reserved = 0;
  for (const [kind, ready] of work.openingSteps(now)) {
    const used = channel.usage[kind].filter((at) => at > now - DAY).length;
    reserved += Math.min(ready, Math.max(0, capOf(kind).daily - used));
  }
  return reserved;
}

function lessOf(cap: EffectiveCap, reserved: number): EffectiveCap {
  return { ...cap, daily: Math.max(1, cap.daily - reserved), weekly: Math.max(1, cap.weekly - reserved) };
}

/** When the automation's own limits allow one more. */
function ownLimitAt({ ownLimits }: Runner, { own }: ChannelState, due: Due, now: number): number {
  if (!due.counted) return now;
  const free = due.spends.map((kind) => {
    const limit = ownLimits[kind];
    if (limit === undefined) return now;
    return usageLimit(own[kind], { daily: limit, weekly: Number.MAX_SAFE_INTEGER }, now).at;
  });
  return Math.max(now, ...free);
}

/** When the account has a note again: by LinkedIn's counter as long as that rules, then by ours of a Basic account. */
function noteAt({ notes, notesTold }: ChannelState, due: Due, now: number): number {
  if (!due.waitsForNote) return now;
  const rules = notesTold !== null && now < notesTold.until;
  if (rules && notesTold.left > 0) return now;
  const binding = notes?.at(-basicNoteCap.count);
  const ours = binding === undefined ? now : binding + basicNoteCap.days * DAY;
  return rules ? Math.max(notesTold.until, ours) : ours;
}

/** What an action changes for the next one, as the engine notes it. */
function act(channel: ChannelState, { spends, counted, waitsForNote }: Due, at: number): void {
  if (waitsForNote) {
    channel.notes?.push(at);
    if (channel.notesTold) channel.notesTold.left -= 1;
  }
  for (const kind of spends) {
    if (counted) channel.own[kind].push(at);
    const times = channel.usage[kind];
    times.push(at);
    while ((times[0] ?? at) < at - 8 * DAY) times.shift();
  }
  const activity = afterAction(
    channel,
    channel.lastActionAt,
    at,
    seededRng(seedOf(`${channel.id}:rest:${at}`)),
  );
  channel.restart = restartAfterPause(channel.lastActionAt, at) ?? channel.restart;
  Object.assign(channel, activity);
  channel.firstUsedAt ??= at;
  channel.lastActionAt = at;
}
