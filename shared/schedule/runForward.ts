import { DAY } from '#shared/kernel/clock.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import type { ChannelKind, UsageKind } from '#shared/statuses/engine.ts';
import { effectiveCap, type Restart, restartAfterPause } from './caps.ts';
import { afterAction, nextSlot } from './pacing.ts';
import type { SenderSettings } from './settings.ts';
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
}

/** What one sender profile has to do, from now on. */
export interface ForecastSender {
  id: string;
  settings: SenderSettings;
  channels: Partial<Record<ChannelKind, ForecastChannel>>;
  jobs: readonly Job[];
}

export interface RunLimits {
  /** Slots at most; beyond them the pace reached is continued (see forecast.ts). */
  maxSlots: number;
  /** Nothing later than this is told as a date. */
  horizon: number;
}

export interface Run {
  kinds: KindRun[];
  /** The moment up to which slots were really asked for; null: everything was done. */
  cutAt: number | null;
}

interface Lane {
  channel: ChannelKind;
  at: number;
  due: Due;
}

type ChannelState = ForecastChannel & { usage: Record<UsageKind, number[]> };

/**
 * Lets one sender profile do its work, slot by slot, with the functions the engine paces by: what a claim would be
 * told at each moment, and what each action changes for the next.
 */
export function runForward(sender: ForecastSender, now: number, limits: RunLimits): Run {
  const work = createWork(sender.jobs, now);
  const channels = new Map<ChannelKind, ChannelState>();
  for (const kind of ['linkedin', 'email'] as const) {
    const channel = sender.channels[kind];
    if (channel) channels.set(kind, stateOf(channel));
  }
  let at = now;
  for (let slots = 0; ; slots++) {
    const lane = earliest(work, channels, sender.settings, at);
    if (!lane) return { kinds: work.result(), cutAt: null };
    if (slots >= limits.maxSlots || lane.at > limits.horizon) {
      return { kinds: work.result(), cutAt: Math.min(lane.at, limits.horizon) };
    }
    at = lane.at;
    const channel = channels.get(lane.channel);
    if (channel) act(channel, lane.due.spends, at);
    work.done(lane.due, at);
  }
}

function stateOf(channel: ForecastChannel): ChannelState {
  const { usage } = channel;
  const copy = (kind: UsageKind) => [...(usage[kind] ?? [])];
  return {
    ...channel,
    usage: {
      invite: copy('invite'),
      message: copy('message'),
      inmail: copy('inmail'),
      page_load: copy('page_load'),
      follow_like: copy('follow_like'),
      withdrawal: copy('withdrawal'),
      search_page: copy('search_page'),
      email: copy('email'),
    },
  };
}

/** The step that may go first, over all lanes of both channels. */
function earliest(
  work: Work,
  channels: ReadonlyMap<ChannelKind, ChannelState>,
  settings: SenderSettings,
  now: number,
): Lane | null {
  let best: Lane | null = null;
  for (const head of work.heads()) {
    const channel = channels.get(head.channel);
    // A profile without the channel never does the step: its lane stays as long as the run.
    const from = Math.max(now, head.readyAt);
    const at = channel ? settledSlot(channel, settings, head, from) : Number.POSITIVE_INFINITY;
    if (!best || at < best.at) best = { channel: head.channel, at, due: head };
  }
  // What else of the lane is due by then may go before the head that was asked for.
  return best && Number.isFinite(best.at) ? { ...best, due: work.bestOf(best.due, best.at) } : best;
}

/** The claim asks again at the slot it was given, and what it hears then may be later: so does this. */
function settledSlot(channel: ChannelState, settings: SenderSettings, due: Due, now: number): number {
  let at = slotAt(channel, settings, due, now);
  for (let asked = 0; asked < 8; asked++) {
    const again = slotAt(channel, settings, due, at);
    if (again <= at) return at;
    at = again;
  }
  return at;
}

function slotAt(channel: ChannelState, settings: SenderSettings, due: Due, now: number): number {
  const { firstUsedAt, lastActionAt, restart } = channel;
  return nextSlot({
    now,
    window: settings.window,
    budgets: due.spends.map((kind) => ({
      kind,
      usageTimes: channel.usage[kind],
      cap: effectiveCap(kind, { settings, firstUsedAt, lastActionAt, restart, now }),
    })),
    gaps: settings.gaps[due.channel],
    lastActionAt,
    restUntil: channel.restUntil,
    rng: seededRng(seedOf(`${channel.id}:${due.lane}:${lastActionAt ?? 0}`)),
  }).at;
}

/** What an action changes for the next one, as the engine notes it. */
function act(channel: ChannelState, spends: readonly UsageKind[], at: number): void {
  for (const kind of spends) {
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
