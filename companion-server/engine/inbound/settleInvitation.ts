import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { isUnknown } from '../predicates.ts';
import { appendTaskEvent } from '../record.ts';
import { completeTask } from '../steps/complete.ts';

const { task } = schema;

/** What LinkedIn shows of an invitation, and between which commits of ours it can only be that one (schedule time). */
interface Evidence {
  committedFrom: number;
  committedUntil: number;
  proof: string;
}

/** An invitation of ours that may have happened did happen: LinkedIn shows it. False: there is none it could be. */
export async function settleInvitation(
  unit: Unit,
  { contactId, senderId }: { contactId: string; senderId: string },
  { committedFrom, committedUntil, proof }: Evidence,
): Promise<boolean> {
  const [row] = await unit.tx
    .select()
    .from(task)
    .where(
      and(eq(task.contactId, contactId), eq(task.senderId, senderId), eq(task.kind, 'connect'), isUnknown),
    )
    .limit(1);
  const at = row?.committedAt ?? null;
  if (!row || at === null || at < committedFrom || at > committedUntil) return false;
  appendTaskEvent(unit, row, 'task_settled', `settled:${row.fence}`, {
    result: 'success',
    happened: true,
    by: 'system',
  });
  await completeTask(unit, row, { verified: true, proof, noteDropped: false });
  return true;
}
