import { and, asc, eq, getTableColumns, lte, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { isToArchive } from '../predicates.ts';
import { enrollmentById } from '../rows.ts';

const { enrollment, task, taskArchive, taskAttempt, taskAttemptArchive } = schema;

/**
 * Longer than anything still asks for the tasks of an ended enrollment as a matter of course: a browser's journal (30
 * days), the withdrawal of an invitation (60 days and three tries), an undo (a day).
 */
export const archiveAfterMs = 90 * DAY;

/** Where a walk over the ended enrollments stands. */
export interface ArchivePlace {
  endedAt: number;
  id: string;
}

/**
 * Moves the tasks of up to `limit` enrollments that ended long ago out of the hot tables, in one transaction. Those with
 * a task that may have happened stay. Gives where to go on; null: that was all.
 */
export async function archiveTasks(
  ctx: EngineContext,
  after: ArchivePlace | null,
  limit: number,
): Promise<ArchivePlace | null> {
  const due = await ctx.db.reader
    .select({ id: enrollment.id, endedAt: enrollment.endedAt })
    .from(enrollment)
    .where(
      and(
        isToArchive,
        lte(enrollment.endedAt, ctx.clocks.schedule.now() - archiveAfterMs),
        after ? sql`(${enrollment.endedAt}, ${enrollment.id}) > (${after.endedAt}, ${after.id})` : undefined,
      ),
    )
    .orderBy(asc(enrollment.endedAt), asc(enrollment.id))
    .limit(limit);
  const last = due.at(-1);
  if (!last) return null;
  await unitOfWork(ctx, (unit) =>
    putAway(
      unit,
      due.map(({ id }) => id),
    ),
  );
  return { id: last.id, endedAt: last.endedAt ?? 0 };
}

async function putAway(unit: Unit, candidates: readonly string[]): Promise<void> {
  const rows = await unit.tx.all<{ id: string }>(
    sql`SELECT e.id AS id FROM json_each(${JSON.stringify(candidates)}) AS j CROSS JOIN enrollment e ON e.id = j.value
      WHERE e.ended_at IS NOT NULL AND e.archived_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM task t WHERE t.enrollment_id = e.id AND t.finished_at IS NULL)`,
  );
  const ids = inList(rows.map(({ id }) => id));
  await move(unit, ids, { from: task, to: taskArchive }, { from: taskAttempt, to: taskAttemptArchive });
  await unit.tx.update(enrollment).set({ archivedAt: unit.now }).where(sql`${enrollment.id} IN ${ids}`);
}

/** The tasks of an enrollment that somebody acts on again. */
export async function bringBack(unit: Unit, enrollmentId: string): Promise<void> {
  const { archivedAt } = await enrollmentById(unit.tx, enrollmentId);
  if (archivedAt === null) return;
  const ids = inList([enrollmentId]);
  await move(unit, ids, { from: taskArchive, to: task }, { from: taskAttemptArchive, to: taskAttempt });
  await unit.tx.update(enrollment).set({ archivedAt: null }).where(eq(enrollment.id, enrollmentId));
}

interface Way {
  from: SQLiteTable;
  to: SQLiteTable;
}

async function move(unit: Unit, ids: SQL, tasks: Way, attempts: Way): Promise<void> {
  const isOne = sql`enrollment_id IN ${ids}`;
  const isOnes = sql`task_id IN (SELECT id FROM ${tasks.from} WHERE ${isOne})`;
  for (const [{ from, to }, which] of [
    [attempts, isOnes],
    [tasks, isOne],
  ] as const) {
    const names = sql.join(
      Object.values(getTableColumns(from)).map(({ name }) => sql.identifier(name)),
      sql`, `,
    );
    await unit.tx.run(sql`INSERT INTO ${to} (${names}) SELECT ${names} FROM ${from} WHERE ${which}`);
    await unit.tx.run(sql`DELETE FROM ${from} WHERE ${which}`);
  }
}

function inList(ids: readonly string[]): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}
