import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { renderTemplate, templateSeed } from '#shared/automation/render.ts';
import type { ManualTaskView, manualTaskRoutes } from '#shared/contract/manualTask.ts';
import { stepWaits } from '#shared/statuses/waits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { endManualTask, isOpenManualTask, textVariables } from '../../engine/index.ts';
import { type ContactRow, contactName } from '../contact/view.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { decodeCursor, pageOf, timeKey } from '../page.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { isManager } from '../scope.ts';

const { manualTask, contact, sender, automation } = schema;

function joined(db: Queryable) {
  return db
    .select({
      row: manualTask,
      contact,
      senderName: sender.name,
      senderOwner: sender.ownerUserId,
      automationName: automation.name,
    })
    .from(manualTask)
    .innerJoin(contact, eq(contact.id, manualTask.contactId))
    .innerJoin(sender, eq(sender.id, manualTask.senderId))
    .innerJoin(automation, eq(automation.id, manualTask.automationId));
}
type Joined = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];

const what = { call: 'Call', custom: 'Task for' } as const;

function view(now: number, { row, ...names }: Joined): ManualTaskView {
  const isOpen = row.state === 'ready';
  const dueAt = row.dueAt ?? 0;
  const name = contactName(names.contact);
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    instruction: fillIn(row.instruction, names.contact, names.senderName),
    sentence: isOpen
      ? `${what[row.kind]} ${name}. The contact waits until you say that it is done.`
      : `${what[row.kind]} ${name}: ${row.state}.`,
    whoMustAct: isOpen ? 'rep' : 'nobody',
    dueAt,
    overdue: isOpen && dueAt < now,
    contactId: row.contactId,
    contactName: name,
    senderId: row.senderId,
    senderName: names.senderName,
    automationId: row.automationId,
    automationName: names.automationName,
    note: row.note,
  };
}

/** For people to read: where the contact has no value the template itself says what is meant. */
export function fillIn(template: string, person: ContactRow, senderName: string): string {
  const rendered = renderTemplate(template, textVariables(person, senderName), templateSeed(person.id));
  return rendered.ok ? rendered.value : template;
}

/** Written out, so that the partial index of open tasks is used. */
function openOnes(call: Call): SQL | undefined {
  return and(
    eq(manualTask.workspaceId, call.workspaceId),
    isOpenManualTask,
    isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
  );
}

/** Open manual tasks, the one due first at first. */
export async function listManualTasks(call: MemberCall, query: { cursor?: string; limit: number }) {
  const after = decodeCursor(query.cursor, timeKey);
  const now = call.clocks.schedule.now();
  const rows = await joined(call.db.reader)
    .where(
      and(
        openOnes(call),
        after ? sql`(${manualTask.dueAt}, ${manualTask.id}) > (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(asc(manualTask.dueAt), asc(manualTask.id))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    ({ row }) => [row.dueAt ?? 0, row.id],
    (found) => ({
      ...view(now, found),
      group: 'manual' as const,
      waitsFor: stepWaits.manual_task.waitsFor,
      expectedAt: null,
      limit: null,
    }),
  );
}

/** How many wait for somebody of these eyes, and how many of them are overdue; counted no further than `atMost`. */
export async function countManualTasks(
  call: MemberCall,
  atMost: number,
): Promise<{ open: number; overdue: number }> {
  const now = call.clocks.schedule.now();
  const { reader } = call.db;
  const some = reader
    .select({ dueAt: manualTask.dueAt })
    .from(manualTask)
    .innerJoin(sender, eq(sender.id, manualTask.senderId))
    .where(openOnes(call))
    .orderBy(asc(manualTask.dueAt))
    .limit(atMost);
  const [found] = await reader.all<{ open: number; overdue: number | null }>(
    sql`SELECT count(*) AS open, sum(due_at < ${now}) AS overdue FROM (${some})`,
  );
  return { open: found?.open ?? 0, overdue: found?.overdue ?? 0 };
}

/** A rep ends those of their own profiles, a manager any. */
export async function completeManualTask(
  call: MemberCall,
  manualTaskId: string,
  input: z.output<typeof manualTaskRoutes.complete.body>,
): Promise<ManualTaskView> {
  await call.db.write(async (tx) => {
    const { senderOwner } = await manualTaskOf(tx, call, manualTaskId);
    if (!isManager(call) && senderOwner !== call.actor.userId) {
      throw notAllowed('This task belongs to another sender.', 'Ask that rep, or a manager.');
    }
    const end = { ...input, by: call.actor.id };
    if (!(await endManualTask(unitOf(call, tx), manualTaskId, end))) {
      throw new Refusal(
        409,
        'not_open',
        'This task is over already.',
        'Reload the page to see how it ended.',
      );
    }
    await audit(tx, call, {
      action: 'manual_task.completed',
      entity: 'task',
      entityId: manualTaskId,
      data: { result: input.result },
    });
  });
  return view(call.clocks.schedule.now(), await manualTaskOf(call.db.reader, call, manualTaskId));
}

async function manualTaskOf(db: Queryable, call: Call, id: string): Promise<Joined> {
  const rows = await joined(db).where(
    and(eq(manualTask.id, id), eq(manualTask.workspaceId, call.workspaceId)),
  );
  const found = rows[0];
  if (!found) throw notFound('task');
  return found;
}
