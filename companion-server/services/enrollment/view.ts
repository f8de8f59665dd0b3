import { and, eq, ne } from 'drizzle-orm';
import type { z } from 'zod';
import type { automationRoutes } from '#shared/contract/automation.ts';
import type { BranchView, EnrollmentView } from '#shared/contract/contact.ts';
import { must } from '#shared/kernel/assert.ts';
import { bulkNoteSentence } from '#shared/statuses/bulk.ts';
import { reasonSentence } from '#shared/statuses/dictionary.ts';
import { type EnrollmentStatus, finalEnrollmentStatuses } from '#shared/statuses/engine.ts';
import { type Queryable, schema } from '../../db/index.ts';
import {
  type Ahead,
  countMatching,
  type Decision,
  explainBranches,
  explainEnrollment,
  graphOf,
  isLatest,
  lookAhead,
  matchingIds,
  mayRetry,
  reasonsPresent,
  refusalOf,
  unreadInboxes,
} from '../../engine/index.ts';
import { contactName } from '../contact/view.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { decodeCursor, idKey, pageOf } from '../page.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { isManager } from '../scope.ts';

const { enrollment, automation, contact, sender, cursor } = schema;

function joined(db: Queryable) {
  return db
    .select({
      row: enrollment,
      automationName: automation.name,
      automationStatus: automation.status,
      contact,
      senderName: sender.name,
      senderOwner: sender.ownerUserId,
    })
    .from(enrollment)
    .innerJoin(automation, eq(automation.id, enrollment.automationId))
    .innerJoin(contact, eq(contact.id, enrollment.contactId))
    .leftJoin(sender, eq(sender.id, enrollment.senderId));
}
type Joined = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];

/** What the rows of one answer look at together. */
interface Shared {
  ahead?: Ahead;
  inboxesOf?: typeof unreadInboxes;
}

/** Rows of one page mostly have the same sender and version. */
function onceEach(): typeof unreadInboxes {
  const known = new Map<string, ReturnType<typeof unreadInboxes>>();
  return (q, row, now) => {
    const key = `${row.versionId} ${row.senderId}`;
    const answer = known.get(key) ?? unreadInboxes(q, row, now);
    known.set(key, answer);
    return answer;
  };
}

/** Why this contact stands where it stands, what it waits for, who must act and when it goes on. */
export async function viewEnrollment(
  db: Queryable,
  call: Call,
  id: string,
  shared?: Shared,
): Promise<EnrollmentView> {
  const rows = await joined(db).where(
    and(eq(enrollment.id, id), eq(enrollment.workspaceId, call.workspaceId)),
  );
  return view(db, call, must(rows[0], `enrollment ${id}`), shared);
}

async function view(
  db: Queryable,
  call: Call,
  found: Joined,
  { ahead, inboxesOf = unreadInboxes }: Shared = {},
): Promise<EnrollmentView> {
  const { row } = found;
  const real = call.clocks.lease.now();
  const why = await explainEnrollment(db, row, call.clocks.schedule.now(), { ahead, real });
  const branches = await db
    .select({ nodeId: cursor.nodeId })
    .from(cursor)
    .where(and(eq(cursor.enrollmentId, row.id), ne(cursor.state, 'ended')));
  return {
    id: row.id,
    branches: await branchesOf(db, row, { now: call.clocks.schedule.now(), real, ahead }),
    unreadInboxes: row.status === 'in_progress' ? await inboxesOf(db, row, call.clocks.schedule.now()) : [],
    automationId: row.automationId,
    automationName: found.automationName,
    contactId: row.contactId,
    contactName: contactName(found.contact),
    status: row.status,
    reason: row.reason,
    sentence: why.sentence,
    waitsFor: why.waitsFor,
    whoMustAct: why.whoMustAct,
    expectedAt: why.expectedAt,
    limit: why.limit,
    senderId: row.senderId,
    senderName: found.senderName,
    nodeIds: branches.map(({ nodeId }) => nodeId),
    ...(await waysBack(db, found)),
    updatedAt: row.updatedAt ?? 0,
  };
}

