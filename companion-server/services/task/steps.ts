import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { TaskItemOf, taskResult } from '#shared/contract/task.ts';
import { stepName } from '#shared/statuses/steps.ts';
import { type Queryable, schema } from '../../db/index.ts';
import {
  type Ahead,
  type Explanation,
  explainTask,
  graphOf,
  isUnknown,
  isWaitingApproval,
  lacksData,
  lookAhead,
  nodeOf,
  textHash,
  textLimits,
} from '../../engine/index.ts';
import { fileNames } from '../attachment/files.ts';
import { contactName } from '../contact/view.ts';
import type { Call } from '../context.ts';
import { decodeCursor, idKey, pageOf } from '../page.ts';
import { notAllowed, notFound } from '../refusal.ts';
import { isManager } from '../scope.ts';
import { missingIn } from './missing.ts';

const { task, contact, sender, automation, enrollment, channel } = schema;

/** The groups of steps; each condition is that of its partial index. */
const stepGroups = { approval: isWaitingApproval, unknown: isUnknown, missing_data: lacksData };
type StepGroup = keyof typeof stepGroups;

function joined(db: Queryable) {
  return db
    .select({ row: task, contact, sender, channel, automationName: automation.name, enrollment })
    .from(task)
    .innerJoin(contact, eq(contact.id, task.contactId))
    .innerJoin(sender, eq(sender.id, task.senderId))
    .innerJoin(channel, eq(channel.id, task.channelId))
    .innerJoin(automation, eq(automation.id, task.automationId))
    .innerJoin(enrollment, eq(enrollment.id, task.enrollmentId));
}
export type Step = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];

/** A manager all, a rep those of their own profiles, a browser those of its profile. */
function isMine({ actor, ...call }: Call): SQL | undefined {
  if (actor.kind === 'device') return eq(task.senderId, actor.senderId);
  return isManager({ actor, ...call }) ? undefined : eq(sender.ownerUserId, actor.userId);
}

function inGroup(call: Call, group: StepGroup): SQL | undefined {
  return and(eq(task.workspaceId, call.workspaceId), stepGroups[group], isMine(call));
}

/** One page of a group, what waits longest first. */
export async function listSteps<G extends StepGroup>(
  call: Call,
  group: G,
  query: { cursor?: string; limit: number },
  view: (step: Step, why: Explanation) => Promise<TaskItemOf<G>>,
) {
  const after = decodeCursor(query.cursor, idKey);
  const { reader } = call.db;
  const rows = await joined(reader)
    .where(and(inGroup(call, group), after ? sql`${task.id} > ${after[0]}` : undefined))
    .orderBy(asc(task.id))
    .limit(query.limit + 1);
  const ahead = lookAhead(reader, call.clocks.schedule.now());
  const { items, nextCursor } = pageOf(
    rows,
    query.limit,
    ({ row }) => [row.id],
    (step) => step,
  );
  const viewed: TaskItemOf<G>[] = [];
  for (const step of items) viewed.push(await view(step, await whyOf(call, step.row, ahead)));
  return { items: viewed, nextCursor };
}

function whyOf(call: Call, row: Step['row'], ahead?: Ahead) {
  const real = call.clocks.lease.now();
  return explainTask(call.db.reader, row, call.clocks.schedule.now(), { ahead, real });
}

/** Counted no further than `atMost`. */
export async function countSteps(call: Call, group: StepGroup, atMost: number): Promise<number> {
  const { reader } = call.db;
  const some = reader
    .select({ id: task.id })
    .from(task)
    .innerJoin(sender, eq(sender.id, task.senderId))
    .where(inGroup(call, group))
    .limit(atMost);
  const [found] = await reader.all<{ n: number }>(sql`SELECT count(*) AS n FROM (${some})`);
  return found?.n ?? 0;
}

