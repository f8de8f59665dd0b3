import { and, asc, eq } from 'drizzle-orm';
import { memberRole } from '#shared/contract/workspace.ts';
import { type Queryable, schema } from '../db/index.ts';

export type Role = 'owner' | 'manager' | 'rep';

/** Which workspace a user works in, and as what: the active one, else the one joined first. */
export async function membershipOf(
  db: Queryable,
  userId: string,
  activeWorkspaceId: string | null,
): Promise<{ workspaceId: string; role: Role } | null> {
  const { member } = schema;
  const rows = await db
    .select({ workspaceId: member.organizationId, role: member.role })
    .from(member)
    .where(
      activeWorkspaceId
        ? and(eq(member.userId, userId), eq(member.organizationId, activeWorkspaceId))
        : eq(member.userId, userId),
    )
    .orderBy(asc(member.createdAt))
    .limit(1);
  const row = rows[0];
  if (!row) return activeWorkspaceId ? membershipOf(db, userId, null) : null;
  // better-auth's own role names (admin, member) are never given out; treat what is unknown as the least.
  const role = memberRole.safeParse(row.role);
  return { workspaceId: row.workspaceId, role: role.success ? role.data : 'rep' };
}
