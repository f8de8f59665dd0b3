import { and, eq, gt, isNull, ne, notInArray, sql } from 'drizzle-orm';
import { type ActionKind, actionChannel } from '#shared/automation/graph.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { atPace, type Run, runForward } from '#shared/schedule/runForward.ts';
import type { Job } from '#shared/schedule/workAhead.ts';
import { STOPS_ENTRY } from '#shared/statuses/holds.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, EnrollmentRow, TaskRow } from '../context.ts';
import { isReady } from '../predicates.ts';
import { senderById, settingsOf } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { blockedOn } from '../wayIn/slots.ts';
import { dailyLimitOver } from './dailyLimits.ts';
import { leaving, placeFreeAt, placeInLine } from './freePlaces.ts';
import { slotFor } from './pacing.ts';
import { budgetKinds, usageTimes } from './usage.ts';

const { channel: channels, enrollment, hold, lane, task } = schema;

/** Slots that one channel is run forward; what stands further back continues the pace reached. */
const SLOTS = 150;
const HORIZON_MS = 365 * DAY;

export interface Expected {
  at: number;
  /** The one limit that binds; null: its turn is now. */
  limit: string | null;
  /** Steps of its lane that go before it. */
  before: number;
}

/** A limit that keeps a step back, and until when (schedule time). */
export interface Bound {
  limit: string;
  at: number;
}

/** When things go, by the pacing functions run forward over the queue. Keeps what it found: one per answer. */
export interface Ahead {
  /** `notBefore`: what else keeps the step back, and until when. */
  expect(row: TaskRow, channel: ChannelRow, notBefore?: Bound | null): Promise<Expected>;
  /** When one that waits for a place of its segment or company has it; null: nobody leaves by themselves. */
  expectPlace(row: EnrollmentRow): Promise<number | null>;
  /** When the profile of one that waits for room in its sender's reading is read; null: the account reads nothing. */
  expectReading(row: EnrollmentRow): Promise<number | null>;
}

/** When steps of many tasks will go, and by which limit; each channel is run ahead once for all of them. */
export function lookAhead(q: Queryable, now: number): Ahead {
  const runs = new Map<string, Promise<Run>>();
  let held: Promise<string[]> | null = null;
  const leavings = new Map<string, ReturnType<typeof leaving>>();
  const runOf = (channel: ChannelRow) => {
    const known = runs.get(channel.id) ?? runChannel(q, channel, now);
    runs.set(channel.id, known);
    return known;
  };
  return {
    async expect(row, channel, notBefore = null) {
      const settings = settingsOf(await senderById(q, channel.senderId));
      const daily = { limit: 'automation_limit', at: (await dailyLimitOver(q, row, channel, now)) ?? now };
      const bound = notBefore && notBefore.at > daily.at ? notBefore : daily;
      const from = Math.max(now, row.notBefore ?? now, bound.at);
      const slot = await slotFor(q, channel, settings, row.kind, from);
      const limit = slot.bindingLimit === 'none' ? null : slot.bindingLimit;
      const passing = limit === null || limit === 'gap' || limit === 'rest';
      const isBound = bound.at > now && bound.at === from;
      const alone = { at: slot.at, limit: passing && isBound ? bound.limit : limit };
      held ??= heldAutomations(q, row.workspaceId);
      const before = row.state === 'ready' ? await stepsBefore(q, row, await held) : 0;
      if (before === 0) return { ...alone, before };
      const at = timeOf(await runOf(channel), row.kind, before, now);
      if (at < slot.at && isBound) return { ...alone, before };
      return { at: Math.max(at, slot.at), limit: passing ? 'queue' : limit, before };
    },
    async expectPlace(row) {
      const horizon = now + HORIZON_MS;
      const key = row.blockedOn ?? row.id;
      const leave = leavings.get(key) ?? leaving(q, row, now, { maxSlots: SLOTS, horizon });
      leavings.set(key, leave);
      return await placeFreeAt(q, row, await leave, { now, horizon });
    },
    async expectReading(row) {
      const [channel] = await q
        .select()
        .from(channels)
        .where(and(eq(channels.senderId, row.senderId ?? ''), eq(channels.kind, 'linkedin')));
      if (channel?.status !== 'active') return null;
      const ready = await rowsOf(q).get(shapes.lane, channel.id, 'visit');
      const before = (ready?.readyCount ?? 0) + (await placeInLine(q, row)) - 1;
      return timeOf(await runOf(channel), 'visit', before, now);
    },
  };
}

