import { sql } from 'drizzle-orm';
import type { Unit } from './context.ts';
import { resumeEnrollment } from './enrollmentDecisions.ts';
import { liftHold } from './holds.ts';
import { enrollmentById } from './rows.ts';

const AT_ONCE = 1000;

/** The data of these contacts changed: what waited for it is rendered again. */
export async function contactsChanged(
  unit: Unit,
  workspaceId: string,
  contactIds: readonly string[],
  by: string,
): Promise<void> {
  for (let from = 0; from < contactIds.length; from += AT_ONCE) {
    const some = JSON.stringify(contactIds.slice(from, from + AT_ONCE));
    // By contact, whatever the number of holds in the workspace.
    const waiting = await unit.tx.all<{ id: string }>(
      sql`SELECT e.id AS id FROM json_each(${some}) AS j
        CROSS JOIN enrollment e ON e.contact_id = j.value AND e.workspace_id = ${workspaceId}
        CROSS JOIN hold h ON h.scope = 'enrollment' AND h.scope_id = e.id AND h.kind = ''
          AND h.reason = 'missing_data' AND h.lifted_at IS NULL`,
    );
    for (const { id: scopeId } of waiting) {
      await liftHold(unit, { workspaceId, scope: 'enrollment', scopeId, reason: 'missing_data' }, by);
    }
    const outside = await unit.tx.all<{ id: string }>(
      sql`SELECT e.id AS id FROM json_each(${some}) AS j
        CROSS JOIN enrollment e ON e.contact_id = j.value AND e.workspace_id = ${workspaceId}
          AND e.status = 'paused' AND e.reason = 'missing_data'`,
    );
    for (const { id } of outside) await resumeEnrollment(unit, await enrollmentById(unit.tx, id), by);
  }
}
