import { DAY } from '#shared/kernel/clock.ts';
import {
  type ForecastChannel,
  type ForecastSender,
  type OwnLimits,
  type Run,
  runForward,
} from './runForward.ts';
import type { SenderSettings } from './settings.ts';
import { nextOpen } from './window.ts';
import type { Job, KindRun, Plan } from './workAhead.ts';

/**
 * When the last of each kind of step would go (product §4.9): the pacing functions run forward for every sender
 * profile, and once more with one profile more. No formula of its own.
 */

export interface ForecastProfile extends Omit<ForecastSender, 'jobs'> {
  /** Other automations' work that is in its queue already. */
  backlog: readonly Job[];
}

/** Contacts that one segment brings in, and the sender profiles they are handed out to. */
export interface ForecastSegment {
  plan: Plan;
  /** To be distributed by weight; `fixed` are not among them. */
  contacts: number;
  /** Contacts that go to the profile that contacted them last, per sender id. */
  fixed: Readonly<Record<string, number>>;
  /** Of all of them, the share whose profile is not read yet, and the share with an email address. */
  unreadShare: number;
  emailShare: number;
  activeLimit: number | null;
  senders: readonly { senderId: string; weight: number }[];
}

export interface ForecastInput {
  now: number;
  profiles: readonly ForecastProfile[];
  segments: readonly ForecastSegment[];
  /** The workspace's least time between two messages or invites to one person. */
  spacingMs?: number;
  /** The automation's own limits per profile and 24 hours. */
  ownLimits?: OwnLimits;
  /** Slots at most over all runs, those with one more profile included. */
  maxSlots?: number;
  horizonMs?: number;
}

export interface LastOf {
  at: number;
  /** `run`: every slot was asked for. `extrapolated`: the pace reached was continued. `later_than`: not before `at`. */
  certainty: 'run' | 'extrapolated' | 'later_than';
}

export interface KindForecast {
  kind: string;
  count: number;
  last: LastOf;
}

export interface SenderForecast {
  senderId: string;
  contacts: number;
  kinds: KindForecast[];
}

export interface Forecast {
  contacts: number;
  senders: SenderForecast[];
  kinds: KindForecast[];
  /** The same with one more profile, as fast as `like`, whose week is free; null: nothing to do. */
  oneMore: { like: string; kinds: KindForecast[] } | null;
}

const defaults = { maxSlots: 20_000, horizonMs: 730 * DAY, leastSlots: 150 };
/** The pace that is continued is that of this long before the run was cut. */
const paceOver = 14 * DAY;
/** Sorts after every id, so that those who are there keep their contacts' order. */
const NEWCOMER = '~one-more';

type Breathe = () => Promise<void>;

/** Runs every profile forward. `breathe` is awaited between two profiles, so that a server stays responsive. */
export async function forecast(input: ForecastInput, breathe: Breathe = async () => {}): Promise<Forecast> {
  const { segments, profiles } = input;
  const senders = await runAll(input, segments, profiles, breathe);
  const kinds = latestOfEach(senders);
  const like = soonest(senders);
  const slowest = segments.find((segment) =>
    segment.senders.some(({ senderId }) => senderId === last(senders)),
  );
  const model = profiles.find(({ id }) => id === like);
  const contacts = senders.reduce((sum, sender) => sum + sender.contacts, 0);
  if (!model || !slowest || kinds.length === 0) return { contacts, senders, kinds, oneMore: null };
  const weight = slowest.senders.find(({ senderId }) => senderId === like)?.weight ?? 1;
  const wider = segments.map((segment) =>
    segment === slowest
      ? { ...segment, senders: [...segment.senders, { senderId: NEWCOMER, weight }] }
      : segment,
  );
  const more = await runAll(input, wider, [...profiles, newcomerLike(model)], breathe);
  return { contacts, senders, kinds, oneMore: { like: model.id, kinds: latestOfEach(more) } };
}

async function runAll(
  input: ForecastInput,
  segments: readonly ForecastSegment[],
  profiles: readonly ForecastProfile[],
  breathe: Breathe,
): Promise<SenderForecast[]> {
  const { now, maxSlots = defaults.maxSlots, horizonMs = defaults.horizonMs } = input;
  const perRun = Math.floor(maxSlots / (2 * profiles.length + 1));
  const limits = { maxSlots: Math.max(defaults.leastSlots, perRun), horizon: now + horizonMs };
  const shares = segments.map((segment) => distribute(segment));
  const result: SenderForecast[] = [];
  for (const profile of profiles) {
    await breathe();
    const jobs = segments.flatMap((segment, at) => {
      const contacts = shares[at]?.get(profile.id) ?? 0;
      return contacts === 0 ? [] : [jobOf(segment, contacts)];
    });
    const contacts = jobs.reduce((sum, job) => sum + job.contacts, 0);
    const { spacingMs, ownLimits } = input;
    const common = { ...(spacingMs === undefined ? {} : { spacingMs }), ...(ownLimits ? { ownLimits } : {}) };
    const run = runForward({ ...profile, ...common, jobs: [...profile.backlog, ...jobs] }, now, limits);
    const kinds = run.kinds
      .filter(({ wanted }) => wanted > 0)
      .map((kind) => kindForecast(kind, run, profile.settings, limits.horizon, now));
    result.push({ senderId: profile.id, contacts, kinds });
  }
  return result;
}

