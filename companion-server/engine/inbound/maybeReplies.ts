import { and, eq, gte, sql } from 'drizzle-orm';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { maybeReplies } from '../lookups.ts';
import { taskById } from '../rows.ts';
import { isHousekeeping } from '../steps/invitationGate.ts';
import { requeue } from '../steps/tasks.ts';

const { task: taskTable } = schema;

/** How long a message that may be an answer keeps everything back, from when it came: a week of holidays is covered. */
export const ASKED_MS = 7 * DAY;

export const MAYBE_REPLY = 'maybe_reply';

/** Until when this step waits for a person who says whether a message is an answer of its contact; null: it does not. */
export function askedUntil(q: Queryable, task: TaskRow, now: number): Awaitable<number | null> {
  if (task.kind === 'visit' || isHousekeeping(task)) return null;
  return whenThere(rowsOf(q).look(maybeReplies, task.contactId), (times) => {
    const until = Math.max(0, ...times) + ASKED_MS;
    return times.length > 0 && until > now ? until : null;
  });
}

/** It was decided: what waited for it is due at once; every gate is asked again. */
export async function wakeAsked(unit: Unit, contactId: string): Promise<void> {
  const rows = await unit.tx
    .select({ id: taskTable.id })
    .from(taskTable)
    .where(
      and(
        eq(taskTable.contactId, contactId),
        sql`${taskTable.state} = 'scheduled' AND ${taskTable.blockedOn} IS NULL`,
        eq(taskTable.reason, MAYBE_REPLY),
        gte(taskTable.id, ''),
      ),
    );
  for (const { id } of rows) await requeue(unit, await taskById(unit.tx, id), unit.now, null);
}
