import { and, asc, eq } from 'drizzle-orm';
import { limits } from '#shared/kernel/limits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { addTag, removeTag } from '../../engine/index.ts';
import { automationsNaming } from '../automation/uses.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notFound, Refusal, tooMany } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { contactOf } from './view.ts';

const { contactTag, tag } = schema;

/** The workspace's tags by name. */
export async function allTags(call: Call) {
  const items = await call.db.reader
    .select({ id: tag.id, name: tag.name })
    .from(tag)
    .where(eq(tag.workspaceId, call.workspaceId))
    .orderBy(asc(tag.name))
    .limit(limits.tags);
  return { items };
}

/** Managers only. Refuses with `name_taken`, and where there are too many. */
export async function createTag(call: MemberCall, name: string) {
  requireManager(call);
  return call.db.write(async (tx) => {
    const count = await tx.$count(tag, eq(tag.workspaceId, call.workspaceId));
    if (count >= limits.tags) throw tooMany('tags', count, 'Use one that is there.');
    const row = { id: call.newId(), name };
    const added = await tx
      .insert(tag)
      .values({ ...row, workspaceId: call.workspaceId, createdAt: call.clocks.lease.now() })
      .onConflictDoNothing()
      .returning({ id: tag.id });
    if (added.length === 0) {
      throw invalid('name', 'name_taken', `There is a tag "${name}" already.`, 'Choose another name.');
    }
    await audit(tx, call, { action: 'tag.created', entity: 'tag', entityId: row.id });
    return row;
  });
}

/**
 * Deletes a tag and takes it off everybody. Managers only. Refuses with `not_found`, and with `tag_in_use` while an
 * automation that is not archived names it.
 */
export async function deleteTag(call: MemberCall, tagId: string): Promise<void> {
  requireManager(call);
  await call.db.write(async (tx) => {
    const mine = and(eq(tag.workspaceId, call.workspaceId), eq(tag.id, tagId));
    const [row] = await tx.select({ name: tag.name }).from(tag).where(mine);
    if (!row) throw notFound('tag');
    const uses = await automationsNaming(tx, call, tagId);
    if (uses.length > 0) {
      throw new Refusal(
        409,
        'tag_in_use',
        `"${row.name}" is used in ${uses.join(', ')}.`,
        'Take it out of there first.',
      );
    }
    await tx.delete(contactTag).where(eq(contactTag.tagId, tagId));
    await tx.delete(tag).where(mine);
    await audit(tx, call, { action: 'tag.deleted', entity: 'tag', entityId: tagId, data: row });
  });
}

/** Reps label shared contacts as well as managers do. */
export function tagContact(call: MemberCall, contactId: string, tagId: string) {
  return change(call, contactId, tagId, 'contact.tagged', addTag);
}

/** Takes a tag off a contact. */
export function untagContact(call: MemberCall, contactId: string, tagId: string) {
  return change(call, contactId, tagId, 'contact.untagged', removeTag);
}

async function change(
  call: MemberCall,
  contactId: string,
  tagId: string,
  action: string,
  work: typeof addTag,
) {
  await call.db.write(async (tx) => {
    await contactOf(tx, call, contactId);
    if (!(await work(unitOf(call, tx), { workspaceId: call.workspaceId }, tagId, [contactId]))) {
      throw notFound('tag');
    }
    await audit(tx, call, { action, entity: 'contact', entityId: contactId, data: { tagId } });
  });
  return { items: await tagsOf(call.db.reader, contactId) };
}

/** The contact's tags by name. */
export async function tagsOf(q: Queryable, contactId: string) {
  return await q
    .select({ id: tag.id, name: tag.name })
    .from(contactTag)
    .innerJoin(tag, eq(tag.id, contactTag.tagId))
    .where(and(eq(contactTag.contactId, contactId), eq(tag.workspaceId, contactTag.workspaceId)))
    .orderBy(asc(tag.name));
}
