import { and, eq, gt, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { DAY, HOUR, MINUTE, WEEK } from '#shared/kernel/clock.ts';
import { usageKind } from '#shared/statuses/engine.ts';
import { schema } from '../../db/index.ts';
import { type ChannelRow, type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { replan } from '../pace/pacing.ts';
import { accountOf } from '../pace/usage.ts';
import { isInFlight, isPendingWebhook } from '../predicates.ts';
import { claimLimitMs } from '../steps/claim.ts';

const { admission, channel, contact, dailyLimitWait, hold, task, usage, webhookDelivery } = schema;

/** A clock that is put right by less only makes steps wait that long. */
const TOLERATED_MS = HOUR;

const lastSeen = new WeakMap<object, number>();

/**
 * The server's clock was set back (it was wrong before): what happened "in the future" counts as of now, else gaps and caps
 * would hold everything until the clock has caught up. Looked at when the process starts and when time goes back.
 */
export async function mendSetBackClock(ctx: EngineContext): Promise<void> {
  const now = ctx.clocks.schedule.now();
  const before = lastSeen.get(ctx.db);
  lastSeen.set(ctx.db, now);
  if (before !== undefined && now > before - MINUTE) return;
  const tooLate = now + TOLERATED_MS;
  const ahead = await ctx.db.reader
    .select()
    .from(channel)
    .where(
      or(
        gt(channel.lastActionAt, tooLate),
        gt(channel.inboxReadAt, tooLate),
        gt(channel.acceptancesReadAt, tooLate),
        gt(channel.reconcileFrom, tooLate),
      ),
    );
  for (const row of ahead) await unitOfWork(ctx, (unit) => mend(unit, row));
  await unitOfWork(ctx, endLeases);
  await unitOfWork(ctx, pullAhead);
  if (before !== undefined && before > tooLate) await unitOfWork(ctx, (unit) => readBack(unit, before - now));
  if (ahead.length > 0) ctx.log.warn({ channels: ahead.length }, 'the clock was set back');
}

async function mend(unit: Unit, row: ChannelRow): Promise<void> {
  const { now } = unit;
  const isLate = and(
    eq(usage.account, accountOf(row)),
    inArray(usage.kind, [...usageKind.options, 'note']),
    gt(usage.at, now),
  );
  const spent = await unit.tx.select({ taskId: usage.taskId }).from(usage).where(isLate);
  const tasks = spent.map(({ taskId }) => taskId);
  const people = unit.tx.select({ id: task.contactId }).from(task).where(inArray(task.id, tasks));
  await unit.tx
    .update(contact)
    .set({ lastOutreachAt: now })
    .where(and(inArray(contact.id, people), gt(contact.lastOutreachAt, now)));
  await unit.tx.update(usage).set({ at: now }).where(isLate);
  await unit.tx
    .update(channel)
    .set({
      lastActionAt: row.lastActionAt === null ? null : Math.min(row.lastActionAt, now),
      firstUsedAt: row.firstUsedAt === null ? null : Math.min(row.firstUsedAt, now),
      // A read that seems to come is no fresh one: replies may be waiting.
      inboxReadAt: pastOnly(row.inboxReadAt, now),
      acceptancesReadAt: pastOnly(row.acceptancesReadAt, now),
      // By how much the clock was wrong nobody knows any more: messages of a week are read again.
      inboxSince: row.inboxSince === null ? null : Math.min(row.inboxSince, now - WEEK),
      watchRetryAt: pastOnly(row.watchRetryAt, now),
      reconcileFrom: row.reconcileFrom === null ? null : Math.min(row.reconcileFrom, now),
      activeSince: null,
      restUntil: null,
      restart: null,
    })
    .where(eq(channel.id, row.id));
  await replan(unit, row.id);
}

/** Leases that run longer than any can were given by the wrong clock: whoever holds them may be gone. */
async function endLeases({ tx, real }: Unit): Promise<void> {
  const longest = real + claimLimitMs;
  await tx
    .update(task)
    .set({ leaseUntil: real })
    .where(and(isInFlight, gt(task.leaseUntil, longest)));
  await tx.update(channel).set({ runnerLeaseUntil: real }).where(gt(channel.runnerLeaseUntil, longest));
}

/**
 * What was to be looked at again at a moment of the wrong clock is looked at now; a hold lasts as long from now as it
 * would have. Waits of contacts stay: when theirs began nobody knows any more, and too early is worse than late.
 */
async function pullAhead({ tx, now, real }: Unit): Promise<void> {
  await tx.update(admission).set({ nextAt: now }).where(gt(admission.nextAt, now));
  await tx
    .update(dailyLimitWait)
    .set({ nextAt: now })
    .where(gt(dailyLimitWait.nextAt, now + TOLERATED_MS));
  await tx
    .update(webhookDelivery)
    .set({ nextAt: real })
    .where(and(isPendingWebhook, gt(webhookDelivery.nextAt, real + DAY + TOLERATED_MS)));
  const tooLate = now + TOLERATED_MS;
  const begins = { since: now, until: sql`${hold.until} - ${hold.since} + ${now}` };
  const isOpen = isNull(hold.liftedAt);
  await tx
    .update(hold)
    .set(begins)
    .where(and(isOpen, gt(hold.until, tooLate), gt(hold.since, tooLate)));
  // What it waits for has to be read after it began.
  await tx
    .update(hold)
    .set({ since: now })
    .where(and(isOpen, eq(hold.reason, 'restored_from_backup'), gt(hold.since, tooLate)));
}

/** Where the next inbox begins was told by the wrong clock, also where its last reading lies in the past by now. */
async function readBack({ tx }: Unit, byMs: number): Promise<void> {
  await tx
    .update(channel)
    .set({ inboxSince: sql`${channel.inboxSince} - ${byMs}` })
    .where(isNotNull(channel.inboxSince));
}

function pastOnly(at: number | null, now: number): number | null {
  return at !== null && at > now ? null : at;
}
