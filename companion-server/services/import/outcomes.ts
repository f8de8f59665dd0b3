import { sql } from 'drizzle-orm';
import type { Tx } from '../../db/index.ts';
import { isStoplistedSql } from '../contact/view.ts';
import type { RowOutcome } from './plan.ts';

/** How many rows came to what. */
export function countOutcomes(outcomes: readonly RowOutcome[]) {
  const of = (wanted: RowOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  return {
    added: of('added'),
    updated: of('updated'),
    duplicates: of('duplicate'),
    rejected: of('rejected'),
  };
}

/** They are imported, and the row, from this one on, says that nothing will be sent to them. Returns how many. */
export async function flagStoplisted(tx: Tx, importId: string, fromRow: number): Promise<number> {
  const flagged = await tx.all<{ row: number }>(sql`UPDATE contact_import_row
    SET reason = coalesce(reason || '; ', '') || 'on the stoplist: nothing will be sent'
    WHERE import_id = ${importId} AND row >= ${fromRow} AND contact_id IS NOT NULL
      AND EXISTS (SELECT 1 FROM contact WHERE contact.id = contact_import_row.contact_id AND ${isStoplistedSql} = 1)
    RETURNING row`);
  return flagged.length;
}
