import { and, eq, exists, isNotNull, isNull, ne, not } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { holdWithoutOwner, ownerIsBack } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';

const { hold, member, sender } = schema;

const AT_ONCE = 100;

/**
 * Holds sender profiles whose owner is no member (a profile out of the recycle bin, a membership that ended before there
 * was a hold for it), and lifts the hold of those whose owner joined again.
 */
export async function settleOwners(services: Services): Promise<void> {
  const { reader } = services.db;
  const held = reader
    .select({ id: hold.id })
    .from(hold)
    .where(
      and(
        eq(hold.scope, 'sender'),
        eq(hold.scopeId, sender.id),
        eq(hold.reason, 'owner_left'),
        isNull(hold.liftedAt),
      ),
    );
  const find = (isMember: boolean) =>
    reader
      .select({ id: sender.id, workspaceId: sender.workspaceId })
      .from(sender)
      .leftJoin(
        member,
        and(eq(member.organizationId, sender.workspaceId), eq(member.userId, sender.ownerUserId)),
      )
      .where(
        and(
          ne(sender.state, 'deleted'),
          isMember ? isNotNull(member.id) : isNull(member.id),
          isMember ? exists(held) : not(exists(held)),
        ),
      )
      .limit(AT_ONCE);
  const [without, back] = [await find(false), await find(true)];
  if (without.length + back.length === 0) return;
  await services.db.write(async (tx) => {
    const unit = unitOf(services, tx);
    for (const row of without) await holdWithoutOwner(unit, row, 'system');
    for (const row of back) await ownerIsBack(unit, row, 'system');
  });
}
