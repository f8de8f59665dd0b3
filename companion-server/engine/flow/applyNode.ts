import { and, eq } from 'drizzle-orm';
import type { DataNode, NodeOf } from '#shared/automation/graph.ts';
import { segmentsOf } from '#shared/automation/segments.ts';
import { must, unreachable } from '#shared/kernel/assert.ts';
import type { EventType } from '#shared/statuses/engine.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { appendEvent, type EventData, publish } from '../record.ts';
import { isDoubted } from '../restore/doubt.ts';
import { contactById, enrollmentById, graphOf, senderById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { endWebhook, NOT_REPEATED } from '../steps/webhooks.ts';
import { enrollContacts } from '../wayIn/enroll.ts';
import { feedFiltered } from '../wayIn/feed.ts';
import { takeNextSender } from './changeSender.ts';
import { addTag, addToList, removeFromList, removeTag } from './marks.ts';
import { liftMissingData } from './missingData.ts';

const { automation, contact, dataStep, member, notification, webhookDelivery } = schema;

/**
 * Does what a data node says, in the transaction that reached it and once per visit: a contact that was moved back passes
 * what was done. Returns why the branch cannot go on, else null.
 */
export async function applyNode(
  unit: Unit,
  enrollmentId: string,
  node: DataNode,
  visit: number,
): Promise<string | null> {
  const row = await enrollmentById(unit.tx, enrollmentId);
  const step = { enrollmentId, nodeId: node.id, visit };
  if (await wasApplied(unit, step)) return null;
  const reason = await apply(unit, row, node);
  if (reason !== null) return reason;
  await unit.tx.insert(dataStep).values({ ...step, workspaceId: row.workspaceId, at: unit.now });
  return null;
}

async function wasApplied(
  unit: Unit,
  { enrollmentId, nodeId, visit }: Pick<typeof dataStep.$inferSelect, 'enrollmentId' | 'nodeId' | 'visit'>,
): Promise<boolean> {
  const rows = await unit.tx
    .select({ at: dataStep.at })
    .from(dataStep)
    .where(
      and(eq(dataStep.enrollmentId, enrollmentId), eq(dataStep.nodeId, nodeId), eq(dataStep.visit, visit)),
    );
  return rows.length > 0;
}

/** An archived automation does nothing more; what does not exist any more (a tag, a list, an automation) is recorded and passed. */
async function apply(unit: Unit, row: EnrollmentRow, node: DataNode): Promise<string | null> {
  const owner = await rowsOf(unit.tx).get(shapes.automation, row.automationId);
  if (owner?.status === 'archived') return null;
  const cause = {
    workspaceId: row.workspaceId,
    enrollmentId: row.id,
    automationId: row.automationId,
    nodeId: node.id,
  };
  switch (node.type) {
    case 'tag': {
      const change = node.config.action === 'add' ? addTag : removeTag;
      const found = await change(unit, cause, node.config.tagId, [row.contactId]);
      if (!found) await note(unit, row, node, 'node_passed', { reason: 'tag_missing' });
      return null;
    }
    case 'list': {
      const change = node.config.action === 'add' ? addToList : removeFromList;
      const found = await change(unit, cause, node.config.listId, [row.contactId]);
      if (!found) await note(unit, row, node, 'node_passed', { reason: 'list_missing' });
      return null;
    }
    case 'set_field':
      await setField(unit, row, node);
      return null;
    case 'change_sender':
      return (await takeNextSender(unit, row, node)) ? null : 'no_usable_sender';
    case 'enroll':
      await enrollElsewhere(unit, row, node);
      return null;
    case 'notify':
      await notify(unit, row, node);
      return null;
    case 'webhook':
      await queueWebhook(unit, row, node);
      return null;
    default:
      return unreachable(node);
  }
}

async function setField(unit: Unit, row: EnrollmentRow, node: NodeOf<'set_field'>): Promise<void> {
  const { field, value } = node.config;
  const before = await contactById(unit.tx, row.contactId);
  const [name] = field.split('custom:').slice(1);
  const change = name === undefined ? { [field]: value } : { custom: { ...before.custom, [name]: value } };
  await unit.tx
    .update(contact)
    .set({ ...change, updatedAt: unit.now })
    .where(eq(contact.id, row.contactId));
  await liftMissingData(unit, row.workspaceId, [row.contactId], 'system');
  if (field === 'title') await feedFiltered(unit, [before]);
  await note(unit, row, node, 'field_set', { field });
}

/** Enters by the other automation's first segment, once; who is active here waits as any other. */
async function enrollElsewhere(unit: Unit, row: EnrollmentRow, node: NodeOf<'enroll'>): Promise<void> {
  const [target] = await unit.tx
    .select()
    .from(automation)
    .where(and(eq(automation.workspaceId, row.workspaceId), eq(automation.id, node.config.automationId)));
  const versionId = target?.status === 'running' ? target.versionId : null;
  const [segment] = versionId === null ? [] : segmentsOf(await graphOf(unit.tx, versionId));
  const skipped = (reason: string) =>
    note(unit, row, node, 'enroll_skipped', { automationId: node.config.automationId, reason });
  if (!target || versionId === null || !segment) return await skipped('other_not_running');
  const started = { id: target.id, workspaceId: row.workspaceId, versionId };
  const entered = await enrollContacts(unit, started, segment.id, [row.contactId]);
  if (entered === 0) await skipped('was_there');
}

/** Tells the chosen member, else the rep who owns the sender profile, else the workspace's owners: whoever still is here. */
async function notify(unit: Unit, row: EnrollmentRow, node: NodeOf<'notify'>): Promise<void> {
  const userIds = await toNotify(unit, row, node);
  if (userIds.length === 0) await note(unit, row, node, 'node_passed', { reason: 'nobody_to_notify' });
  for (const userId of userIds) {
    const id = unit.newId();
    await unit.tx.insert(notification).values({
      id,
      workspaceId: row.workspaceId,
      userId,
      contactId: row.contactId,
      automationId: row.automationId,
      enrollmentId: row.id,
      nodeId: node.id,
      text: node.config.text,
      at: unit.now,
    });
    await note(unit, row, node, 'notified', { userId });
    publish(unit, row.workspaceId, 'notification', id);
  }
}

async function toNotify(unit: Unit, row: EnrollmentRow, { config }: NodeOf<'notify'>): Promise<string[]> {
  const sender = row.senderId === null ? null : await senderById(unit.tx, row.senderId);
  const inOrder = [
    config.memberId === null ? null : eq(member.id, config.memberId),
    sender && eq(member.userId, sender.ownerUserId),
    eq(member.role, 'owner'),
  ];
  for (const who of inOrder) {
    if (who === null) continue;
    const found = await unit.tx
      .select({ userId: member.userId })
      .from(member)
      .where(and(eq(member.organizationId, row.workspaceId), who));
    if (found.length > 0) return found.map(({ userId }) => userId);
  }
  return [];
}

/**
 * The call itself is made outside any transaction, by services/webhook. One that may have been made between a backup and
 * its restore is left to a person.
 */
async function queueWebhook(unit: Unit, row: EnrollmentRow, node: NodeOf<'webhook'>): Promise<void> {
  const rows = await unit.tx
    .insert(webhookDelivery)
    .values({
      id: unit.newId(),
      workspaceId: row.workspaceId,
      automationId: row.automationId,
      enrollmentId: row.id,
      contactId: row.contactId,
      nodeId: node.id,
      url: node.config.url,
      state: 'pending',
      nextAt: unit.real,
      createdAt: unit.real,
    })
    .returning();
  await note(unit, row, node, 'webhook_queued', {});
  if (await isDoubted(unit, row.id))
    await endWebhook(unit, must(rows[0], 'the delivery'), 'failed', NOT_REPEATED);
}

async function note(
  unit: Unit,
  row: EnrollmentRow,
  node: DataNode,
  type: EventType,
  data: EventData,
): Promise<void> {
  await appendEvent(unit, {
    workspaceId: row.workspaceId,
    type,
    dedupeKey: `${type}:${row.id}:${node.id}:${unit.newId()}`,
    contactId: row.contactId,
    enrollmentId: row.id,
    automationId: row.automationId,
    senderId: row.senderId,
    nodeId: node.id,
    data,
  });
}
