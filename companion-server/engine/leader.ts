import { eq, gt, lte, or } from 'drizzle-orm';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { schema } from '../db/index.ts';
import { type EngineContext, unitOfWork } from './context.ts';

const { leader } = schema;

/** Longer than the longest sleep between two ticks (real time). */
export const leaderLeaseMs = 60 * SECOND;
/** The clocks of two servers differ by less. */
const APART_MS = 5 * MINUTE;

/**
 * Whether this process leads: takes or renews the lease. Only the holder ticks. A lease that runs longer than any can was
 * given by a clock that was wrong; its holder, if it lives, gives itself another.
 */
export function lead(ctx: EngineContext, holder: string): Promise<boolean> {
  return unitOfWork(ctx, async (unit) => {
    const until = unit.real + leaderLeaseMs;
    const rows = await unit.tx
      .insert(leader)
      .values({ name: 'engine', holder, until })
      .onConflictDoUpdate({
        target: leader.name,
        set: { holder, until },
        setWhere: or(
          eq(leader.holder, holder),
          lte(leader.until, unit.real),
          gt(leader.until, until + APART_MS),
        ),
      })
      .returning({ holder: leader.holder });
    return rows[0]?.holder === holder;
  });
}

/** Lets another process lead at once; part of the ordered shutdown. */
export async function stepDown(ctx: EngineContext, holder: string): Promise<void> {
  await ctx.db.write((tx) => tx.delete(leader).where(eq(leader.holder, holder)));
}
