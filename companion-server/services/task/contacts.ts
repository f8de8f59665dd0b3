import { and, desc, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { EnrollmentView } from '#shared/contract/contact.ts';
import type { TaskItemOf } from '#shared/contract/task.ts';
import { reasonSentence } from '#shared/statuses/dictionary.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { confirmPerson, isPaused, refusePerson } from '../../engine/index.ts';
import { contactName } from '../contact/view.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { viewEnrollment } from '../enrollment/view.ts';
import { mayRead } from '../inbox/access.ts';
import { decodeCursor, pageOf, textKey } from '../page.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { isManager } from '../scope.ts';

const { enrollment, contact, sender, automation, task, inboundMessage, channel, thread } = schema;

/** Contacts that stand still until a person decides, by why they do. */
const reasons = { confirm: ['wrong_person'], reply: ['colleague_replied', 'replied'] };
type ContactGroup = keyof typeof reasons;

function joined(db: Queryable) {
  return db
    .select({ row: enrollment, contact, sender, automationName: automation.name })
    .from(enrollment)
    .innerJoin(contact, eq(contact.id, enrollment.contactId))
    .leftJoin(sender, eq(sender.id, enrollment.senderId))
    .innerJoin(automation, eq(automation.id, enrollment.automationId));
}
type Paused = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];

function inGroup(call: MemberCall, group: ContactGroup): SQL | undefined {
  return and(
    eq(enrollment.workspaceId, call.workspaceId),
    isPaused,
    inArray(enrollment.reason, reasons[group]),
    isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
  );
}

/** One page of a group, by reason and then in the order in which the contacts entered their automations. */
export async function listContacts<G extends ContactGroup>(
  call: MemberCall,
  group: G,
  query: { cursor?: string; limit: number },
  view: (db: Queryable, found: Paused) => Promise<TaskItemOf<G>>,
) {
  const after = decodeCursor(query.cursor, textKey);
  const { reader } = call.db;
  const key = sql`(${enrollment.reason}, ${enrollment.id})`;
  const rows = await joined(reader)
    .where(and(inGroup(call, group), after ? sql`${key} > (${after[0]}, ${after[1]})` : undefined))
    .orderBy(enrollment.reason, enrollment.id)
    .limit(query.limit + 1);
  const { items, nextCursor } = pageOf(
    rows,
    query.limit,
    ({ row }) => [row.reason ?? '', row.id],
    (found) => found,
  );
  const viewed: TaskItemOf<G>[] = [];
  for (const found of items) viewed.push(await view(reader, found));
  return { items: viewed, nextCursor };
}

/** Counted no further than `atMost`. */
export async function countContacts(call: MemberCall, group: ContactGroup, atMost: number): Promise<number> {
  const { reader } = call.db;
  const some = reader
    .select({ id: enrollment.id })
    .from(enrollment)
    .leftJoin(sender, eq(sender.id, enrollment.senderId))
    .where(inGroup(call, group))
    .limit(atMost);
  const [found] = await reader.all<{ n: number }>(sql`SELECT count(*) AS n FROM (${some})`);
  return found?.n ?? 0;
}

function about({ row, contact: person, sender: profile, automationName }: Paused, action: string) {
  const slug = person.linkedinSlug;
  const reason = row.reason ?? 'paused_by_person';
  return {
    id: row.id,
    sentence: reasonSentence(reason),
    waitsFor: 'a decision',
    expectedAt: null,
    limit: null,
    action,
    whoMustAct: 'rep' as const,
    enrollmentId: row.id,
    contactId: person.id,
    contactName: contactName(person),
    company: person.companyName,
    linkedinUrl: slug === null ? null : `https://www.linkedin.com/in/${encodeURIComponent(slug)}/`,
    senderId: row.senderId,
    senderName: profile?.name ?? null,
    automationId: row.automationId,
    automationName,
    at: row.updatedAt ?? 0,
    reason,
  };
}

/** A contact whose profile must be confirmed, with whom the page showed. */
export async function viewConfirm(db: Queryable, found: Paused): Promise<TaskItemOf<'confirm'>> {
  const [step] = await db
    .select({ shown: task.shown })
    .from(task)
    .where(and(eq(task.enrollmentId, found.row.id), isNotNull(task.shown)))
    .limit(1);
  const isBound = found.contact.linkedinProfileId !== null || found.contact.linkedinMemberId !== null;
  const shown = step?.shown && !isBound ? { name: step.shown.name, company: step.shown.company } : null;
  const action = shown
    ? 'Open the profile and say whether it is the contact. Nothing goes to them before that.'
    : 'Open the profile. Correct the contact and resume it, or cancel it here.';
  return { ...about(found, action), group: 'confirm', shown };
}

/** A contact who replied, with their last reply where the caller may read it. */
export async function viewReply(
  db: Queryable,
  found: Paused,
  call: MemberCall,
): Promise<TaskItemOf<'reply'>> {
  const [message] = await db
    .select({ text: inboundMessage.text, at: inboundMessage.at, threadId: thread.id, reader: sender })
    .from(inboundMessage)
    .innerJoin(channel, eq(channel.id, inboundMessage.channelId))
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .leftJoin(
      thread,
      and(eq(thread.channelId, inboundMessage.channelId), eq(thread.contactId, inboundMessage.contactId)),
    )
    .where(and(eq(inboundMessage.contactId, found.contact.id), eq(inboundMessage.kind, 'reply')))
    .orderBy(desc(inboundMessage.at))
    .limit(1);
  const action = 'Answer them. Then resume where they stood, skip that step, or complete the contact.';
  // They may have written to a colleague, whose inbox is the colleague's own.
  const shown = message && mayRead(call, message.reader) ? message : null;
  return {
    ...about(found, action),
    group: 'reply',
    message: shown && { text: shown.text, at: shown.at ?? 0 },
    threadId: shown?.threadId ?? null,
  };
}

const refusals = {
  nobody_shown: () =>
    new Refusal(
      409,
      'nobody_shown',
      'There is nobody to confirm here.',
      'Reload the page to see where the contact stands.',
    ),
  duplicate: () =>
    new Refusal(
      409,
      'duplicate',
      'This person is here already as another contact.',
      'Cancel this one, or merge the two.',
    ),
};

/** Whether who was shown on LinkedIn is the contact: yes binds and goes on, no takes the link off, and the contact waits for the right one. */
export async function confirm(
  call: MemberCall,
  enrollmentId: string,
  { isThem }: { isThem: boolean },
): Promise<EnrollmentView> {
  await call.db.write(async (tx) => {
    const [found] = await joined(tx).where(
      and(eq(enrollment.id, enrollmentId), eq(enrollment.workspaceId, call.workspaceId)),
    );
    if (!found) throw notFound('contact in this automation');
    if (!isManager(call) && found.sender?.ownerUserId !== call.actor.userId) {
      throw notAllowed('This contact is handled by another sender.', 'Ask that rep, or a manager.');
    }
    if (found.row.status !== 'paused' || found.row.reason !== 'wrong_person') throw refusals.nobody_shown();
    const unit = unitOf(call, tx);
    const refusal = isThem ? await confirmPerson(unit, found.row, call.actor.id) : null;
    if (refusal) throw refusals[refusal]();
    if (!isThem) await refusePerson(unit, found.row, call.actor.id);
    const action = isThem ? 'enrollment.person_confirmed' : 'enrollment.person_refused';
    await audit(tx, call, { action, entity: 'enrollment', entityId: enrollmentId });
  });
  return viewEnrollment(call.db.reader, call, enrollmentId);
}
