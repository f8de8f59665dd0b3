import { and, eq, isNull } from 'drizzle-orm';
import { schema } from '../db/index.ts';
import type { Unit } from './context.ts';
import { liftHold } from './holds.ts';

const { enrollment, hold } = schema;

/** The data of these contacts changed: what waited for it is rendered again. */
export async function contactsChanged(
  unit: Unit,
  workspaceId: string,
  contactIds: readonly string[],
  by: string,
): Promise<void> {
  const changed = new Set(contactIds);
  const waiting = await unit.tx
    .select({ enrollmentId: enrollment.id, contactId: enrollment.contactId })
    .from(hold)
    .innerJoin(enrollment, eq(enrollment.id, hold.scopeId))
    .where(
      and(
        eq(hold.workspaceId, workspaceId),
        isNull(hold.liftedAt),
        eq(hold.scope, 'enrollment'),
        eq(hold.reason, 'missing_data'),
      ),
    );
  for (const { enrollmentId, contactId } of waiting) {
    if (!changed.has(contactId)) continue;
    const key = { workspaceId, scope: 'enrollment' as const, scopeId: enrollmentId };
    await liftHold(unit, { ...key, reason: 'missing_data' }, by);
  }
}
