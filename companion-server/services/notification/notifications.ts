import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { notificationRoutes } from '#shared/contract/manualTask.ts';
import { schema } from '../../db/index.ts';
import { contactName } from '../contact/view.ts';
import { audit, type MemberCall } from '../context.ts';
import { decodeCursor, idKey, pageOf } from '../page.ts';
import { notFound } from '../refusal.ts';
import { fillIn } from '../task/manualTasks.ts';

const { automation, contact, notification } = schema;

/** Everybody sees only what was sent to them. */
function own(call: MemberCall) {
  return and(
    eq(notification.workspaceId, call.workspaceId),
    eq(notification.userId, call.actor.userId),
    isNull(notification.seenAt),
  );
}

/** What Notify steps told the caller, newest first. */
export async function listNotifications(
  call: MemberCall,
  query: z.output<typeof notificationRoutes.list.query>,
) {
  const before = decodeCursor(query.cursor, idKey);
  const rows = await call.db.reader
    .select({ row: notification, contact, automationName: automation.name })
    .from(notification)
    .innerJoin(contact, eq(contact.id, notification.contactId))
    .innerJoin(automation, eq(automation.id, notification.automationId))
    .where(and(own(call), before ? sql`${notification.id} < ${before[0]}` : undefined))
    .orderBy(desc(notification.id))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    ({ row }) => [row.id],
    ({ row, contact: person, automationName }) => ({
      id: row.id,
      text: fillIn(row.text, person, call.actor.name),
      contactId: row.contactId,
      contactName: contactName(person),
      automationId: row.automationId,
      automationName,
      at: row.at ?? 0,
    }),
  );
}

/** It goes from the list and from Home. */
export async function markSeen(call: MemberCall, notificationId: string): Promise<void> {
  await call.db.write(async (tx) => {
    const rows = await tx
      .update(notification)
      .set({ seenAt: call.clocks.schedule.now() })
      .where(and(own(call), eq(notification.id, notificationId)))
      .returning({ id: notification.id });
    if (rows.length === 0) throw notFound('notice');
    await audit(tx, call, {
      action: 'notification.seen',
      entity: 'notification',
      entityId: notificationId,
    });
  });
}
