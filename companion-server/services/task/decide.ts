import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { taskRoutes } from '#shared/contract/task.ts';
import { schema, type Tx } from '../../db/index.ts';
import {
  approveTask,
  contactsChanged,
  graphOf,
  settleTask,
  skipTask,
  textLimits,
  withdrawApproval,
} from '../../engine/index.ts';
import { audit, type Call } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, Refusal } from '../refusal.ts';
import { changesOf, missingIn } from './missing.ts';
import { resultOf, type Step, stepOf } from './steps.ts';

const { contact } = schema;
type Body<Name extends keyof typeof taskRoutes> = z.output<(typeof taskRoutes)[Name]['body']>;

/** One decision about one step, in one transaction with its audit row. */
async function change(
  call: Call,
  taskId: string,
  action: string,
  data: Record<string, unknown>,
  work: (tx: Tx, step: Step) => Promise<void>,
) {
  await call.db.write(async (tx) => {
    await work(tx, await stepOf(tx, call, taskId));
    await audit(tx, call, { action, entity: 'task', entityId: taskId, data });
  });
  return resultOf(call, taskId);
}

function refuse(code: string, sentence: string): Refusal {
  return new Refusal(409, code, sentence, 'Reload the page to see where it stands.');
}

/** A person saw whether it happened. */
export function settle(call: Call, taskId: string, { happened, note }: Body<'settle'>) {
  return change(call, taskId, 'task.settled', { happened }, async (tx) => {
    if (await settleTask(unitOf(call, tx), taskId, happened, call.actor.id, note)) return;
    throw refuse('not_unknown', 'This step is settled already.');
  });
}

/** The same of several; those that were settled meanwhile stay as they are. */
export async function settleMany(call: Call, { taskIds, happened }: Body<'settleMany'>) {
  const settled: string[] = [];
  const refused: string[] = [];
  await call.db.write(async (tx) => {
    for (const taskId of new Set(taskIds)) {
      await stepOf(tx, call, taskId);
      const isDone = await settleTask(unitOf(call, tx), taskId, happened, call.actor.id);
      (isDone ? settled : refused).push(taskId);
      if (!isDone) continue;
      const data = { happened, note: '' };
      await audit(tx, call, { action: 'task.settled', entity: 'task', entityId: taskId, data });
    }
  });
  return { settled, refused };
}

/** The text that was shown may go out, or the one that the person made of it. */
export function approve(call: Call, taskId: string, { textHash, edited }: Body<'approve'>) {
  const data = { edited: edited !== undefined };
  return change(call, taskId, 'task.approved', data, async (tx, step) => {
    if (edited) requireSendable(step, edited);
    const wish = { seen: textHash, by: call.actor.id, ...(edited ? { edited } : {}) };
    if (await approveTask(unitOf(call, tx), taskId, wish)) return;
    throw refuse('text_changed', 'This text was decided or has changed since it was shown.');
  });
}

/** Exactly what is written goes out: within the limits of its kind, and nothing left to fill in. */
function requireSendable({ row, channel }: Step, edited: { text: string; subject: string | null }): void {
  const limits = textLimits(row.kind, channel);
  const parts = [
    { field: 'text', value: edited.text, max: limits.text, before: row.payload?.text ?? null },
    { field: 'subject', value: edited.subject, max: limits.subject, before: row.payload?.subject ?? null },
  ];
  for (const { field, value, max, before } of parts) {
    const name = `edited.${field}`;
    if ((value === null) !== (before === null)) {
      throw invalid(name, 'no_such_part', `This step has ${before === null ? 'no' : 'a'} ${field}.`);
    }
    if (value === null) continue;
    const length = [...value].length;
    if (max !== null && length > max) {
      throw invalid(name, 'too_long', `It has ${length} characters, ${max} are allowed.`, 'Shorten it.');
    }
    if (/\{[{%]|[%}]\}/.test(value)) {
      const message = 'It has a variable that nobody fills in any more.';
      throw invalid(name, 'unresolved_variable', message, 'Write the value itself.');
    }
  }
}

/** Those that changed or were decided meanwhile stay as they are. */
export async function approveMany(call: Call, { tasks }: Body<'approveMany'>) {
  const approved: string[] = [];
  const refused: string[] = [];
  await call.db.write(async (tx) => {
    for (const { taskId, textHash } of tasks) {
      await stepOf(tx, call, taskId);
      const isDone = await approveTask(unitOf(call, tx), taskId, { seen: textHash, by: call.actor.id });
      (isDone ? approved : refused).push(taskId);
      if (!isDone) continue;
      const data = { edited: false };
      await audit(tx, call, { action: 'task.approved', entity: 'task', entityId: taskId, data });
    }
  });
  return { approved, refused };
}

/** Asks again. */
export function undoApproval(call: Call, taskId: string) {
  return change(call, taskId, 'task.approval_withdrawn', {}, async (tx) => {
    if (await withdrawApproval(unitOf(call, tx), taskId)) return;
    throw refuse('too_late', 'The approval cannot be taken back: the step is under way or over.');
  });
}

/** Goes past the step. */
export function skip(call: Call, taskId: string) {
  return change(call, taskId, 'task.skipped', {}, async (tx) => {
    if (await skipTask(unitOf(call, tx), taskId, call.actor.id)) return;
    throw refuse('not_waiting', 'This step does not wait for anybody any more.');
  });
}

/** Gives the contact what the text needs; everything of theirs that waited for it goes on. */
export function fillIn(call: Call, taskId: string, { values }: Body<'fillIn'>) {
  const data = { fields: Object.keys(values) };
  return change(call, taskId, 'task.filled_in', data, async (tx, step) => {
    const graph = await graphOf(tx, step.enrollment.versionId);
    const { fields } = missingIn({ ...step, task: step.row, graph });
    const wanted = new Set(fields.filter(({ fillable }) => fillable).map(({ field }) => field));
    for (const field of Object.keys(values)) {
      if (wanted.has(field)) continue;
      throw invalid(
        `values.${field}`,
        'not_missing',
        `The text does not lack "${field}".`,
        'Reload the page.',
      );
    }
    const now = call.clocks.schedule.now();
    const changes = { ...changesOf(step.contact, values), updatedAt: now };
    await tx.update(contact).set(changes).where(eq(contact.id, step.contact.id));
    await contactsChanged(unitOf(call, tx), call.workspaceId, [step.contact], call.actor.id);
  });
}
