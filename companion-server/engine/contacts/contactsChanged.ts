import { sql } from 'drizzle-orm';
import type { Unit } from '../context.ts';
import { tryToEnter } from '../flow/enrollmentDecisions.ts';
import { liftMissingData } from '../flow/missingData.ts';
import { stopRemembered } from '../restore/stops.ts';
import { enrollmentById } from '../rows.ts';
import type { Filtered } from '../wayIn/audience.ts';
import { feedFiltered } from '../wayIn/feed.ts';

const AT_ONCE = 1000;

/**
 * Data of these contacts, given as they were before, came from outside: what waited for it goes on, who waits before
 * entering because a person refused their LinkedIn link looks again, and whom a segment's filter admits now enters. It
 * decides about no answer.
 */
export async function contactsChanged(
  unit: Unit,
  workspaceId: string,
  before: readonly Filtered[],
  by: string,
): Promise<void> {
  const contactIds = before.map(({ id }) => id);
  for (let from = 0; from < contactIds.length; from += AT_ONCE) {
    const some = contactIds.slice(from, from + AT_ONCE);
    await stopRemembered(unit, workspaceId, some);
    await liftMissingData(unit, workspaceId, some, by);
    const outside = await unit.tx.all<{ id: string }>(
      sql`SELECT e.id AS id FROM json_each(${JSON.stringify(some)}) AS j
        CROSS JOIN enrollment e ON e.contact_id = j.value AND e.workspace_id = ${workspaceId}
          AND e.live = 0 AND e.status = 'paused' AND e.reason = 'link_refused'`,
    );
    for (const { id } of outside) await tryToEnter(unit, await enrollmentById(unit.tx, id));
  }
  await feedFiltered(unit, before);
}
