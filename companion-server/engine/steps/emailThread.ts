import { and, eq, isNotNull } from 'drizzle-orm';
import { limits } from '#shared/kernel/limits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { TaskPayload } from '../../db/schema/tasks.ts';

const { task: taskTable } = schema;

type Sent = Awaited<ReturnType<typeof threadOf>>[number];

/** What we sent to this contact in this enrollment, oldest first. */
export async function threadOf(q: Queryable, enrollmentId: string) {
  return await q
    .select({ messageId: taskTable.messageId, payload: taskTable.payload })
    .from(taskTable)
    .where(
      and(
        eq(taskTable.enrollmentId, enrollmentId),
        eq(taskTable.kind, 'send_email'),
        eq(taskTable.state, 'done'),
        isNotNull(taskTable.messageId),
      ),
    )
    .orderBy(taskTable.committedAt)
    .limit(limits.enrollmentTransitions);
}

/** That of the thread it goes on with, else the one written for it. */
export function subjectOf({ subject }: TaskPayload, thread: readonly Sent[]): string | null {
  return thread.find((row) => row.payload?.subject)?.payload?.subject ?? subject;
}

/** What keeps an email without a subject from going out; null: it has one. */
export async function subjectProblem(
  q: Queryable,
  enrollmentId: string,
  payload: TaskPayload,
): Promise<string | null> {
  if (payload.subject?.trim()) return null;
  if (subjectOf(payload, await threadOf(q, enrollmentId))) return null;
  return 'No email came before this reply, so that it begins a thread, and no subject is written for that.';
}
