import { and, asc, lte } from 'drizzle-orm';
import { rowsOf, schema } from '../db/index.ts';
import { asksApproval } from './approvals.ts';
import { contextOf } from './claim.ts';
import { type EngineContext, type TaskRow, type Unit, unitOfWork } from './context.ts';
import { applyEvent } from './interpret.ts';
import { outgoingOf } from './outgoing.ts';
import { isPlanned, isWaiting } from './predicates.ts';
import { loadSteps } from './prefetch.ts';
import { channelById, enrollmentById, senderById, taskById } from './rows.ts';
import { shapes } from './shapes.ts';
import { moveTo } from './tasks.ts';
import { together } from './together.ts';

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
  await Promise.all(due.map((each) => wakeCursor(ctx, each)));
  return due.length;
}

const wakeCursor = together<{ id: string; enrollmentId: string }, void>({
  async prepare(unit, due) {
    const rows = rowsOf(unit.tx);
    await rows.load(
      shapes.enrollment,
      due.map(({ enrollmentId }) => [enrollmentId]),
    );
    const enrollments = [];
    for (const { enrollmentId } of due) enrollments.push(await enrollmentById(unit.tx, enrollmentId));
    await loadSteps(unit, enrollments);
  },
  async run(unit, { id, enrollmentId }) {
    const rows = rowsOf(unit.tx);
    const row = await enrollmentById(unit.tx, enrollmentId);
    // A resume looks at every wait again, an archived automation ends it: until then it need not be found here each time.
    const owner = await rows.get(shapes.automation, row.automationId);
    if (row.status === 'paused' || owner?.status === 'archived')
      return rows.update(shapes.cursor, [id], { wakeAt: null });
    await applyEvent(unit, enrollmentId, { type: 'woke', cursorId: id });
    const after = await rows.get(shapes.cursor, id);
    const stillDue = after?.state === 'waiting' && after.wakeAt !== null && after.wakeAt <= unit.now;
    if (stillDue) rows.update(shapes.cursor, [id], { wakeAt: null });
  },
});

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
    for (const { id } of due) await makeReady(unit, await taskById(unit.tx, id));
    return due.length;
  });
}

/** One whose text a person sees first is shown as soon as it is due, whatever its channel waits for. */
async function makeReady(unit: Unit, row: TaskRow): Promise<void> {
  if (await asksApproval(unit, row)) {
    const { enrollment, contact } = await contextOf(unit, row);
    const sender = await senderById(unit.tx, row.senderId);
    const channel = await channelById(unit.tx, row.channelId);
    if (!(await outgoingOf(unit, row, { enrollment, contact, sender, channel }))) return;
  }
  await moveTo(unit, row, 'ready', {});
}
