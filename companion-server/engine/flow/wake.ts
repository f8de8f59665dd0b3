import { and, asc, lte } from 'drizzle-orm';
import { isDefect, rowsOf, schema } from '../../db/index.ts';
import { type EngineContext, type TaskRow, type Unit, unitOfWork } from '../context.ts';
import { isPlanned, isWaiting } from '../predicates.ts';
import { loadSteps } from '../prefetch.ts';
import { channelById, enrollmentById, senderById, taskById } from '../rows.ts';
import { setAside } from '../setAside.ts';
import { shapes } from '../shapes.ts';
import { asksApproval } from '../steps/approvals.ts';
import { contextOf } from '../steps/claim.ts';
import { outgoingOf } from '../steps/outgoing.ts';
import { moveTo } from '../steps/tasks.ts';
import { together } from '../together.ts';
import { wakeBranch } from './interpret.ts';

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
  const woken = await Promise.all(
    due.map((each) =>
      wakeCursor(ctx, each).then(
        () => true,
        (error) => setAside(ctx, each.enrollmentId, error),
      ),
    ),
  );
  return woken.filter(Boolean).length;
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
    await wakeBranch(unit, row, id);
    const after = await rows.get(shapes.cursor, id);
    const stillDue = after?.state === 'waiting' && after.wakeAt !== null && after.wakeAt <= unit.now;
    if (stillDue) rows.update(shapes.cursor, [id], { wakeAt: null });
  },
});

async function readyTasks(ctx: EngineContext, limit: number): Promise<number> {
  const due = await ctx.db.reader
    .select({ id: task.id, enrollmentId: task.enrollmentId })
    .from(task)
    .where(and(isPlanned, lte(task.notBefore, ctx.clocks.schedule.now())))
    .orderBy(asc(task.notBefore))
    .limit(limit);
  if (due.length === 0) return 0;
  try {
    await unitOfWork(ctx, async (unit) => {
      for (const { id } of due) await makeReadyIfDue(unit, id);
    });
    return due.length;
  } catch (error) {
    if (!isDefect(error)) throw error;
    return await readyApart(ctx, due);
  }
}

/** One of them failed: each in a unit of its own. Returns how many are dealt with. */
async function readyApart(
  ctx: EngineContext,
  due: readonly Pick<TaskRow, 'id' | 'enrollmentId'>[],
): Promise<number> {
  let dealtWith = 0;
  for (const { id, enrollmentId } of due) {
    const isDone = await unitOfWork(ctx, (unit) => makeReadyIfDue(unit, id)).then(
      () => true,
      (error) => setAside(ctx, enrollmentId, error),
    );
    if (isDone) dealtWith += 1;
  }
  return dealtWith;
}

/** What was found due may have changed until its unit of work. */
async function makeReadyIfDue(unit: Unit, taskId: string): Promise<void> {
  const row = await taskById(unit.tx, taskId);
  if (row.state !== 'scheduled' || row.blockedOn !== null || row.notBefore > unit.now) return;
  await makeReady(unit, row);
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
