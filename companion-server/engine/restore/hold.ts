import { and, eq, gte, inArray, isNotNull, max, sql } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { findHold, liftHold, setHold } from '../holds/holds.ts';
import { isInFlight, isPendingWebhook } from '../predicates.ts';
import { taskById } from '../rows.ts';
import { markUnknown, requeue } from '../steps/tasks.ts';
import { endWebhook, NOT_REPEATED } from '../steps/webhooks.ts';
import { doubtAnswers, doubtEmails, dropDueSystemMail } from './doubt.ts';

const { channel, device, event, task, webhookDelivery, workspace } = schema;

/** Above every fence that was given out after the backup: devices must not take a new claim for one of those. */
const FENCES_AHEAD = 1000;

/**
 * The database is an older copy of itself: whatever it holds as open may have been done since. Nothing moves in any
 * workspace until it is known what was done, and a person says so.
 */
export async function holdRestored(unit: Unit): Promise<void> {
  await endFlights(unit);
  await doubtEmails(unit);
  await doubtAnswers(unit);
  await dropDueSystemMail(unit);
  await unit.tx
    .update(task)
    .set({ fence: sql`${task.fence} + ${FENCES_AHEAD}` })
    .where(inArray(task.state, ['ready', 'scheduled', 'waiting_approval']));
  const pending = await unit.tx.select().from(webhookDelivery).where(isPendingWebhook);
  for (const row of pending) await endWebhook(unit, row, 'failed', NOT_REPEATED);
  for (const { id } of await unit.tx.select({ id: workspace.id }).from(workspace)) await hold(unit, id);
}

/** What was being committed may have happened; what was only claimed goes back behind the hold. */
async function endFlights(unit: Unit): Promise<void> {
  for (const { id } of await unit.tx.select({ id: task.id }).from(task).where(isInFlight)) {
    const row = await taskById(unit.tx, id);
    if (row.state === 'claimed') await requeue(unit, row, unit.now, null);
    else await markUnknown(unit, row, 'It was under way when the backup was made.');
  }
}

async function hold(unit: Unit, workspaceId: string): Promise<void> {
  const [last] = await unit.tx
    .select({ at: max(event.at) })
    .from(event)
    .where(eq(event.workspaceId, workspaceId));
  await unit.tx
    .update(workspace)
    .set({ restoredAt: unit.now, restoredFrom: last?.at ?? unit.now })
    .where(eq(workspace.id, workspaceId));
  const key = {
    workspaceId,
    scope: 'workspace',
    scopeId: workspaceId,
    reason: 'restored_from_backup',
  } as const;
  // Restored once more before it was reconciled: what was read until then does not count.
  const before = await findHold(unit.tx, key);
  await liftHold(unit, key, 'system');
  await passUnpaired(unit, workspaceId, before?.since ?? null);
  await setHold(unit, { ...key, by: 'system' });
  await unit.tx
    .update(channel)
    .set({ reconcileFrom: unit.now, sentReadAt: null, sentAskedAt: null, watchRetryAt: null })
    .where(eq(channel.workspaceId, workspaceId));
}

/**
 * A browser that was unpaired when the backup was made has done nothing since: it counts as having told so. Not one that
 * was unpaired, without having told, under the hold of an earlier restore.
 */
async function passUnpaired(unit: Unit, workspaceId: string, heldSince: number | null): Promise<void> {
  const told = heldSince === null ? undefined : gte(device.journalReadAt, heldSince);
  await unit.tx
    .update(device)
    .set({ journalReadAt: unit.now, journalFrom: null })
    .where(and(eq(device.workspaceId, workspaceId), isNotNull(device.revokedAt), told));
}
