import { and, asc, eq, lte } from 'drizzle-orm';
import { schema } from '../db/index.ts';
import { type EngineContext, unitOfWork } from './context.ts';
import { applyEvent } from './interpret.ts';
import { isPlanned, isWaiting } from './predicates.ts';
import { enrollmentById, taskById } from './rows.ts';
import { moveTo } from './tasks.ts';

const { cursor, task } = schema;

/** Cursors whose time came and tasks whose wait is over, `limit` of each at most. True: there may be more. */
export async function wake(ctx: EngineContext, limit: number): Promise<boolean> {
  const woken = await wakeCursors(ctx, limit);
  const readied = await readyTasks(ctx, limit);
  return woken === limit || readied === limit;
}

async function wakeCursors(ctx: EngineContext, limit: number): Promise<number> {
  const due = await ctx.db.reader
    .select({ id: cursor.id, enrollmentId: cursor.enrollmentId })
    .from(cursor)
    .where(and(isWaiting, lte(cursor.wakeAt, ctx.clocks.schedule.now())))
    .orderBy(asc(cursor.wakeAt))
    .limit(limit);
  for (const { id, enrollmentId } of due) {
    await unitOfWork(ctx, async (unit) => {
      const row = await enrollmentById(unit.tx, enrollmentId);
      if (row.status === 'paused') {
        // A resume looks at every wait again; until then it need not be found here each time.
        await unit.tx.update(cursor).set({ wakeAt: null }).where(eq(cursor.id, id));
        return;
      }
      await applyEvent(unit, enrollmentId, { type: 'woke', cursorId: id });
      const [after] = await unit.tx.select().from(cursor).where(eq(cursor.id, id));
      const stillDue = after?.state === 'waiting' && after.wakeAt !== null && after.wakeAt <= unit.now;
      if (stillDue) await unit.tx.update(cursor).set({ wakeAt: null }).where(eq(cursor.id, id));
    });
  }
  return due.length;
}

async function readyTasks(ctx: EngineContext, limit: number): Promise<number> {
  const [first] = await ctx.db.reader
    .select({ id: task.id })
    .from(task)
    .where(and(isPlanned, lte(task.notBefore, ctx.clocks.schedule.now())))
    .limit(1);
  if (!first) return 0;
  return await unitOfWork(ctx, async (unit) => {
    const due = await unit.tx
      .select({ id: task.id })
      .from(task)
      .where(and(isPlanned, lte(task.notBefore, unit.now)))
      .orderBy(asc(task.notBefore))
      .limit(limit);
    for (const { id } of due) await moveTo(unit, await taskById(unit.tx, id), 'ready', {});
    return due.length;
  });
}
