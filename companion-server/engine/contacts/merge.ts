import { and, eq, getTableColumns, inArray, is, ne, sql } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ProfileRead } from '#shared/protocol/linkedin.ts';
import type { RelationStatus } from '#shared/statuses/engine.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { ContactRow, EnrollmentRow, TaskRow, Unit } from '../context.ts';
import { applyEvent } from '../flow/interpret.ts';
import { mergeThreads } from '../inbound/inbox.ts';
import { alreadyThere } from '../inbound/profiles.ts';
import { isLive } from '../predicates.ts';
import { appendEvent, publish } from '../record.ts';
import { contactById, enrollmentById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { ENRICHMENT_NODE } from '../steps/tasks.ts';
import { bringBack } from '../upkeep/taskArchive.ts';
import { endBeforeStart } from '../wayIn/enrichment.ts';
import { contactsAddedToList, feedFiltered } from '../wayIn/feed.ts';
import { blockedOn, NO_LIMIT, wakeParked } from '../wayIn/slots.ts';
import { unbinContact } from './bin.ts';

const {
  audit,
  contact,
  contactBin,
  contactTag,
  enrollment,
  list,
  listMember,
  relation,
  retentionNotice,
  task,
  thread,
} = schema;

/** Tables that name a contact: these are merged by rules of their own, the rows of all others follow as they are. */
const ruled: readonly SQLiteTable[] = [
  contactBin,
  contactTag,
  enrollment,
  listMember,
  relation,
  retentionNotice,
  thread,
];
const following = Object.values(schema).flatMap((table) =>
  is(table, SQLiteTable) && 'contactId' in getTableColumns(table) && !ruled.includes(table) ? [table] : [],
);

/**
 * Two contacts proved to be one person: everything of `goneId` moves to `keptId`, in this transaction. What runs for
 * both in the same automation stops once, as Duplicate; links to the one that is gone lead to the one kept.
 */
export async function mergeContacts(unit: Unit, keptId: string, goneId: string): Promise<void> {
  const kept = await contactById(unit.tx, keptId);
  const gone = await contactById(unit.tx, goneId);
  if (keptId === goneId || kept.workspaceId !== gone.workspaceId || gone.mergedInto !== null) return;
  // Somebody added this person anew, or the page led to them: the bin has them no longer.
  await unbinContact(unit, keptId);
  await mergeFields(unit, kept, gone);
  await mergeRelations(unit, keptId, goneId);
  for (const table of following) {
    await unit.tx.run(sql`UPDATE ${table} SET contact_id = ${keptId} WHERE contact_id = ${goneId}`);
  }
  await mergeThreads(unit, keptId, goneId);
  const tags = await mergeTags(unit, keptId, goneId);
  // Before the lists, which feed automations: where the one that is gone was, the kept one has been.
  await mergeEnrollments(unit, keptId, goneId);
  await mergeLists(unit, keptId, goneId);
  await feedFiltered(unit, [kept], (id) => !tags.has(id));
  await feedFiltered(unit, [{ ...gone, id: keptId }], (id) => tags.has(id));
  for (const table of [contactBin, retentionNotice]) {
    await unit.tx.delete(table).where(eq(table.contactId, goneId));
  }
  await unit.tx
    .update(contact)
    .set({ mergedInto: keptId, deletedAt: unit.now, updatedAt: unit.now })
    .where(eq(contact.id, goneId));
  // Whoever was merged before leads here in one step: old links, erasure.
  await unit.tx.update(contact).set({ mergedInto: keptId }).where(eq(contact.mergedInto, goneId));
  await note(unit, kept, gone);
}

/** The page shows a person who is here already as another contact: that one is kept. */
export async function mergeDuplicate(unit: Unit, task: TaskRow, profile: ProfileRead): Promise<void> {
  const keptId = await alreadyThere(unit, task, profile);
  if (keptId !== null) await mergeContacts(unit, keptId, task.contactId);
}

/** What the kept one lacks is taken over; the latest outreach, reply and reading count for both. */
async function mergeFields(unit: Unit, kept: ContactRow, gone: ContactRow): Promise<void> {
  const latest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));
  await unit.tx
    .update(contact)
    .set({
      email: kept.email ?? gone.email,
      linkedinSlug: kept.linkedinSlug ?? gone.linkedinSlug,
      linkedinProfileId: kept.linkedinProfileId ?? gone.linkedinProfileId,
      linkedinMemberId: kept.linkedinMemberId ?? gone.linkedinMemberId,
      companyId: kept.companyId ?? gone.companyId,
      companyName: kept.companyName ?? gone.companyName,
      companyKey: kept.companyName === null ? gone.companyKey : kept.companyKey,
      title: kept.title ?? gone.title,
      location: kept.location ?? gone.location,
      zone: kept.zone ?? gone.zone,
      undeliverableEmail: kept.undeliverableEmail ?? gone.undeliverableEmail,
      pinnedSenderId: kept.pinnedSenderId ?? gone.pinnedSenderId,
      openProfile: kept.openProfile ?? gone.openProfile,
      custom: { ...gone.custom, ...kept.custom },
      enrichedAt: latest(kept.enrichedAt, gone.enrichedAt),
      repliedAt: latest(kept.repliedAt, gone.repliedAt),
      lastOutreachAt: latest(kept.lastOutreachAt, gone.lastOutreachAt),
      updatedAt: unit.now,
    })
    .where(eq(contact.id, kept.id));
}

