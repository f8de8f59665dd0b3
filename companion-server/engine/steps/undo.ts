import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { isOutreach, refund } from '../pace/usage.ts';
import { channelById } from '../rows.ts';

const { contact, task: taskTable } = schema;

/** Proven that nothing happened: the cap and the person's spacing are given back. */
export async function undoCommit(unit: Unit, task: TaskRow): Promise<void> {
  if (task.committedAt === null) return;
  await refund(unit, await channelById(unit.tx, task.channelId), task);
  await unit.tx.update(taskTable).set({ committedAt: null }).where(eq(taskTable.id, task.id));
  if (!isOutreach(task.kind)) return;
  const touches = await unit.tx
    .select({ kind: taskTable.kind, at: taskTable.committedAt })
    .from(taskTable)
    .where(eq(taskTable.contactId, task.contactId));
  const times = touches.filter(({ kind, at }) => isOutreach(kind) && at !== null).map(({ at }) => at ?? 0);
  const lastOutreachAt = times.length > 0 ? Math.max(...times) : null;
  await unit.tx.update(contact).set({ lastOutreachAt }).where(eq(contact.id, task.contactId));
}
