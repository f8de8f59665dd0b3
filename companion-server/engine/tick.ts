import { and, asc, gt, isNull, lte, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { isDefect, schema } from '../db/index.ts';
import { workOffBulk } from './bulk/bulk.ts';
import { endListed } from './contacts/stoplistEnding.ts';
import { type EngineContext, unitOfWork } from './context.ts';
import { endArchived } from './flow/archive.ts';
import { moveContacts } from './flow/moves.ts';
import { wake } from './flow/wake.ts';
import { expireHolds } from './holds/holds.ts';
import { sweepMissedLifts } from './holds/sweep.ts';
import { nextDue } from './idle.ts';
import { releaseDailyLimits } from './pace/dailyLimits.ts';
import { departures } from './senders/departures.ts';
import { unlockRelations } from './senders/withdrawals.ts';
import { reap } from './steps/reap.ts';
import { mendSetBackClock } from './upkeep/clockBack.ts';
import { admit } from './wayIn/admit.ts';
import { enterContacts } from './wayIn/entering.ts';
import { enterAtOnce } from './wayIn/feed.ts';

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
  listed: 25,
  entering: enterAtOnce,
  locks: 100,
} as const;
const OUTBOX_KEPT_MS = DAY;

export interface TickResult {
  /** Schedule time of the earliest thing that will be due; null: nothing is planned. */
  nextDueAt: number | null;
  /** A stage reached its bound: tick again at once. */
  busy: boolean;
}

/** True: there is more to do at once. */
type Stage = (ctx: EngineContext) => Promise<boolean>;

const stages: Record<string, Stage> = {
  reap: (ctx) => reap(ctx, tickBounds.reap),
  holds: expireDueHolds,
  archived: (ctx) => endArchived(ctx, tickBounds.archived),
  listed: (ctx) => endListed(ctx, tickBounds.listed),
  wake: (ctx) => wake(ctx, tickBounds.wake),
  moves: (ctx) => moveContacts(ctx, tickBounds.moves),
  departures: (ctx) => departures(ctx, tickBounds.leaving),
  dailyLimits: (ctx) => releaseDailyLimits(ctx, tickBounds.limits),
  locks: (ctx) => unlockRelations(ctx, tickBounds.locks),
  bulk: (ctx) => workOffBulk(ctx, tickBounds.bulk),
  entering: (ctx) => enterContacts(ctx, tickBounds.entering),
  admit: (ctx) => admit(ctx, tickBounds.automations),
  sweep: (ctx) => sweepMissedLifts(ctx).then(() => false),
  outbox: (ctx) => trimOutbox(ctx).then(() => false),
};

/** One round of everything that moves by itself. Each stage is short; only the leader calls it. */
export async function tick(ctx: EngineContext): Promise<TickResult> {
  await mendSetBackClock(ctx);
  let busy = false;
  for (const [name, stage] of Object.entries(stages)) busy = (await runStage(ctx, name, stage)) || busy;
  return { nextDueAt: await nextDue(ctx), busy };
}

/** What failed by a defect of its own is tried again in the next round and stops no other stage; a failing database stops all. */
async function runStage(ctx: EngineContext, name: string, stage: Stage): Promise<boolean> {
  try {
    return await stage(ctx);
  } catch (error) {
    if (!isDefect(error)) throw error;
    ctx.log.error({ err: error, stage: name }, 'a stage of the engine failed');
    return false;
  }
}

/** Looks before it writes: most rounds find nothing. */
async function expireDueHolds(ctx: EngineContext): Promise<boolean> {
  const [due] = await ctx.db.reader
    .select({ id: schema.hold.id })
    .from(schema.hold)
    .where(and(isNull(schema.hold.liftedAt), lte(schema.hold.until, ctx.clocks.schedule.now())))
    .limit(1);
  if (!due) return false;
  return (await unitOfWork(ctx, (unit) => expireHolds(unit, tickBounds.holds))) === tickBounds.holds;
}

async function trimOutbox(ctx: EngineContext): Promise<void> {
  const { outbox } = schema;
  const keptFrom = ctx.clocks.lease.now() - OUTBOX_KEPT_MS;
  const [first] = await ctx.db.reader
    .select({ seq: outbox.seq, at: outbox.at })
    .from(outbox)
    .where(gt(outbox.seq, 0))
    .orderBy(asc(outbox.seq))
    .limit(1);
  if (!first || (first.at ?? 0) >= keptFrom) return;
  // They are in the order of time: those before the first that is kept.
  const next = sql`(SELECT seq FROM outbox WHERE seq > ${first.seq} AND at >= ${keptFrom} ORDER BY seq LIMIT 1)`;
  await ctx.db.write((tx) => tx.delete(outbox).where(sql`seq < coalesce(${next}, 9e15)`));
}
