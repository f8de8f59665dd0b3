import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import {
  type AutomationRow,
  type ChannelRow,
  type EngineContext,
  type TaskRow,
  type Unit,
  unitOfWork,
} from '../context.ts';
import { isReady } from '../predicates.ts';
import { channelById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { accountOf, budgetKinds } from './usage.ts';

const { automation, dailyLimitWait, task, usage } = schema;

export interface LimitedTasks {
  workspaceId: string;
  automationId: string;
  channelId: string;
  kind: ActionKind;
}

/** When the automation's own daily limit allows this sender one more of the kind; null: it does now. */
export async function dailyLimitUntil(
  q: Queryable,
  owner: AutomationRow,
  channel: ChannelRow,
  kind: ActionKind,
  now: number,
): Promise<number | null> {
  let until: number | null = null;
  for (const spends of budgetKinds(kind)) {
    const limit = owner.dailyLimits?.[spends];
    if (limit === undefined) continue;
    const used = await usedBy(q, owner.id, channel, spends, now);
    const binding = used[used.length - limit];
    if (binding !== undefined) until = Math.max(until ?? 0, binding + DAY);
  }
  return until;
}

/** What the tasks that wait for it are parked on. */
export function dailyLimitKey({ automationId, channelId, kind }: LimitedTasks): string {
  return `daily_limit:${automationId}:${channelId}:${kind}`;
}

/** Tasks before one that are counted; what stands further back is expected with these. */
const COUNTED = 150;

/** When the limit lets a task go, those before it first; null: it goes by no daily limit. */
export async function dailyLimitOver(
  q: Queryable,
  row: TaskRow,
  channel: ChannelRow,
  now: number,
): Promise<number | null> {
  const isParked = row.blockedOn === dailyLimitKey(row);
  if (!isParked && row.state !== 'ready') return null;
  const owner = await rowsOf(q).get(shapes.automation, row.automationId);
  if (owner?.dailyLimits == null) return isParked ? now : null;
  const before =
    (await countBefore(q, row, isParkedBy(row))) + (isParked ? 0 : await countBefore(q, row, isInLine(row)));
  let at = isParked ? Math.max(now, await releasedAt(q, row, now)) : now;
  for (const spends of budgetKinds(row.kind)) {
    const limit = owner.dailyLimits[spends];
    if (limit === undefined) continue;
    const times = await usedBy(q, row.automationId, channel, spends, now);
    for (let i = 0; i <= before; i++) {
      const binding = times[times.length - limit];
      times.push(Math.max(now, binding === undefined ? now : binding + DAY));
    }
    at = Math.max(at, times.at(-1) ?? now);
  }
  return at;
}

async function releasedAt(q: Queryable, row: TaskRow, now: number): Promise<number> {
  const [wait] = await q
    .select({ nextAt: dailyLimitWait.nextAt })
    .from(dailyLimitWait)
    .where(and(...isWait(row)));
  return wait?.nextAt ?? now;
}

function isParkedBy(row: TaskRow) {
  return eq(task.blockedOn, dailyLimitKey(row));
}

function isInLine({ channelId, kind, automationId }: TaskRow) {
  return and(
    eq(task.channelId, channelId),
    eq(task.kind, kind),
    isReady,
    eq(task.automationId, automationId),
  );
}

async function countBefore(q: Queryable, row: TaskRow, which: SQL | undefined): Promise<number> {
  const key = sql`(${row.priority}, ${row.notBefore}, ${row.id})`;
  const rows = await q
    .select({ id: task.id })
    .from(task)
    .where(and(which, sql`(${task.priority}, ${task.notBefore}, ${task.id}) < ${key}`))
    .limit(COUNTED);
  return rows.length;
}

function isWait({ automationId, channelId, kind }: LimitedTasks) {
  return [
    eq(dailyLimitWait.automationId, automationId),
    eq(dailyLimitWait.channelId, channelId),
    eq(dailyLimitWait.kind, kind),
  ];
}

/** Somebody looks again then. */
export async function planRelease(unit: Unit, which: LimitedTasks, nextAt: number): Promise<void> {
  const { automationId, channelId, kind, workspaceId } = which;
  await unit.tx
    .insert(dailyLimitWait)
    .values({ automationId, channelId, kind, workspaceId, nextAt })
    .onConflictDoUpdate({
      target: [dailyLimitWait.automationId, dailyLimitWait.channelId, dailyLimitWait.kind],
      set: { nextAt },
    });
}

/** A limit was raised, lowered or taken away: those who wait for it look again at once. */
export async function dailyLimitsChanged(unit: Unit, automationId: string): Promise<void> {
  await unit.tx
    .update(dailyLimitWait)
    .set({ nextAt: unit.now })
    .where(eq(dailyLimitWait.automationId, automationId));
}

/** The engine's stage: tasks that an automation's limit allows again go on, as many as it allows. */
export async function releaseDailyLimits(ctx: EngineContext, limit: number): Promise<boolean> {
  const due = lte(dailyLimitWait.nextAt, ctx.clocks.schedule.now());
  const waits = await ctx.db.reader
    .select()
    .from(dailyLimitWait)
    .where(due)
    .orderBy(asc(dailyLimitWait.nextAt))
    .limit(limit);
  for (const wait of waits) await unitOfWork(ctx, (unit) => release(unit, wait));
  return waits.length === limit;
}

async function release(unit: Unit, which: LimitedTasks): Promise<void> {
  const [owner] = await unit.tx.select().from(automation).where(eq(automation.id, which.automationId));
  const channel = await channelById(unit.tx, which.channelId);
  const free = owner ? await freeNow(unit, owner, channel, which.kind) : 1;
  const parked = await unit.tx
    .select({ id: task.id })
    .from(task)
    .where(eq(task.blockedOn, dailyLimitKey(which)))
    .orderBy(asc(task.priority), asc(task.notBefore), asc(task.id))
    .limit(free + 1);
  for (const { id } of parked.slice(0, free)) {
    await unit.tx.update(task).set({ blockedOn: null, reason: null }).where(eq(task.id, id));
  }
  if (parked.length > free) {
    const until = owner ? await dailyLimitUntil(unit.tx, owner, channel, which.kind, unit.now) : null;
    return await planRelease(unit, which, Math.max(until ?? 0, unit.now + HOUR));
  }
  await unit.tx.delete(dailyLimitWait).where(and(...isWait(which)));
}

/** How many more the limit allows now; where there is none any more, a hundred at a time. */
async function freeNow(
  unit: Unit,
  owner: AutomationRow,
  channel: ChannelRow,
  kind: ActionKind,
): Promise<number> {
  let free = 100;
  for (const spends of budgetKinds(kind)) {
    const limit = owner.dailyLimits?.[spends];
    if (limit === undefined) continue;
    const used = await usedBy(unit.tx, owner.id, channel, spends, unit.now);
    free = Math.min(free, Math.max(0, limit - used.length));
  }
  return free;
}

/** When this automation used the account in the last 24 hours, oldest first. */
async function usedBy(
  q: Queryable,
  automationId: string,
  channel: ChannelRow,
  kind: UsageKind,
  now: number,
): Promise<number[]> {
  const rows = await q
    .select({ at: usage.at })
    .from(usage)
    .innerJoin(task, eq(task.id, usage.taskId))
    .where(
      and(
        eq(usage.account, accountOf(channel)),
        eq(usage.kind, kind),
        gt(usage.at, now - DAY),
        eq(task.automationId, automationId),
      ),
    )
    .orderBy(asc(usage.at));
  return rows.map(({ at }) => at ?? 0);
}
