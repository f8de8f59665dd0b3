import { and, asc, lte } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { type EngineContext, unitOfWork } from '../context.ts';
import { isInFlight } from '../predicates.ts';
import { taskById } from '../rows.ts';
import { becomeUnknown, giveBack } from './outcome.ts';

const { task } = schema;

/**
 * Takes back expired leases: what was only claimed is ready again, what was committed may have happened and
 * becomes unknown. True: there may be more.
 */
export async function reap(ctx: EngineContext, limit: number): Promise<boolean> {
  const [first] = await ctx.db.reader
    .select({ id: task.id })
    .from(task)
    .where(and(isInFlight, lte(task.leaseUntil, ctx.clocks.lease.now())))
    .limit(1);
  if (!first) return false;
  return await unitOfWork(ctx, async (unit) => {
    const expired = await unit.tx
      .select({ id: task.id })
      .from(task)
      .where(and(isInFlight, lte(task.leaseUntil, unit.real)))
      .orderBy(asc(task.leaseUntil))
      .limit(limit);
    for (const { id } of expired) {
      const row = await taskById(unit.tx, id);
      if (row.state === 'claimed') await giveBack(unit, row, 'The lease ran out.');
      else await becomeUnknown(unit, row, 'No result came within the time of the commit.');
    }
    return expired.length === limit;
  });
}
