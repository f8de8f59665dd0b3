import { and, asc, eq, inArray } from 'drizzle-orm';
import { limits } from '#shared/kernel/limits.ts';
import { type Queryable, schema, type Tx } from '../../db/index.ts';
import { automationsNaming } from '../automation/uses.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { invalid, notFound, Refusal, tooMany } from '../refusal.ts';
import { requireManager } from '../scope.ts';

const { contactImport, list, listImport, listMember, sender } = schema;

/** The workspace's lists by name. */
export async function allLists(call: Call) {
  const rows = await call.db.reader
    .select({ id: list.id, name: list.name, memberCount: list.memberCount })
    .from(list)
    .where(eq(list.workspaceId, call.workspaceId))
    .orderBy(asc(list.name))
    .limit(limits.lists);
  return { items: rows };
}

async function findByName(tx: Tx, call: Call, name: string) {
  const rows = await tx
    .select()
    .from(list)
    .where(and(eq(list.workspaceId, call.workspaceId), eq(list.name, name)));
  return rows[0];
}

/** Managers only. Refuses with `name_taken`. */
export async function createList(call: MemberCall, name: string) {
  requireManager(call);
  return call.db.write(async (tx) => {
    if (await findByName(tx, call, name)) {
      throw invalid('name', 'name_taken', `There is a list "${name}" already.`, 'Choose another name.');
    }
    return { ...(await insertList(tx, call, name)), memberCount: 0 };
  });
}

/** The list of this name, made where it is missing: imports of one campaign may share a list. */
export async function listNamed(tx: Tx, call: Call, name: string): Promise<{ id: string; name: string }> {
  return (await findByName(tx, call, name)) ?? (await insertList(tx, call, name));
}

async function insertList(tx: Tx, call: Call, name: string) {
  const count = await tx.$count(list, eq(list.workspaceId, call.workspaceId));
  if (count >= limits.lists) throw tooMany('lists', count, 'Use one that is there.');
  const row = { id: call.newId(), name };
  await tx.insert(list).values({ ...row, workspaceId: call.workspaceId, createdAt: call.clocks.lease.now() });
  await audit(tx, call, { action: 'list.created', entity: 'list', entityId: row.id });
  return row;
}

/**
 * Deletes a list, not its contacts; a stopped import into it is over. Managers only. Refuses with `not_found`, and with
 * `list_in_use` while an automation that is not archived names it or LinkedIn is read into it.
 */
export async function deleteList(call: MemberCall, listId: string): Promise<void> {
  requireManager(call);
  await call.db.write(async (tx) => {
    const mine = and(eq(list.workspaceId, call.workspaceId), eq(list.id, listId));
    const [row] = await tx.select().from(list).where(mine);
    if (!row) throw notFound('list');
    const imports = await importsInto(tx, call, listId);
    const uses = await automationsNaming(tx, call, listId);
    if (imports.some(({ state }) => state === 'running'))
      uses.push('an import from LinkedIn that is running');
    if (uses.length > 0) {
      throw new Refusal(
        409,
        'list_in_use',
        `"${row.name}" is used in ${uses.join(', ')}.`,
        'Take it out of there, or end that, first.',
      );
    }
    for (const { id } of imports) {
      await tx.update(listImport).set({ state: 'done' }).where(eq(listImport.id, id));
    }
    await tx.delete(listMember).where(eq(listMember.listId, listId));
    await tx.delete(list).where(mine);
    const { name, memberCount } = row;
    await audit(tx, call, {
      action: 'list.deleted',
      entity: 'list',
      entityId: listId,
      data: { name, memberCount },
    });
  });
}

/** Imports from LinkedIn into a list that are not over. */
async function importsInto(q: Queryable, { workspaceId }: MemberCall, listId: string) {
  return await q
    .select({ id: listImport.id, state: listImport.state })
    .from(sender)
    .innerJoin(listImport, eq(listImport.senderId, sender.id))
    .innerJoin(contactImport, eq(contactImport.id, listImport.id))
    .where(
      and(
        eq(sender.workspaceId, workspaceId),
        eq(contactImport.listId, listId),
        inArray(listImport.state, ['running', 'stopped']),
      ),
    );
}
