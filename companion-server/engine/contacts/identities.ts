import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';

const { contactIdentity } = schema;

export type IdentityKind = typeof contactIdentity.$inferSelect.kind;

/** The contact that has this identifier, if any. */
export async function ownerOf(
  unit: Unit,
  workspaceId: string,
  kind: IdentityKind,
  value: string,
): Promise<string | null> {
  const rows = await unit.tx
    .select({ contactId: contactIdentity.contactId })
    .from(contactIdentity)
    .where(
      and(
        eq(contactIdentity.workspaceId, workspaceId),
        eq(contactIdentity.kind, kind),
        eq(contactIdentity.value, value),
      ),
    );
  return rows[0]?.contactId ?? null;
}
