import { and, desc, eq, isNotNull, lt, sql } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { type EngineContext, recordAnswer, recordOutcome, unitOfWork } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { openSettings } from './settings.ts';

const { handMessage, task, taskAttempt } = schema;

/** Looked for at each reading of a mailbox, of automated emails and of answers each. */
const AT_ONCE = 20;

/** Of each mailbox with more than that: the ids after which the next look goes on. */
export type LookedFor = Map<string, { task: string | null; answer: string | null }>;

/**
 * Emails whose answer was lost: one that lies in Sent was sent. Not found proves nothing and stays for a
 * person, or for another look. The newest first, and each look goes on where the one before it ended.
 */
export async function settleBySentFolder(
  services: Services,
  ctx: EngineContext,
  channelId: string,
  lookedFor: LookedFor,
  signal: AbortSignal,
): Promise<void> {
  const { reader } = services.db;
  const after = lookedFor.get(channelId) ?? { task: null, answer: null };
  const open = await reader
    .select({
      taskId: task.id,
      fence: task.fence,
      messageId: task.messageId,
      executor: taskAttempt.executor,
    })
    .from(task)
    .innerJoin(taskAttempt, and(eq(taskAttempt.taskId, task.id), eq(taskAttempt.fence, task.fence)))
    .where(
      and(
        eq(task.channelId, channelId),
        sql`${task.state} = 'unknown'`,
        isNotNull(task.messageId),
        after.task === null ? undefined : lt(task.id, after.task),
      ),
    )
    .orderBy(desc(task.id))
    .limit(AT_ONCE);
  const answers = await services.db.reader
    .select()
    .from(handMessage)
    .where(
      and(
        eq(handMessage.channelId, channelId),
        eq(handMessage.state, 'unknown'),
        after.answer === null ? undefined : lt(handMessage.id, after.answer),
      ),
    )
    .orderBy(desc(handMessage.id))
    .limit(AT_ONCE);
  const next = {
    task: lastOf(open.map(({ taskId }) => taskId)),
    answer: lastOf(answers.map(({ id }) => id)),
  };
  if (open.length === 0 && answers.length === 0) {
    lookedFor.delete(channelId);
    return;
  }
  const settings = await openSettings(services, channelId);
  if (!settings) return;
  const { findInSent } = services.mailServers;
  for (const { taskId, fence, messageId, executor } of open) {
    const found = await findInSent(settings, messageId ?? '', signal);
    // A mailbox that does not answer is the reading's to report.
    if (!found.ok) return;
    if (!found.value) continue;
    const outcome = { result: 'sent' as const, response: 'Found in the Sent folder.' };
    await recordOutcome(ctx, executor, { taskId, fence, outcome });
  }
  for (const { id, messageId } of answers) {
    const found = await findInSent(settings, messageId, signal);
    if (!found.ok) return;
    if (!found.value) continue;
    const outcome = { state: 'sent' as const, detail: 'Found in the Sent folder.' };
    await unitOfWork(ctx, (unit) => recordAnswer(unit, id, outcome));
  }
  lookedFor.set(channelId, next);
}

/** Where the next look goes on; null: from the newest. */
function lastOf(ids: readonly string[]): string | null {
  return ids.length < AT_ONCE ? null : (ids.at(-1) ?? null);
}
