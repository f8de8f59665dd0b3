import { and, asc, eq, isNotNull, isNull } from 'drizzle-orm';
import type { WorkingWindow } from '#shared/schedule/settings.ts';
import { nextOpen } from '#shared/schedule/window.ts';
import { schema } from '../db/index.ts';
import type { ChannelRow, EngineContext } from './context.ts';
import { isConnected, mailReadEveryMs } from './email.ts';
import { isInFlight, isLocked, isPlanned, isWaiting, laneMayFire } from './predicates.ts';
import { isOnline } from './presence.ts';
import { senderById, settingsOf } from './rows.ts';
import { hasLiveEnrollments, isReadAwaited, watchDueAt, watchEveryMs } from './watches.ts';
import { nextWithdrawal } from './withdrawals.ts';

const { channel, lane, cursor, task, admission, hold, relation } = schema;

/** The next due moments, in schedule time; null: none is planned. */
export interface Due {
  /** The earliest work: steps, delays, admissions, and reads that a contact's next move waits for. */
  work: number | null;
  /** The earliest read that is made for what it might find. */
  read: number | null;
}

/** The earliest of all index heads, in schedule time; null: nothing is planned. */
export async function nextDue(ctx: EngineContext): Promise<number | null> {
  const { work, read } = await due(ctx);
  return earliest([work, read]);
}

function earliest(times: readonly (number | null | undefined)[]): number | null {
  const known = times.filter((at) => at !== null && at !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

async function due(ctx: EngineContext): Promise<Due> {
  const q = ctx.db.reader;
  const heads: (number | null | undefined)[] = [];
  const [wakes] = await q
    .select({ at: cursor.wakeAt })
    .from(cursor)
    .where(and(isWaiting, isNotNull(cursor.wakeAt)))
    .orderBy(asc(cursor.wakeAt))
    .limit(1);
  const [planned] = await q
    .select({ at: task.notBefore })
    .from(task)
    .where(and(isPlanned))
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
  const [unlocks] = await q
    .select({ at: relation.lockedUntil })
    .from(relation)
    .where(isLocked)
    .orderBy(asc(relation.lockedUntil))
    .limit(1);
  heads.push(unlocks?.at, wakes?.at, planned?.at, enters?.at, lifts?.at);
  const channels: Due[] = [];
  for (const row of await q.select().from(channel)) channels.push(await channelDue(ctx, row));
  return {
    work: earliest([...heads, ...channels.map(({ work }) => work)]),
    read: earliest(channels.map(({ read }) => read)),
  };
}

/** When this channel next sends or reads something that somebody waits for. */
async function channelDue(ctx: EngineContext, row: ChannelRow): Promise<Due> {
  const q = ctx.db.reader;
  const online = isOnline(row, ctx.clocks.lease.now());
  const usable = row.kind === 'linkedin' ? row.status === 'active' && online : isConnected(row);
  if (!usable) return { work: null, read: null };
  const settings = settingsOf(await senderById(q, row.senderId));
  const lanes = await q
    .select({ at: lane.nextAt })
    .from(lane)
    .where(and(eq(lane.channelId, row.id), laneMayFire));
  const times: number[] = [];
  const now = ctx.clocks.schedule.now();
  for (const { at } of lanes) times.push(nextOpen(settings.window, Math.max(at, now)));
  if (row.reconcileFrom !== null) times.push(row.reconcileFrom);
  const withdrawAt = row.kind === 'linkedin' ? await nextWithdrawal(q, row.senderId) : null;
  if (withdrawAt !== null) {
    const readAt = watchDueAt(row, 'sent_invitations');
    times.push(nextOpen(settings.window, Math.max(withdrawAt, readAt, now)));
  }
  if (!(await hasLiveEnrollments(q, row.senderId))) return { work: earliest(times), read: null };
  const read = readDue(row, settings.window, ctx.clocks.schedule.now());
  if (await isReadAwaited(q, row.senderId)) times.push(read);
  return { work: earliest(times), read };
}

/** Reads go with the acceptances' rhythm here: shorter ones would only slow a moved clock down. */
function readDue(row: ChannelRow, window: WorkingWindow, now: number): number {
  if (row.kind === 'email')
    return (row.inboxReadAt ?? 0) + Math.max(mailReadEveryMs, watchEveryMs.acceptances);
  // A read that was missed before the window closed waits for the next one, like the device does.
  return nextOpen(window, Math.max(watchDueAt(row, 'acceptances'), now));
}

export interface Idle {
  idle: boolean;
  nextDueAt: number | null;
  /** The two parts of `nextDueAt`. */
  nextWorkAt: number | null;
  nextReadAt: number | null;
}

/**
 * Whether nothing is in flight and nothing is due now: only then may schedule time be moved ahead, to `nextDueAt`.
 * What waits for a device that is offline does not count as due.
 */
export async function isIdle(ctx: EngineContext): Promise<Idle> {
  const q = ctx.db.reader;
  const now = ctx.clocks.schedule.now();
  const { work, read } = await due(ctx);
  const nextDueAt = earliest([work, read]);
  const [inflight] = await q.select({ id: task.id }).from(task).where(isInFlight).limit(1);
  return {
    idle: !inflight && (nextDueAt === null || nextDueAt > now),
    nextDueAt,
    nextWorkAt: work,
    nextReadAt: read,
  };
}