/** The further a pair got on LinkedIn, the more is known about it. */
const rank: Record<RelationStatus, number> = {
  not_verified: 0,
  not_connected: 1,
  invitation_withdrawn: 2,
  invite_sent: 3,
  connected: 4,
};

async function mergeRelations(unit: Unit, keptId: string, goneId: string): Promise<void> {
  const both = await unit.tx
    .select()
    .from(relation)
    .where(inArray(relation.contactId, [keptId, goneId]));
  for (const row of both.filter(({ contactId }) => contactId === goneId)) {
    const mine = both.find((each) => each.contactId === keptId && each.senderId === row.senderId);
    const pair = and(eq(relation.contactId, goneId), eq(relation.senderId, row.senderId));
    if (!mine) {
      await unit.tx.update(relation).set({ contactId: keptId }).where(pair);
      continue;
    }
    const further = rank[row.status] > rank[mine.status] ? row : mine;
    const lastInteractionAt = Math.max(row.lastInteractionAt ?? 0, mine.lastInteractionAt ?? 0) || null;
    await unit.tx.delete(relation).where(pair);
    await unit.tx
      .update(relation)
      .set({ ...further, contactId: keptId, lastInteractionAt })
      .where(and(eq(relation.contactId, keptId), eq(relation.senderId, row.senderId)));
  }
}

/** Returns the tags that the kept contact did not have. */
async function mergeTags(unit: Unit, keptId: string, goneId: string): Promise<Set<string>> {
  const rows = await unit.tx.select().from(contactTag).where(eq(contactTag.contactId, goneId));
  const gained = new Set<string>();
  for (const row of rows) {
    const added = await unit.tx
      .insert(contactTag)
      .values({ ...row, contactId: keptId })
      .onConflictDoNothing()
      .returning({ tagId: contactTag.tagId });
    for (const { tagId } of added) gained.add(tagId);
  }
  await unit.tx.delete(contactTag).where(eq(contactTag.contactId, goneId));
  return gained;
}

/** The kept contact enters what the lists feed, unless it was there before. */
async function mergeLists(unit: Unit, keptId: string, goneId: string): Promise<void> {
  const rows = await unit.tx.select().from(listMember).where(eq(listMember.contactId, goneId));
  await unit.tx.delete(listMember).where(eq(listMember.contactId, goneId));
  for (const row of rows) {
    const joined = await unit.tx
      .insert(listMember)
      .values({ ...row, contactId: keptId })
      .onConflictDoNothing()
      .returning({ listId: listMember.listId });
    if (joined.length > 0) {
      await contactsAddedToList(unit, row.listId, [keptId]);
      continue;
    }
    await unit.tx
      .update(list)
      .set({ memberCount: sql`max(0, ${list.memberCount} - 1)` })
      .where(eq(list.id, row.listId));
  }
}

