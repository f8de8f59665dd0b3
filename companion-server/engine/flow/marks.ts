import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { EventType } from '#shared/statuses/engine.ts';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { noteEvent } from '../record.ts';
import { feed } from '../wayIn/feed.ts';

const { contactTag, list, listMember, tag } = schema;

/** Who asks for a change of a contact: a person, or a step of an automation. */
export interface Cause {
  workspaceId: string;
  enrollmentId?: string;
  automationId?: string;
  nodeId?: string;
}

/** Labels contacts; those who did not have the tag yet enter what it feeds. False: there is no such tag. */
export async function addTag(
  unit: Unit,
  cause: Cause,
  tagId: string,
  contactIds: readonly string[],
): Promise<boolean> {
  const { workspaceId } = cause;
  if (!(await exists(unit, tag, workspaceId, tagId))) return false;
  const added = await unit.tx
    .insert(contactTag)
    .select(marked(unit, workspaceId, tagId, contactIds))
    .onConflictDoNothing()
    .returning({ contactId: contactTag.contactId });
  await note(unit, cause, 'tag_added', tagId, added);
  await feed(unit, { tagId }, idsOf(added));
  return true;
}

/** Takes a label off. What it fed goes on. */
export async function removeTag(
  unit: Unit,
  cause: Cause,
  tagId: string,
  contactIds: readonly string[],
): Promise<boolean> {
  if (!(await exists(unit, tag, cause.workspaceId, tagId))) return false;
  const removed = await unit.tx
    .delete(contactTag)
    .where(and(eq(contactTag.tagId, tagId), isAmong(contactTag.contactId, contactIds)))
    .returning({ contactId: contactTag.contactId });
  await note(unit, cause, 'tag_removed', tagId, removed);
  return true;
}

/** Puts contacts into a list; those who are new there enter what it feeds. False: there is no such list. */
export async function addToList(
  unit: Unit,
  cause: Cause,
  listId: string,
  contactIds: readonly string[],
): Promise<boolean> {
  const { workspaceId } = cause;
  if (!(await exists(unit, list, workspaceId, listId))) return false;
  const added = await unit.tx
    .insert(listMember)
    .select(marked(unit, workspaceId, listId, contactIds))
    .onConflictDoNothing()
    .returning({ contactId: listMember.contactId });
  await countMembers(unit, listId, added.length);
  await note(unit, cause, 'list_added', listId, added);
  await feed(unit, { listId }, idsOf(added));
  return true;
}

/** Takes contacts out of a list. What it fed goes on. */
export async function removeFromList(
  unit: Unit,
  cause: Cause,
  listId: string,
  contactIds: readonly string[],
): Promise<boolean> {
  if (!(await exists(unit, list, cause.workspaceId, listId))) return false;
  const removed = await unit.tx
    .delete(listMember)
    .where(and(eq(listMember.listId, listId), isAmong(listMember.contactId, contactIds)))
    .returning({ contactId: listMember.contactId });
  await countMembers(unit, listId, -removed.length);
  await note(unit, cause, 'list_removed', listId, removed);
  return true;
}

/** Rows of (mark, contact, workspace, time), however many, in one parameter. */
function marked(unit: Unit, workspaceId: string, markId: string, contactIds: readonly string[]): SQL {
  return sql`SELECT ${markId}, value, ${workspaceId}, ${unit.now} FROM json_each(${JSON.stringify(contactIds)}) WHERE true`;
}

function isAmong(
  column: typeof contactTag.contactId | typeof listMember.contactId,
  contactIds: readonly string[],
): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(contactIds)}))`;
}

async function exists(
  unit: Unit,
  table: typeof tag | typeof list,
  workspaceId: string,
  id: string,
): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.workspaceId, workspaceId), eq(table.id, id)));
  return rows.length > 0;
}

async function countMembers(unit: Unit, listId: string, change: number): Promise<void> {
  if (change === 0) return;
  await unit.tx
    .update(list)
    .set({ memberCount: sql`${list.memberCount} + ${change}` })
    .where(eq(list.id, listId));
}

async function note(
  unit: Unit,
  cause: Cause,
  type: EventType,
  markId: string,
  changed: readonly { contactId: string }[],
): Promise<void> {
  for (const { contactId } of changed) {
    noteEvent(unit, {
      ...cause,
      type,
      contactId,
      dedupeKey: `${type}:${markId}:${contactId}:${unit.newId()}`,
      data: { markId },
    });
  }
}

function idsOf(rows: readonly { contactId: string }[]): string[] {
  return rows.map(({ contactId }) => contactId);
}
