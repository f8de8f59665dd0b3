import { and, asc, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import type { WorkingWindow } from '#shared/schedule/settings.ts';
import { nextOpen } from '#shared/schedule/window.ts';
import { schema } from '../db/index.ts';
import type { ChannelRow, EngineContext } from './context.ts';
import { isConnected, mailReadEveryMs } from './email.ts';
import { senderById, settingsOf } from './rows.ts';
import { hasLiveEnrollments, watchDueAt, watchEveryMs } from './watches.ts';

const { channel, lane, cursor, task, admission, hold } = schema;

/** A device is online while its last heartbeat is younger (real time). */
export const onlineMs = 3 * MINUTE;

/** The earliest of all index heads, in schedule time; null: nothing is planned. */
export async function nextDue(ctx: EngineContext): Promise<number | null> {
  const q = ctx.db.reader;
  const heads: (number | null | undefined)[] = [];
  const [wakes] = await q
    .select({ at: cursor.wakeAt })
    .from(cursor)
    .where(and(eq(cursor.state, 'waiting'), isNotNull(cursor.wakeAt)))
    .orderBy(asc(cursor.wakeAt))
    .limit(1);
  const [planned] = await q
    .select({ at: task.notBefore })
    .from(task)
    .where(and(eq(task.state, 'scheduled'), isNull(task.blockedOn)))
    .orderBy(asc(task.notBefore))
    .limit(1);
  const [enters] = await q
    .select({ at: admission.nextAt })
    .from(admission)
    .orderBy(asc(admission.nextAt))
    .limit(1);
  const [lifts] = await q
    .select({ at: hold.until })
    .from(hold)
    .where(and(isNull(hold.liftedAt), isNotNull(hold.until)))
    .orderBy(asc(hold.until))
    .limit(1);
  heads.push(wakes?.at, planned?.at, enters?.at, lifts?.at);
  for (const row of await q.select().from(channel)) heads.push(await channelDue(ctx, row));
  const times = heads.filter((at) => at !== null && at !== undefined);
  return times.length === 0 ? null : Math.min(...times);
}

/** When this channel next sends or reads something that somebody waits for; null: it does not by itself. */
async function channelDue(ctx: EngineContext, row: ChannelRow): Promise<number | null> {
  const q = ctx.db.reader;
  const online = isOnline(row, ctx.clocks.lease.now());
  const usable = row.kind === 'linkedin' ? row.status === 'active' && online : isConnected(row);
  if (!usable) return null;
  const settings = settingsOf(await senderById(q, row.senderId));
  const [first] = await q
    .select({ at: lane.nextAt })
    .from(lane)
    .where(and(eq(lane.channelId, row.id), gt(lane.readyCount, 0), eq(lane.holdCount, 0)))
    .orderBy(asc(lane.nextAt))
    .limit(1);
  const times: number[] = [];
  if (first) times.push(nextOpen(settings.window, Math.max(first.at, ctx.clocks.schedule.now())));
  if (row.reconcileFrom !== null) times.push(row.reconcileFrom);
  if (await hasLiveEnrollments(q, row.senderId)) times.push(readDue(row, settings.window));
  return times.length === 0 ? null : Math.min(...times);
}

/** Reads go with the acceptances' rhythm here: shorter ones would only slow a moved clock down. */
function readDue(row: ChannelRow, window: WorkingWindow): number {
  if (row.kind === 'email')
    return (row.inboxReadAt ?? 0) + Math.max(mailReadEveryMs, watchEveryMs.acceptances);
  return nextOpen(window, watchDueAt(row, 'acceptances'));
}

export interface Idle {
  idle: boolean;
  nextDueAt: number | null;
}

/**
 * Whether nothing is in flight and nothing is due now: only then may schedule time be moved ahead, to `nextDueAt`.
 * What waits for a device that is offline does not count as due.
 */
export async function isIdle(ctx: EngineContext): Promise<Idle> {
  const q = ctx.db.reader;
  const now = ctx.clocks.schedule.now();
  const nextDueAt = await nextDue(ctx);
  const [inflight] = await q
    .select({ id: task.id })
    .from(task)
    .where(sql`state IN ('claimed','committing')`)
    .limit(1);
  if (inflight) return { idle: false, nextDueAt };
  return { idle: nextDueAt === null || nextDueAt > now, nextDueAt };
}

/** Whether the device of a LinkedIn channel was heard of lately. */
export function isOnline(row: Pick<ChannelRow, 'lastSeenAt'>, real: number): boolean {
  return row.lastSeenAt !== null && real - row.lastSeenAt < onlineMs;
}