/** Hands out contacts as the admission does: to the one with the least (placed + 1) / weight. */
export function distribute(
  segment: Pick<ForecastSegment, 'contacts' | 'fixed' | 'senders'>,
): Map<string, number> {
  const senders = [...segment.senders].sort((a, b) => (a.senderId < b.senderId ? -1 : 1));
  const placed = senders.map(() => 0);
  for (let i = 0; i < segment.contacts; i++) {
    let best = 0;
    senders.forEach(({ weight }, at) => {
      const share = ((placed[at] ?? 0) + 1) / weight;
      if (share < ((placed[best] ?? 0) + 1) / (senders[best]?.weight ?? 1)) best = at;
    });
    placed[best] = (placed[best] ?? 0) + 1;
  }
  return new Map(
    senders.map(({ senderId }, at) => [senderId, (placed[at] ?? 0) + (segment.fixed[senderId] ?? 0)]),
  );
}

function jobOf(segment: ForecastSegment, contacts: number): Job {
  const { plan, unreadShare, emailShare, activeLimit, senders } = segment;
  return {
    plan,
    contacts,
    unread: Math.ceil(contacts * unreadShare),
    withEmail: Math.ceil(contacts * emailShare),
    // The segment's limit is for all its profiles together; they fill it evenly.
    activeLimit: activeLimit === null ? null : Math.max(1, Math.ceil(activeLimit / senders.length)),
    counted: true,
  };
}

function kindForecast(
  { kind, times, wanted }: KindRun,
  run: Run,
  settings: SenderSettings,
  horizon: number,
  now: number,
): KindForecast {
  const lastDone = times.at(-1);
  if (lastDone !== undefined && times.length >= wanted) {
    return { kind, count: wanted, last: { at: lastDone, certainty: 'run' } };
  }
  return {
    kind,
    count: wanted,
    last: continued(times, wanted, run.cutAt ?? horizon, settings, horizon, now),
  };
}

/** Goes on at the pace of the last two weeks of the run; where there is no pace yet, only a "not before". */
function continued(
  times: readonly number[],
  wanted: number,
  cutAt: number,
  settings: SenderSettings,
  horizon: number,
  now: number,
): LastOf {
  const span = Math.min(paceOver, cutAt - now);
  const done = times.filter((at) => at > cutAt - span).length;
  if (done === 0 || span < DAY) return { at: cutAt, certainty: 'later_than' };
  const at = cutAt + ((wanted - times.length) * span) / done;
  if (at > horizon) return { at: horizon, certainty: 'later_than' };
  return { at: nextOpen(settings.window, Math.floor(at)), certainty: 'extrapolated' };
}

const weakest = { run: 0, extrapolated: 1, later_than: 2 } as const;

/** Per kind the sum over all profiles and the latest of their last ones. */
function latestOfEach(senders: readonly SenderForecast[]): KindForecast[] {
  const all = new Map<string, KindForecast>();
  for (const { kinds } of senders) {
    for (const { kind, count, last: mine } of kinds) {
      const known = all.get(kind);
      if (!known) all.set(kind, { kind, count, last: mine });
      else all.set(kind, { kind, count: known.count + count, last: later(known.last, mine) });
    }
  }
  return [...all.values()];
}

/** A "not before" cannot be outdone by a date: nobody knows how much later it is. */
function later(a: LastOf, b: LastOf): LastOf {
  const at = Math.max(a.at, b.at);
  if (a.certainty === 'later_than' || b.certainty === 'later_than') return { at, certainty: 'later_than' };
  const certainty = weakest[a.certainty] > weakest[b.certainty] ? a.certainty : b.certainty;
  return { at, certainty };
}

function endOf({ kinds }: SenderForecast): number {
  return Math.max(
    ...kinds.map(({ last: { at, certainty } }) => (certainty === 'later_than' ? at + DAY : at)),
  );
}

function busy(senders: readonly SenderForecast[]): SenderForecast[] {
  return senders.filter(({ kinds }) => kinds.length > 0).sort((a, b) => endOf(a) - endOf(b));
}

function soonest(senders: readonly SenderForecast[]): string | undefined {
  return busy(senders)[0]?.senderId;
}

function last(senders: readonly SenderForecast[]): string | undefined {
  return busy(senders).at(-1)?.senderId;
}

/** What LinkedIn told is of that account alone. */
function withoutTold({ notesTold: _told, ...channel }: ForecastChannel): ForecastChannel {
  return channel;
}

/** As old and as fast as the model, with a week that is still free. */
function newcomerLike(model: ForecastProfile): ForecastProfile {
  const free = (channel: ForecastChannel | undefined): ForecastChannel | undefined =>
    channel && {
      ...withoutTold(channel),
      id: `${channel.id}${NEWCOMER}`,
      usage: {},
      ...(channel.notes ? { notes: [] } : {}),
      activeSince: null,
      restUntil: null,
    };
  const { linkedin, email } = model.channels;
  const channels: ForecastProfile['channels'] = {};
  const [newLinkedin, newEmail] = [free(linkedin), free(email)];
  if (newLinkedin) channels.linkedin = newLinkedin;
  if (newEmail) channels.email = newEmail;
  return { ...model, id: NEWCOMER, channels, backlog: [] };
}
