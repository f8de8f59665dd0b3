import { and, eq } from 'drizzle-orm';
import { isDefect, rowsOf, schema } from '../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from './context.ts';
import { pauseEnrollment } from './enrollmentDecisions.ts';
import { isWaiting } from './predicates.ts';
import { enrollmentById } from './rows.ts';
import { shapes } from './shapes.ts';
import { blockedOn } from './slots.ts';
import { setStanding } from './standing.ts';
import { cancelTask } from './tasks.ts';

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
