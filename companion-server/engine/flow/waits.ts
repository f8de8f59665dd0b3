import { and, eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { isLive } from '../predicates.ts';

const { cursor, enrollment } = schema;

/** A read succeeded: waits whose deadline passed look again, in the wake stage's small batches. */
export async function wakeAfterRead(unit: Unit, senderId: string): Promise<void> {
  const live = unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.senderId, senderId), isLive));
  await unit.tx
    .update(cursor)
    .set({ wakeAt: unit.now })
    .where(and(inArray(cursor.enrollmentId, live), eq(cursor.waitsFor, 'fresh_read')));
}