async function branchesOf(
  db: Queryable,
  row: Joined['row'],
  { now, real, ahead }: { now: number; real: number; ahead?: Ahead },
): Promise<BranchView[]> {
  const branches = await explainBranches(db, row, now, { ahead, real });
  if (branches.length === 0) return [];
  const { nodes } = await graphOf(db, row.versionId);
  return branches.map((each) => {
    const node = nodes.find(({ id }) => id === each.nodeId);
    return { ...each, step: node ? { type: node.type, label: node.label } : null };
  });
}

/** Nobody enters again who opted out or proved to be another contact. */
const mayReturn: readonly EnrollmentStatus[] = finalEnrollmentStatuses.filter(
  (status) => status !== 'unsubscribed' && status !== 'duplicate',
);

/** How somebody whose enrollment has ended can come back into the automation that runs. */
async function waysBack(db: Queryable, { row, automationStatus }: Joined) {
  const runs = automationStatus === 'running';
  return {
    canEnterAgain: runs && mayReturn.includes(row.status) && (await isLatest(db, row)),
    canRetry: runs && (await mayRetry(db, row)),
  };
}

/** The reasons that stand beside an automation's contacts, as sentences. */
export async function listReasons(call: Call, automationId: string) {
  const present = await reasonsPresent(call.db.reader, automationId);
  return { items: present.map((each) => ({ ...each, sentence: reasonSentence(each.reason) })) };
}

/** The contacts of an automation, newest first. */
export async function listEnrollments(
  call: Call,
  automationId: string,
  query: z.output<typeof automationRoutes.enrollments.query>,
) {
  const { reader } = call.db;
  const { cursor: after, limit, ...filter } = query;
  const before = decodeCursor(after, idKey)?.[0] ?? null;
  const ids = await matchingIds(reader, automationId, filter, { before, limit: limit + 1 });
  // The rows of one page stand in few queues: each is run forward once.
  const shared = { ahead: lookAhead(reader, call.clocks.schedule.now()), inboxesOf: onceEach() };
  const { items, nextCursor } = pageOf(
    ids,
    limit,
    (id) => [id],
    (id) => id,
  );
  return {
    items: await Promise.all(items.map((id) => viewEnrollment(reader, call, id, shared))),
    nextCursor,
    ...(await countMatching(reader, automationId, filter)),
  };
}

/** A person decides about one contact: a manager about all, a rep about those of their own profiles. */
export async function decide(
  call: MemberCall,
  enrollmentId: string,
  decision: Decision,
): Promise<EnrollmentView> {
  await call.db.write(async (tx) => {
    const rows = await joined(tx).where(
      and(eq(enrollment.id, enrollmentId), eq(enrollment.workspaceId, call.workspaceId)),
    );
    const found = rows[0];
    if (!found) throw notFound('contact in this automation');
    if (!isManager(call) && found.senderOwner !== call.actor.userId) {
      throw notAllowed('This contact is handled by another sender.', 'Ask that rep, or a manager.');
    }
    const refused = await refusalOf(unitOf(call, tx), enrollmentId, decision, call.actor.id);
    if (refused !== null) throw notDone(found.row, decision, refused);
    await audit(tx, call, {
      action: `enrollment.${decision}`,
      entity: 'enrollment',
      entityId: enrollmentId,
    });
  });
  return viewEnrollment(call.db.reader, call, enrollmentId);
}

function notDone({ status }: { status: EnrollmentStatus }, decision: Decision, why: string): Refusal {
  const sentence =
    why === 'does_not_apply'
      ? `This contact is ${inWords(status)} in the automation: "${inWords(decision)}" does not apply.`
      : bulkNoteSentence(why);
  return new Refusal(409, why, sentence, 'Reload the page to see where it stands.');
}

function inWords(code: string): string {
  return code.replaceAll('_', ' ');
}
