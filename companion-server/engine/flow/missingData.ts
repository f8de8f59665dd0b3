import { sql } from 'drizzle-orm';
import type { Unit } from '../context.ts';
import { liftHold } from '../holds/holds.ts';

/** The data of these contacts changed: steps that waited for it are rendered again. At most a thousand contacts. */
export async function liftMissingData(
  unit: Unit,
  workspaceId: string,
  contactIds: readonly string[],
  by: string,
): Promise<void> {
  // By contact, whatever the number of holds in the workspace.
  const waiting = await unit.tx.all<{ id: string }>(
    sql`SELECT e.id AS id FROM json_each(${JSON.stringify(contactIds)}) AS j
      CROSS JOIN enrollment e ON e.contact_id = j.value AND e.workspace_id = ${workspaceId}
      CROSS JOIN hold h ON h.scope = 'enrollment' AND h.scope_id = e.id AND h.kind = ''
        AND h.reason = 'missing_data' AND h.lifted_at IS NULL`,
  );
  for (const { id: scopeId } of waiting) {
    await liftHold(unit, { workspaceId, scope: 'enrollment', scopeId, reason: 'missing_data' }, by);
  }
}
