import { and, asc, count, eq, ne, sql } from 'drizzle-orm';
import type { MemberView } from '#shared/contract/member.ts';
import { memberRole } from '#shared/contract/workspace.ts';
import type { Role } from '../../auth/membership.ts';
import { type Queryable, schema, type Tx } from '../../db/index.ts';
import { giveSender as give, ownerLeft } from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notAllowed, notFound, Refusal } from '../refusal.ts';
import { requireOwner, senderToManage } from '../scope.ts';

const { member, user } = schema;

type Member = typeof member.$inferSelect;

/** Members of the workspace, with their roles and how many sender profiles they have. */
export async function listMembers(call: MemberCall): Promise<{ items: MemberView[] }> {
  const rows = await call.db.reader
    .select({
      userId: member.userId,
      role: member.role,
      name: user.name,
      email: user.email,
      senders: sql<number>`(SELECT count(*) FROM sender s WHERE s.workspace_id = ${member.organizationId}
        AND s.owner_user_id = ${member.userId} AND s.state <> 'deleted')`,
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(eq(member.organizationId, call.workspaceId))
    .orderBy(asc(member.userId));
  return { items: rows.map((row) => ({ ...row, role: memberRole.catch('rep').parse(row.role) })) };
}

/** Whether the caller still is one. */
export async function isMember(call: MemberCall): Promise<boolean> {
  return (await memberOf(call.db.reader, call, call.actor.userId)) !== null;
}

/** What a member may do from the next request on. */
export async function setRole(call: MemberCall, userId: string, role: Role): Promise<void> {
  requireOwner(call);
  await call.db.write(async (tx) => {
    const row = await memberOf(tx, call, userId);
    if (!row) throw notFound('member');
    if (row.role === role) return;
    if (row.role === 'owner') await requireAnotherOwner(tx, row);
    await tx.update(member).set({ role }).where(eq(member.id, row.id));
    const data = { from: row.role, to: role };
    await audit(tx, call, { action: 'member.role_changed', entity: 'member', entityId: userId, data });
  });
}

/** What was paired and sent in their name ends in the transaction that ends the membership. */
export async function removeMember(call: MemberCall, userId: string): Promise<void> {
  requireOwner(call);
  await call.db.write(async (tx) => {
    const row = await memberOf(tx, call, userId);
    if (!row) throw notFound('member');
    await end(tx, call, row, 'member.removed');
  });
}

/** One's own membership. */
export async function leaveWorkspace(call: MemberCall): Promise<void> {
  await call.db.write(async (tx) => {
    const row = await memberOf(tx, call, call.actor.userId);
    if (!row) throw notFound('member');
    await end(tx, call, row, 'member.left');
  });
}

/** Another member becomes the owner of a sender profile; a hold for want of an owner lifts. */
export async function giveSender(call: MemberCall, senderId: string, userId: string): Promise<void> {
  await call.db.write(async (tx) => {
    const row = await senderToManage(tx, call, senderId);
    const isTheirs = row.ownerUserId === call.actor.userId;
    // The account and its messages are the rep's: nobody takes them while the rep is there to be asked.
    if (!isTheirs && (await memberOf(tx, call, row.ownerUserId))) {
      throw notAllowed(
        'Only its owner gives away a sender profile, as long as they are a member.',
        'Ask the owner.',
      );
    }
    if (!(await memberOf(tx, call, userId))) {
      throw invalid('userId', 'no_member', 'This person is no member of the workspace.', 'Choose a member.');
    }
    if (row.ownerUserId === userId) return;
    await give(unitOf(call, tx), row, userId, call.actor.id);
    await audit(tx, call, {
      action: 'sender.given',
      entity: 'sender',
      entityId: senderId,
      data: { from: row.ownerUserId, to: userId },
    });
  });
}

async function memberOf(q: Queryable, call: Call, userId: string): Promise<Member | null> {
  const rows = await q
    .select()
    .from(member)
    .where(and(eq(member.organizationId, call.workspaceId), eq(member.userId, userId)));
  return rows[0] ?? null;
}

async function end(tx: Tx, call: MemberCall, row: Member, action: string): Promise<void> {
  if (row.role === 'owner') await requireAnotherOwner(tx, row);
  await tx.delete(member).where(eq(member.id, row.id));
  const senders = await ownerLeft(unitOf(call, tx), { ...call, userId: row.userId }, call.actor.id);
  await audit(tx, call, { action, entity: 'member', entityId: row.userId, data: { senders } });
}

async function requireAnotherOwner(tx: Tx, row: Member): Promise<void> {
  const [others] = await tx
    .select({ n: count() })
    .from(member)
    .where(
      and(
        eq(member.organizationId, row.organizationId),
        eq(member.role, 'owner'),
        ne(member.userId, row.userId),
      ),
    );
  if ((others?.n ?? 0) > 0) return;
  throw new Refusal(
    409,
    'last_owner',
    'A workspace has at least one owner, and this is the last one.',
    'Invite somebody as an owner first, or make a member one.',
  );
}