/** A step that this caller may decide about. */
export async function stepOf(db: Queryable, call: Call, taskId: string): Promise<Step> {
  const rows = await joined(db).where(and(eq(task.id, taskId), eq(task.workspaceId, call.workspaceId)));
  const found = rows[0];
  if (!found) throw notFound('step');
  const { actor } = call;
  const isOwn =
    actor.kind === 'device'
      ? found.row.senderId === actor.senderId
      : found.sender.ownerUserId === actor.userId;
  if (isOwn || isManager(call)) return found;
  throw notAllowed('This step belongs to another sender.', 'Ask that rep, or a manager.');
}

/** What became of a step, and when it goes. */
export async function resultOf(call: Call, taskId: string): Promise<z.input<typeof taskResult>> {
  const { row } = await stepOf(call.db.reader, call, taskId);
  const isOver = row.finishedAt !== null;
  const why = isOver ? null : await whyOf(call, row);
  return {
    id: row.id,
    state: row.state,
    sentence: why?.sentence ?? 'The step is over; the contact goes on.',
    expectedAt: why?.expectedAt ?? null,
  };
}

function about(step: Step, why: Explanation, action: string) {
  const { sentence, waitsFor, expectedAt, limit } = why;
  const { row, contact: person, sender: profile, automationName } = step;
  const slug = person.linkedinSlug;
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    sentence,
    waitsFor,
    expectedAt,
    limit,
    action,
    whoMustAct: 'rep' as const,
    enrollmentId: row.enrollmentId,
    contactId: row.contactId,
    contactName: contactName(person),
    company: person.companyName,
    linkedinUrl: slug === null ? null : `https://www.linkedin.com/in/${encodeURIComponent(slug)}/`,
    senderId: row.senderId,
    senderName: profile.name,
    automationId: row.automationId,
    automationName,
    at: row.committedAt ?? row.notBefore ?? 0,
    text: row.payload?.text ?? null,
    subject: row.payload?.subject ?? null,
  };
}

/** The same answer with a further sentence. */
function saying(why: Explanation, more: string): Explanation {
  return { ...why, sentence: `${why.sentence} ${more}` };
}

/** A text that waits for its approval, with the limits an edit must keep to. */
export async function viewApproval(
  db: Queryable,
  step: Step,
  why: Explanation,
): Promise<TaskItemOf<'approval'>> {
  const { row, channel: way } = step;
  const limits = textLimits(row.kind, way);
  const changed = row.reason === 'text_changed';
  const action =
    'Read the text. Approve it, change it, or skip the step. It goes then at the pace of the sender.';
  return {
    ...about(step, changed ? saying(why, 'The data behind it changed after it was approved.') : why, action),
    group: 'approval',
    attachments: row.payload ? await fileNames(db, row.workspaceId, row.payload) : [],
    textHash: row.payload ? textHash(row.payload) : '',
    maxText: row.payload?.text === null ? null : limits.text,
    maxSubject: row.payload?.subject === null ? null : limits.subject,
    changed,
  };
}

/** A step of which nobody knows whether it happened. */
export async function viewUnknown(step: Step, why: Explanation): Promise<TaskItemOf<'unknown'>> {
  const where = step.row.kind === 'send_email' ? 'into the Sent folder' : 'on LinkedIn';
  const action = `Look ${where} and say whether it happened. It is never repeated before that.`;
  const { detail } = step.row;
  return { ...about(step, detail ? saying(why, `What was seen: ${detail}`) : why, action), group: 'unknown' };
}

/** A step whose text cannot be filled in, with the fields that are missing. */
export async function viewMissing(
  db: Queryable,
  step: Step,
  why: Explanation,
): Promise<TaskItemOf<'missing_data'>> {
  const graph = await graphOf(db, step.enrollment.versionId);
  const { fields, problem } = missingIn({ ...step, task: step.row, graph });
  const sentence = step.row.detail ?? 'The text cannot be filled in for this contact.';
  const action =
    fields.length > 0
      ? 'Fill it in: the step goes on at once. Or skip the step, or cancel the contact.'
      : 'Correct the text in the automation and try again. Or skip the step, or cancel the contact.';
  const node = nodeOf({ task: step.row, graph });
  return {
    ...about(step, { ...why, sentence }, action),
    group: 'missing_data',
    stepName: node?.label || stepName(step.row.kind),
    fields,
    problem,
  };
}