/** Their steps stand in line until somebody comes to take them, and let the next one go then. */
async function heldAutomations(q: Queryable, workspaceId: string): Promise<string[]> {
  const rows = await q
    .select({ id: hold.scopeId })
    .from(hold)
    .where(
      and(
        eq(hold.workspaceId, workspaceId),
        eq(hold.scope, 'automation'),
        isNull(hold.liftedAt),
        ne(hold.reason, STOPS_ENTRY),
      ),
    );
  return rows.map(({ id }) => id);
}

/** How many of its lane go before it, counted up to the slots that are looked at. */
async function stepsBefore(q: Queryable, row: TaskRow, held: readonly string[]): Promise<number> {
  const key = sql`(${row.priority}, ${row.notBefore}, ${row.id})`;
  const ahead = q
    .select({ id: task.id })
    .from(task)
    .where(
      and(
        eq(task.channelId, row.channelId),
        eq(task.kind, row.kind),
        isReady,
        notInArray(task.automationId, [...held]),
        sql`(${task.priority}, ${task.notBefore}, ${task.id}) < ${key}`,
      ),
    )
    .limit(20 * SLOTS);
  const [found] = await q.all<{ n: number }>(sql`SELECT count(*) AS n FROM (${ahead})`);
  return found?.n ?? 0;
}

async function runChannel(q: Queryable, channel: ChannelRow, now: number): Promise<Run> {
  const lanes = await q
    .select()
    .from(lane)
    .where(and(eq(lane.channelId, channel.id), gt(lane.readyCount, 0), eq(lane.holdCount, 0)));
  const waiting = channel.kind === 'linkedin' ? await readingsToCome(q, channel.senderId) : 0;
  const jobs = lanes.flatMap(({ kind, readyCount }) =>
    isAction(kind) ? [jobOf(kind, readyCount + (kind === 'visit' ? waiting : 0))] : [],
  );
  const usage: Record<string, number[]> = {};
  for (const kind of new Set(jobs.flatMap(({ plan }) => plan.steps[0]?.spends ?? []))) {
    usage[kind] = await usageTimes(q, channel, kind, now);
  }
  const settings = settingsOf(await senderById(q, channel.senderId));
  const channels = { [channel.kind]: { ...channel, usage } };
  return runForward({ id: channel.senderId, settings, channels, jobs }, now, {
    maxSlots: SLOTS,
    horizon: now + HORIZON_MS,
  });
}

/** Profiles that wait for room in what the sender reads: counted up to the slots that are looked at. */
async function readingsToCome(q: Queryable, senderId: string): Promise<number> {
  const waiting = q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(eq(enrollment.blockedOn, blockedOn.sender(senderId)))
    .limit(SLOTS);
  const [found] = await q.all<{ n: number }>(sql`SELECT count(*) AS n FROM (${waiting})`);
  return found?.n ?? 0;
}

function isAction(kind: string): kind is ActionKind {
  return kind in actionChannel;
}

function jobOf(kind: ActionKind, ready: number): Job {
  const step = { kind, channel: actionChannel[kind], spends: budgetKinds(kind), after: null, delayMs: 0 };
  const contacts = Math.min(ready, SLOTS);
  return {
    plan: { steps: [step], tailMs: 0 },
    contacts,
    unread: 0,
    withEmail: contacts,
    activeLimit: null,
    counted: true,
  };
}

/** The moment of the one that `before` others precede; beyond the run at the pace that it reached. */
function timeOf(run: Run, kind: string, before: number, now: number): number {
  const times = run.kinds.find((each) => each.kind === kind)?.times ?? [];
  const from = times.length === 0 ? (run.cutAt ?? now) : now;
  return atPace(times, before, { now: from, horizon: now + HORIZON_MS });
}
