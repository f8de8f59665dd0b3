import { and, desc, eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { taskRoutes, taskView } from '#shared/contract/automation.ts';
import { reasonSentence } from '#shared/statuses/dictionary.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { settleTask } from '../../engine/index.ts';
import { contactName } from '../contact/view.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { decodeCursor, idKey, pageOf } from '../page.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { isManager } from '../scope.ts';

const { task, contact, sender, automation } = schema;

function joined(db: Queryable) {
  return db
    .select({
      row: task,
      contact,
      senderName: sender.name,
      senderOwner: sender.ownerUserId,
      automationName: automation.name,
    })
    .from(task)
    .innerJoin(contact, eq(contact.id, task.contactId))
    .innerJoin(sender, eq(sender.id, task.senderId))
    .innerJoin(automation, eq(automation.id, task.automationId));
}
type Joined = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];
type TaskView = z.input<typeof taskView>;

const nouns: Record<string, string> = {
  visit: 'The profile visit',
  connect: 'The connection request',
  message: 'The LinkedIn message',
  send_email: 'The email',
};

function view({ row, ...names }: Joined): TaskView {
  const what = nouns[row.kind] ?? row.kind;
  const isUnknown = row.state === 'unknown';
  const because = row.reason ? ` ${reasonSentence(row.reason)}` : '';
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    sentence: isUnknown
      ? `${what} may have gone out: its answer was lost.${row.detail ? ` (${row.detail})` : ''}`
      : `${what}: ${row.state}.${because}`,
    action: isUnknown
      ? `Look ${row.kind === 'send_email' ? 'into the Sent folder' : 'on LinkedIn'} and say whether it happened. It is never repeated before that.`
      : 'Nothing to do.',
    whoMustAct: isUnknown ? 'rep' : 'nobody',
    contactId: row.contactId,
    contactName: contactName(names.contact),
    senderName: names.senderName,
    automationId: row.automationId,
    automationName: names.automationName,
    text: row.payload?.text ?? null,
    at: row.committedAt ?? row.notBefore ?? row.createdAt ?? 0,
  };
}

function scope(call: Call) {
  return and(
    eq(task.workspaceId, call.workspaceId),
    isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
  );
}

/** Steps in one state, newest first; a rep sees those of their own profiles. */
export async function listTasks(call: MemberCall, query: z.output<typeof taskRoutes.list.query>) {
  const before = decodeCursor(query.cursor, idKey);
  const rows = await joined(call.db.reader)
    .where(and(scope(call), eq(task.state, query.state), before ? sql`${task.id} < ${before[0]}` : undefined))
    .orderBy(desc(task.id))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, (found) => [found.row.id], view);
}

/** Unknown steps somebody of these eyes must settle. */
export async function unknownTasks(call: MemberCall): Promise<TaskView[]> {
  const { items } = await listTasks(call, { state: 'unknown', limit: 50 });
  return items;
}

async function taskOf(db: Queryable, call: MemberCall, taskId: string): Promise<Joined> {
  const rows = await joined(db).where(and(eq(task.id, taskId), eq(task.workspaceId, call.workspaceId)));
  const found = rows[0];
  if (!found) throw notFound('step');
  if (isManager(call) || found.senderOwner === call.actor.userId) return found;
  throw notAllowed('This step belongs to another sender.', 'Ask that rep, or a manager.');
}

/** A person saw whether it happened. */
export async function settle(
  call: MemberCall,
  taskId: string,
  input: z.output<typeof taskRoutes.settle.body>,
): Promise<TaskView> {
  await call.db.write(async (tx) => {
    await taskOf(tx, call, taskId);
    if (!(await settleTask(unitOf(call, tx), taskId, input.happened, call.actor.id))) {
      throw new Refusal(
        409,
        'not_unknown',
        'This step is settled already.',
        'Reload the page to see how it ended.',
      );
    }
    await audit(tx, call, {
      action: 'task.settled',
      entity: 'task',
      entityId: taskId,
      data: { happened: input.happened, note: input.note },
    });
  });
  return view(await taskOf(call.db.reader, call, taskId));
}
