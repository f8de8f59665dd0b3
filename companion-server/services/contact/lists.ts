import { and, asc, eq } from 'drizzle-orm';
import { limits } from '#shared/kernel/limits.ts';
import { schema, type Tx } from '../../db/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { invalid, tooMany } from '../refusal.ts';
import { requireManager } from '../scope.ts';

const { list } = schema;

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
