import { and, eq } from 'drizzle-orm';
import { isDefect, rowsOf, schema } from '../db/index.ts';
import { type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from './context.ts';
import { pauseEnrollment } from './flow/enrollmentDecisions.ts';
import { setStanding } from './flow/standing.ts';
import { isWaiting } from './predicates.ts';
import { enrollmentById } from './rows.ts';
import { shapes } from './shapes.ts';
import { cancelTask } from './steps/tasks.ts';
import { blockedOn, releaseSlots } from './wayIn/slots.ts';

const { cursor } = schema;
const REASON = 'internal_error';

/**
 * One enrollment that cannot be handled must not stop all others: it is Paused until a person resumes it. A failing
 * database is nobody's defect and is thrown on. False: it could not even be paused.
 */
export async function setAside(ctx: EngineContext, enrollmentId: string, error: unknown): Promise<boolean> {
  if (!isDefect(error)) throw error;
  ctx.log.error({ err: error, enrollmentId }, 'an enrollment failed and is paused');
  for (const pause of [pauseAsUsual, pauseBluntly]) {
    try {
      await unitOfWork(ctx, (unit) => pause(unit, enrollmentId));
      return true;
    } catch (failure) {
      if (!isDefect(failure)) throw failure;
      ctx.log.error({ err: failure, enrollmentId }, 'an enrollment could not be paused');
    }
  }
  return false;
}

/**
 * Ends all of these in one unit of work; where one fails, each alone, and who fails alone is Failed with the reason,
 * so that nobody stands before the others for ever.
 */
export async function endEach(
  ctx: EngineContext,
  enrollmentIds: readonly string[],
  end: (unit: Unit, row: EnrollmentRow) => Promise<void>,
): Promise<void> {
  const run = (ids: readonly string[]) =>
    unitOfWork(ctx, async (unit) => {
      for (const id of ids) {
        const row = await enrollmentById(unit.tx, id);
        if (row.endedAt === null) await end(unit, row);
      }
    });
  try {
    await run(enrollmentIds);
  } catch (error) {
    if (!isDefect(error)) throw error;
    for (const id of enrollmentIds) await run([id]).catch((failure) => endBluntly(ctx, id, failure));
  }
}

/** Where the usual way fails: no step of it runs any more, and everything that it counted for is given back. */
async function endBluntly(ctx: EngineContext, enrollmentId: string, error: unknown): Promise<void> {
  if (!isDefect(error)) throw error;
  ctx.log.error({ err: error, enrollmentId }, 'an enrollment failed while it ended');
  await unitOfWork(ctx, async (unit) => {
    const row = await enrollmentById(unit.tx, enrollmentId);
    const rows = rowsOf(unit.tx);
    for (const each of await rows.group(shapes.task, 'enrollment', enrollmentId)) {
      await cancelTask(unit, each, REASON);
    }
    for (const each of await rows.group(shapes.cursor, 'enrollment', enrollmentId)) {
      if (each.state === 'ended') continue;
      const { automationId, nodeId, workspaceId } = each;
      rows.increase(shapes.nodeCount, { automationId, nodeId, workspaceId }, { standing: -1 });
      rows.update(shapes.cursor, [each.id], {
        state: 'ended',
        ending: 'canceled',
        reason: REASON,
        wakeAt: null,
      });
    }
    const ended = { live: 0, endedAt: unit.now, blockedOn: null };
    await setStanding(unit, row, { ...ended, status: 'failed', reason: REASON });
    if (row.live === 1) await releaseSlots(unit, row);
  });
}

async function pauseAsUsual(unit: Unit, enrollmentId: string): Promise<void> {
  await pauseEnrollment(unit, await enrollmentById(unit.tx, enrollmentId), REASON);
}

/** Where even the graph may be broken: nothing of it is due any more, and a resume asks for everything again. */
async function pauseBluntly(unit: Unit, enrollmentId: string): Promise<void> {
  const row = await enrollmentById(unit.tx, enrollmentId);
  const tasks = await rowsOf(unit.tx).group(shapes.task, 'enrollment', enrollmentId);
  for (const each of tasks) await cancelTask(unit, each, REASON);
  await unit.tx
    .update(cursor)
    .set({ wakeAt: null })
    .where(and(eq(cursor.enrollmentId, enrollmentId), isWaiting));
  const parked = row.live === 1 ? {} : { blockedOn: blockedOn.reply(enrollmentId) };
  await setStanding(unit, row, { ...parked, status: 'paused', reason: REASON });
}
