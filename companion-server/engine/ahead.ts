import { and, eq, gt, sql } from 'drizzle-orm';
import { type ActionKind, actionChannel } from '#shared/automation/graph.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type Run, runForward } from '#shared/schedule/runForward.ts';
import type { Job } from '#shared/schedule/workAhead.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow, TaskRow } from './context.ts';
import { slotFor } from './pacing.ts';
import { isReady } from './predicates.ts';
import { senderById, settingsOf } from './rows.ts';
import { budgetKinds, usageTimes } from './usage.ts';

const { lane, task } = schema;

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

/** When tasks go, by the pacing functions run forward over the queue. Keeps what it found: one per answer. */
export interface Ahead {
  expect(row: TaskRow, channel: ChannelRow): Promise<Expected>;
}

export function lookAhead(q: Queryable, now: number): Ahead {
  const runs = new Map<string, Promise<Run>>();
  const runOf = (channel: ChannelRow) => {
    const known = runs.get(channel.id) ?? runChannel(q, channel, now);
    runs.set(channel.id, known);
    return known;
  };
  return {
    async expect(row, channel) {
      const settings = settingsOf(await senderById(q, channel.senderId));
      const from = Math.max(now, row.notBefore ?? now);
      const slot = await slotFor(q, channel, settings, row.kind, from);
      const limit = slot.bindingLimit === 'none' ? null : slot.bindingLimit;
      const before = row.state === 'ready' ? await stepsBefore(q, row) : 0;
      if (before === 0) return { at: slot.at, limit, before };
      const at = timeOf(await runOf(channel), row.kind, before, now);
      const passing = limit === null || limit === 'gap' || limit === 'rest';
      return { at: Math.max(at, slot.at), limit: passing ? 'queue' : limit, before };
    },
  };
}

/** How many of its lane go before it, counted up to the slots that are looked at. */
async function stepsBefore(q: Queryable, row: TaskRow): Promise<number> {
  const key = sql`(${row.priority}, ${row.notBefore}, ${row.id})`;
  const ahead = q
    .select({ id: task.id })
    .from(task)
    .where(
      and(
        eq(task.channelId, row.channelId),
        eq(task.kind, row.kind),
        isReady,
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
  const jobs = lanes.flatMap(({ kind, readyCount }) => (isAction(kind) ? [jobOf(kind, readyCount)] : []));
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
  const known = times[before];
  if (known !== undefined) return known;
  const last = times.at(-1) ?? run.cutAt ?? now;
  const perStep = times.length > 0 ? (last - now) / times.length : DAY;
  return Math.min(now + HORIZON_MS, Math.round(last + perStep * (before + 1 - times.length)));
}
