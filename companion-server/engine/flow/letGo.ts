import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { cancelEnrichment } from './enrollmentDecisions.ts';
import { applyEvent } from './interpret.ts';

const { enrollment } = schema;

type Because = 'stoplisted' | 'unsubscribed';

/**
 * Nothing goes to this contact any more: every automation lets go of them, also those outside which they wait. An opt-out
 * counts in what ended before, too.
 */
export async function letGo(unit: Unit, contactId: string, because: Because): Promise<void> {
  const rows = await unit.tx.select().from(enrollment).where(eq(enrollment.contactId, contactId));
  for (const row of rows) await letGoIn(unit, row, because);
}

/** The same in one automation. */
export async function letGoIn(unit: Unit, row: EnrollmentRow, because: Because): Promise<void> {
  if (row.endedAt !== null && because === 'stoplisted') return;
  if (row.endedAt === null && row.live === 0) await cancelEnrichment(unit, row);
  await applyEvent(unit, row.id, { type: because });
}