async function mergeEnrollments(unit: Unit, keptId: string, goneId: string): Promise<void> {
  const rows = await unit.tx.select().from(enrollment).where(eq(enrollment.contactId, goneId));
  for (const { id } of rows) {
    const row = await enrollmentById(unit.tx, id);
    const stays = await settleDoubles(unit, row, keptId);
    if (row.endedAt === null && !stays) await endAsDuplicate(unit, row);
    const now = await enrollmentById(unit.tx, id);
    const rotation = await freeRotation(unit, now, keptId);
    await unit.tx
      .update(enrollment)
      // Keys that name the contact (slots.ts) name the kept one now.
      .set({
        contactId: keptId,
        rotation,
        ...((await mayShare(unit, row)) ? { exclusive: 0 } : {}),
        blockedOn: now.blockedOn?.replace(goneId, keptId) ?? null,
      })
      .where(eq(enrollment.id, id));
  }
  // What they waited for may have ended as a duplicate.
  await wakeParked(unit, blockedOn.contact(keptId), NO_LIMIT);
}

/**
 * Of one person's two entries into an automation the one that did something goes on or stands for both; where both did,
 * what is open waits for a person, who sees what went out. Whether the one of `row` may go on.
 */
async function settleDoubles(unit: Unit, row: EnrollmentRow, keptId: string): Promise<boolean> {
  const here = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, keptId), eq(enrollment.automationId, row.automationId)));
  const ids = here.map(({ id }) => id);
  if (ids.length > 0 && !(await didSomething(unit, row))) return false;
  let others = false;
  for (const id of ids) {
    const mine = await enrollmentById(unit.tx, id);
    const did = await didSomething(unit, mine);
    others ||= did;
    if (mine.endedAt !== null) continue;
    if (!did) await endAsDuplicate(unit, mine);
    else if (mine.status !== 'paused') await applyEvent(unit, id, { type: 'paused', reason: 'same_person' });
  }
  return !others && !(await isElsewhere(unit, row, keptId));
}

/** Under way in another automation that must not be shared. */
async function isElsewhere(unit: Unit, row: EnrollmentRow, keptId: string): Promise<boolean> {
  if (row.live === 0 || (await mayShare(unit, row))) return false;
  const elsewhere = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, keptId), isLive))
    .limit(1);
  return elsewhere.length > 0;
}

/** Whether the workspace lets several automations have one contact. */
async function mayShare(unit: Unit, { workspaceId }: EnrollmentRow): Promise<boolean> {
  const settings = await rowsOf(unit.tx).get(shapes.workspace, workspaceId);
  return settings?.manyAutomations ?? false;
}

async function endAsDuplicate(unit: Unit, row: EnrollmentRow): Promise<void> {
  if (row.live === 1) await applyEvent(unit, row.id, { type: 'duplicate' });
  else await endBeforeStart(unit, row, 'duplicate', 'duplicate');
}

async function freeRotation(unit: Unit, row: EnrollmentRow, keptId: string): Promise<number> {
  const rows = await unit.tx
    .select({ rotation: enrollment.rotation })
    .from(enrollment)
    .where(
      and(
        eq(enrollment.automationId, row.automationId),
        eq(enrollment.contactId, keptId),
        ne(enrollment.id, row.id),
      ),
    );
  const taken = new Set(rows.map(({ rotation }) => rotation));
  // A second entry that did nothing leaves the first one to the contact that is kept.
  const first = row.status === 'duplicate' && !(await didSomething(unit, row)) ? 2 : row.rotation;
  return taken.has(first) ? Math.max(...taken) + 1 : first;
}

async function didSomething(unit: Unit, { id }: EnrollmentRow): Promise<boolean> {
  await bringBack(unit, id);
  const rows = await unit.tx
    .select({ id: task.id })
    .from(task)
    .where(
      and(
        eq(task.enrollmentId, id),
        ne(task.nodeId, ENRICHMENT_NODE),
        inArray(task.state, ['committing', 'unknown', 'done']),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

async function note(unit: Unit, kept: ContactRow, gone: ContactRow): Promise<void> {
  const { workspaceId } = kept;
  await appendEvent(unit, {
    workspaceId,
    type: 'merged',
    dedupeKey: `merged:${gone.id}`,
    contactId: kept.id,
    data: { from: gone.id },
  });
  await unit.tx.insert(audit).values({
    id: unit.newId(),
    workspaceId,
    actor: 'system',
    action: 'contact.merged',
    entity: 'contact',
    entityId: kept.id,
    at: unit.real,
    data: { from: gone.id },
  });
  for (const id of [kept.id, gone.id]) publish(unit, workspaceId, 'contact', id);
}
