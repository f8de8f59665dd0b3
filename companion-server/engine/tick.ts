import { and, isNull, lt, lte } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../db/index.ts';
import { admit } from './admit.ts';
import { endArchived } from './archive.ts';
import { workOffBulk } from './bulk.ts';
import { mendSetBackClock } from './clockBack.ts';
import { type EngineContext, unitOfWork } from './context.ts';
import { releaseDailyLimits } from './dailyLimits.ts';
import { departures } from './departures.ts';
import { expireHolds } from './holds.ts';
import { nextDue } from './idle.ts';
import { moveContacts } from './moves.ts';
import { reap } from './reap.ts';
import { sweepMissedLifts } from './sweep.ts';
import { wake } from './wake.ts';
import { unlockRelations } from './withdrawals.ts';

export const tickBounds = {
  reap: 100,
  holds: 100,
  wake: 200,
  automations: 50,
  moves: 200,
  bulk: 100,
  limits: 100,
  leaving: 100,
  archived: 100,
  locks: 100,
} as const;
const OUTBOX_KEPT_MS = DAY;

export interface TickResult {
  /** Schedule time of the earliest thing that will be due; null: nothing is planned. */
  nextDueAt: number | null;
  /** A stage reached its bound: tick again at once. */
  busy: boolean;
}

/** One round of everything that moves by itself. Each stage is short; only the leader calls it. */
export async function tick(ctx: EngineContext): Promise<TickResult> {
  await mendSetBackClock(ctx);
  const reaped = await reap(ctx, tickBounds.reap);
  const expired = await expireDueHolds(ctx);
  const archived = await endArchived(ctx, tickBounds.archived);
  const woken = await wake(ctx, tickBounds.wake);
  const moving = await moveContacts(ctx, tickBounds.moves);
  const leaving = await departures(ctx, tickBounds.leaving);
  const released = await releaseDailyLimits(ctx, tickBounds.limits);
  const unlocked = await unlockRelations(ctx, tickBounds.locks);
  const bulk = await workOffBulk(ctx, tickBounds.bulk);
  const admitted = await admit(ctx, tickBounds.automations);
  await sweepMissedLifts(ctx);
  await trimOutbox(ctx);
  const busy =
    reaped ||
    expired === tickBounds.holds ||
    woken ||
    moving ||
    leaving ||
    archived ||
    released ||
    unlocked ||
    bulk ||
    admitted;
  return { nextDueAt: await nextDue(ctx), busy };
}

/** Looks before it writes: most rounds find nothing. */
async function expireDueHolds(ctx: EngineContext): Promise<number> {
  const [due] = await ctx.db.reader
    .select({ id: schema.hold.id })
    .from(schema.hold)
    .where(and(isNull(schema.hold.liftedAt), lte(schema.hold.until, ctx.clocks.schedule.now())))
    .limit(1);
  return due ? await unitOfWork(ctx, (unit) => expireHolds(unit, tickBounds.holds)) : 0;
}

async function trimOutbox(ctx: EngineContext): Promise<void> {
  const old = lt(schema.outbox.at, ctx.clocks.lease.now() - OUTBOX_KEPT_MS);
  const [first] = await ctx.db.reader
    .select({ seq: schema.outbox.seq })
    .from(schema.outbox)
    .where(old)
    .limit(1);
  if (first) await ctx.db.write((tx) => tx.delete(schema.outbox).where(old));
}
