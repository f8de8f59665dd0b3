import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import type { z } from 'zod';
import { type FailedWebhook, WEBHOOKS_AT_ONCE, type webhookRoutes } from '#shared/contract/webhook.ts';
import type { HomeView } from '#shared/contract/workspace.ts';
import { schema } from '../../db/index.ts';
import { isFailedWebhook } from '../../engine/predicates.ts';
import { contactName } from '../contact/view.ts';
import { audit, type MemberCall } from '../context.ts';
import { decodeCursor, idKey, pageOf } from '../page.ts';
import { isManager, requireManager } from '../scope.ts';

const { automation, contact, webhookDelivery } = schema;

/** Counted at most on Home. */
const COUNTED = 100;

const failedOf = ({ workspaceId }: MemberCall) =>
  and(eq(webhookDelivery.workspaceId, workspaceId), isFailedWebhook);

/** Calls of Webhook nodes that were given up, newest first. */
export async function failedWebhooks(call: MemberCall, query: z.output<typeof webhookRoutes.failed.query>) {
  requireManager(call);
  const before = decodeCursor(query.cursor, idKey);
  const rows = await call.db.reader
    .select({ delivery: webhookDelivery, contact, automationName: automation.name })
    .from(webhookDelivery)
    .leftJoin(contact, eq(contact.id, webhookDelivery.contactId))
    .leftJoin(automation, eq(automation.id, webhookDelivery.automationId))
    .where(and(failedOf(call), before ? lt(webhookDelivery.id, before[0]) : undefined))
    .orderBy(desc(webhookDelivery.id))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    ({ delivery }) => [delivery.id],
    ({ delivery, contact: person, automationName }): FailedWebhook => ({
      id: delivery.id,
      contactId: delivery.contactId,
      contactName: person ? contactName(person) : 'Removed contact',
      automationId: delivery.automationId,
      automationName: automationName ?? 'Removed automation',
      host: URL.canParse(delivery.url) ? new URL(delivery.url).host : delivery.url,
      answer: delivery.answer,
      attempts: delivery.attempts,
      failedAt: delivery.finishedAt ?? 0,
    }),
  );
}

/** A manager has them made again, with all waits before them, or leaves them. */
export async function decideWebhooks(
  call: MemberCall,
  { action, ids }: z.output<typeof webhookRoutes.decide.body>,
): Promise<{ decided: number }> {
  requireManager(call);
  const now = call.clocks.lease.now();
  return await call.db.write(async (tx) => {
    const found = await tx
      .select({ id: webhookDelivery.id })
      .from(webhookDelivery)
      .where(and(failedOf(call), ids ? inArray(webhookDelivery.id, ids) : undefined))
      .orderBy(desc(webhookDelivery.id))
      .limit(WEBHOOKS_AT_ONCE);
    if (found.length === 0) return { decided: 0 };
    await tx
      .update(webhookDelivery)
      .set(
        action === 'retry'
          ? { state: 'pending', attempts: 0, nextAt: now, finishedAt: null }
          : { state: 'left' },
      )
      .where(
        inArray(
          webhookDelivery.id,
          found.map(({ id }) => id),
        ),
      );
    await audit(tx, call, {
      action: action === 'retry' ? 'webhook.retried' : 'webhook.left',
      entity: 'workspace',
      entityId: call.workspaceId,
      data: { deliveries: found.length },
    });
    return { decided: found.length };
  });
}

/** On Home: what another system should have been told and was not. */
export async function webhookActions(call: MemberCall): Promise<HomeView['actions']> {
  if (!isManager(call)) return [];
  const rows = await call.db.reader
    .select({ answer: webhookDelivery.answer })
    .from(webhookDelivery)
    .where(failedOf(call))
    .orderBy(desc(webhookDelivery.id))
    .limit(COUNTED + 1);
  const [last] = rows;
  if (!last) return [];
  const count = rows.length > COUNTED ? `More than ${COUNTED}` : String(rows.length);
  return [
    {
      id: 'webhooks',
      severity: 'orange',
      title: `${count} webhook ${rows.length === 1 ? 'call' : 'calls'} failed`,
      detail: `The receiving system was not told about these contacts; the last answer was: ${last.answer ?? 'none'}. Try again or leave them.`,
      href: '/webhooks',
    },
  ];
}
