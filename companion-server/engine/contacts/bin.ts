import { and, eq, isNull, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { stopEnrollment } from '../flow/enrollmentDecisions.ts';
import { appendEvent } from '../record.ts';
import { contactById, enrollmentById } from '../rows.ts';
import { cancelTask } from '../steps/tasks.ts';

const { contact, contactBin, enrollment, list, listMember, retentionNotice, task } = schema;

/** How long a deleted contact can be restored. */
export const contactBinMs = 30 * DAY;

/** Into the recycle bin: all automations of the contact end, and nothing new begins. */
export async function binContact(
  unit: Unit,
  contactId: string,
  { by, reason }: { by: string; reason: 'person' | 'retention' },
): Promise<void> {
  const { workspaceId, deletedAt } = await contactById(unit.tx, contactId);
  if (deletedAt !== null) return;
  await endEverything(unit, contactId, 'contact_deleted');
  const listIds = await leaveLists(unit, contactId);
  await unit.tx
    .update(contact)
    .set({ deletedAt: unit.now, updatedAt: unit.now })
    .where(eq(contact.id, contactId));
  const times = { at: unit.now, eraseAt: unit.now + contactBinMs };
  await unit.tx.insert(contactBin).values({ contactId, workspaceId, by, reason, listIds, ...times });
  await unit.tx.delete(retentionNotice).where(eq(retentionNotice.contactId, contactId));
  await note(unit, contactId, 'contact_deleted', { reason });
}

/** Brings back the contact with its history and lists, never its steps. False: it is not in the bin. */
export async function unbinContact(unit: Unit, contactId: string): Promise<boolean> {
  const [bin] = await unit.tx.delete(contactBin).where(eq(contactBin.contactId, contactId)).returning();
  if (!bin) return false;
  await unit.tx
    .update(contact)
    .set({ deletedAt: null, retentionFrom: unit.now, updatedAt: unit.now })
    .where(eq(contact.id, contactId));
  for (const listId of bin.listIds) await joinList(unit, listId, contactId);
  await note(unit, contactId, 'contact_restored', {});
  return true;
}

/** Every automation of the contact ends; steps that are not in the middle of their effect are taken back. */
export async function endEverything(unit: Unit, contactId: string, reason: string): Promise<void> {
  const open = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, contactId), isNull(enrollment.endedAt)));
  for (const { id } of open) await stopEnrollment(unit, await enrollmentById(unit.tx, id), reason);
  const tasks = await unit.tx
    .select()
    .from(task)
    .where(and(eq(task.contactId, contactId), isNull(task.finishedAt)));
  for (const each of tasks) await cancelTask(unit, each, reason);
}

/** Leaves all lists, and gives which. */
export async function leaveLists(unit: Unit, contactId: string): Promise<string[]> {
  const rows = await unit.tx
    .delete(listMember)
    .where(eq(listMember.contactId, contactId))
    .returning({ listId: listMember.listId });
  for (const { listId } of rows) await countMember(unit, listId, -1);
  return rows.map(({ listId }) => listId);
}

async function joinList(unit: Unit, listId: string, contactId: string): Promise<void> {
  const [known] = await unit.tx
    .select({ workspaceId: list.workspaceId })
    .from(list)
    .where(eq(list.id, listId));
  if (!known) return;
  await unit.tx
    .insert(listMember)
    .values({ listId, contactId, workspaceId: known.workspaceId, addedAt: unit.real });
  await countMember(unit, listId, 1);
}

async function countMember(unit: Unit, listId: string, by: 1 | -1): Promise<void> {
  await unit.tx
    .update(list)
    .set({ memberCount: sql`max(0, ${list.memberCount} + ${by})` })
    .where(eq(list.id, listId));
}

async function note(
  unit: Unit,
  contactId: string,
  type: 'contact_deleted' | 'contact_restored',
  data: Record<string, string>,
): Promise<void> {
  const { workspaceId } = await contactById(unit.tx, contactId);
  const dedupeKey = `${type}:${contactId}:${unit.newId()}`;
  await appendEvent(unit, { workspaceId, type, dedupeKey, contactId, data });
}
