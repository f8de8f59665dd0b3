import { sql } from 'drizzle-orm';
import type { EnrollmentRow, TaskRow, Unit } from '../context.ts';
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
  for (const { id } of waiting) await needsNoData(unit, { id, workspaceId }, by);
}

/** Nothing is missing for this enrollment any more; a step that lacks something still says so when it is rendered. */
export async function needsNoData(
  unit: Unit,
  { id: scopeId, workspaceId }: Pick<EnrollmentRow, 'id' | 'workspaceId'>,
  by = 'system',
): Promise<void> {
  await liftHold(unit, { workspaceId, scope: 'enrollment', scopeId, reason: 'missing_data' }, by);
}

/** The step waits for what its text lacks. */
export function isWithoutData({ state, reason, blockedOn }: TaskRow): boolean {
  return state === 'scheduled' && reason === 'missing_data' && blockedOn !== null;
}
