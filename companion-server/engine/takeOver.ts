import { eq, inArray, sql } from 'drizzle-orm';
import { schema } from '../db/index.ts';
import { type EngineContext, unitOfWork } from './context.ts';
import { isInFlight } from './predicates.ts';

const { channel, leader, task } = schema;

/**
 * For the start of the one process a database file can have: whatever an earlier process led or was sending,
 * nobody does any more, so its leases end now instead of running out. What devices hold stays theirs.
 */
export function takeOver(ctx: EngineContext): Promise<void> {
  return unitOfWork(ctx, async ({ tx, real }) => {
    await tx.delete(leader);
    const mailboxes = tx.select({ id: channel.id }).from(channel).where(eq(channel.kind, 'email'));
    await tx
      .update(task)
      .set({ leaseUntil: real })
      .where(sql`${isInFlight} AND ${inArray(task.channelId, mailboxes)}`);
  });
}
