import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { appendEvent } from '../record.ts';

const { webhookDelivery } = schema;

export type WebhookDelivery = typeof webhookDelivery.$inferSelect;

/** The answer of one that may have been made before a restore. */
export const NOT_REPEATED =
  'Not repeated: the server was restored from a backup, and it may have been made since.';

/** How the call of a Webhook node ended; its contact's log says so. `answer`: a status code, or why there was none. */
export async function endWebhook(
  unit: Unit,
  row: WebhookDelivery,
  state: 'delivered' | 'failed' | 'left',
  answer: string,
): Promise<void> {
  await unit.tx
    .update(webhookDelivery)
    .set({ state, answer, finishedAt: unit.real })
    .where(eq(webhookDelivery.id, row.id));
  const { workspaceId, automationId, enrollmentId, contactId, nodeId } = row;
  await appendEvent(unit, {
    ...{ workspaceId, automationId, enrollmentId, contactId, nodeId },
    type: state === 'delivered' ? 'webhook_delivered' : 'webhook_failed',
    // One that was tried again by hand may end in the same way once more.
    dedupeKey: `webhook:${row.id}:${unit.newId()}`,
    data: { detail: /^\d+$/.test(answer) ? `The receiving system answered ${answer}.` : answer },
  });
}
