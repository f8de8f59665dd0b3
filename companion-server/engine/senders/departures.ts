import { and, asc, eq, inArray, isNull, lte, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from '../context.ts';
import { stopEnrollment } from '../flow/enrollmentDecisions.ts';
import { hasLiveEnrollments } from '../inbound/watches.ts';
import { isAssigned, isLive, isOpenHousekeeping } from '../predicates.ts';
import { publish } from '../record.ts';
import { endEach } from '../setAside.ts';
import { cancelTask, WITHDRAWAL_NODE } from '../steps/tasks.ts';
import { askAdmission } from '../wayIn/slots.ts';
import { releaseAccount, returnAccount } from './accounts.ts';
import { distributionChanged, isLeaving, senderUsabilityChanged } from './automationSenders.ts';

const { channel, device, enrollment, mailbox, sender, senderExit, task } = schema;

type Exit = typeof senderExit.$inferSelect;

/** How long a deleted sender profile can be restored. */
export const binMs = 30 * DAY;

/** *Finish*: its channels stay connected, nothing new is assigned; it is deleted when its last task ends. */
export async function retireSender(unit: Unit, senderId: string): Promise<void> {
  await unit.tx.update(sender).set({ state: 'retiring' }).where(eq(sender.id, senderId));
  await handOn(unit, senderId);
  await senderUsabilityChanged(unit, senderId);
  await announce(unit, senderId);
}

/**
 * Whoever still waits outside goes to another sender: what they wait for is not this one, unless it must be connected to
 * them. Who comes back in the middle of their way goes on with this one. One whose profile it reads right now follows
 * when that is over.
 */
async function handOn(unit: Unit, senderId: string): Promise<void> {
  const { blockedOn } = enrollment;
  const handed = await unit.tx
    .update(enrollment)
    .set({
      senderId: null,
      blockedOn: sql`CASE WHEN ${blockedOn} >= 'connection:' AND ${blockedOn} < 'connection;' THEN NULL ELSE ${blockedOn} END`,
    })
    .where(
      and(
        eq(enrollment.senderId, senderId),
        isAssigned,
        sql`${enrollment.visited} = '[]'`,
        sql`(${blockedOn} IS NULL OR ${blockedOn} < 'enrichment:' OR ${blockedOn} >= 'enrichment;')`,
      ),
    )
    .returning({ automationId: enrollment.automationId, workspaceId: enrollment.workspaceId });
  const automations = new Map(handed.map((row) => [row.automationId, row.workspaceId]));
  for (const [automationId, workspaceId] of automations) await askAdmission(unit, automationId, workspaceId);
}

/** *Cancel*: both channels disconnect at once; its enrollments end in the next rounds of the engine. */
export async function deleteSender(unit: Unit, senderId: string): Promise<void> {
  const [row] = await unit.tx
    .update(sender)
    .set({ state: 'deleted', deletedAt: unit.now })
    .where(eq(sender.id, senderId))
    .returning({ workspaceId: sender.workspaceId });
  if (!row) return;
  const channels = await channelsOf(unit, senderId);
  await cancelWithdrawals(
    unit,
    channels.map(({ id }) => id),
  );
  for (const each of channels) await releaseAccount(unit, each);
  await unit.tx
    .insert(senderExit)
    .values({ senderId, workspaceId: row.workspaceId, reason: 'sender_deleted', at: unit.now })
    .onConflictDoNothing();
  await senderUsabilityChanged(unit, senderId);
  await announce(unit, senderId);
}

/** The invitations may be of contacts that are through: no enrollment that ends takes these steps back. */
async function cancelWithdrawals(unit: Unit, channelIds: string[]): Promise<void> {
  const open = await unit.tx
    .select()
    .from(task)
    .where(and(inArray(task.channelId, channelIds), isOpenHousekeeping));
  for (const each of open) {
    if (each.nodeId.startsWith(WITHDRAWAL_NODE)) await cancelTask(unit, each, 'sender_deleted');
  }
}

export type RestoreRefusal = 'purged' | 'still_leaving';

/** Brings back profile and history, never tasks. Its accounts come back where nobody else took them meanwhile. */
export async function restoreSender(unit: Unit, senderId: string): Promise<RestoreRefusal | null> {
  const [row] = await unit.tx.select().from(sender).where(eq(sender.id, senderId));
  if (!row || row.purgedAt !== null) return 'purged';
  if (await isLeaving(unit, senderId, null)) return 'still_leaving';
  await unit.tx.update(sender).set({ state: 'active', deletedAt: null }).where(eq(sender.id, senderId));
  for (const each of await channelsOf(unit, senderId)) await returnAccount(unit, each);
  await senderUsabilityChanged(unit, senderId);
  await announce(unit, senderId);
  return null;
}

/** The engine's stage: enrollments of leaving senders end, retired ones are deleted, the bin is emptied. */
export async function departures(ctx: EngineContext, limit: number): Promise<boolean> {
  const canceled = await cancelLeaving(ctx, limit);
  await deleteRetired(ctx);
  await purgeBin(ctx, limit);
  return canceled === limit;
}

async function cancelLeaving(ctx: EngineContext, limit: number): Promise<number> {
  const exit = await firstExit(ctx.db.reader);
  if (!exit) return 0;
  const open = (await openEnrollments(ctx.db.reader, exit, limit)).map(({ id }) => id);
  await endEach(ctx, open, (unit, row) => stopEnrollment(unit, row, exit.reason));
  if (open.length < limit) {
    await unitOfWork(ctx, async (unit) => {
      if ((await openEnrollments(unit.tx, exit, 1)).length === 0) await endExit(unit, exit);
    });
  }
  // Another departure may wait behind this one.
  return limit;
}

async function firstExit(q: Queryable): Promise<Exit | null> {
  const { senderId, automationId, segmentNodeId } = senderExit;
  const [first] = await q
    .select()
    .from(senderExit)
    .orderBy(asc(senderId), asc(automationId), asc(segmentNodeId))
    .limit(1);
  return first ?? null;
}

/** A sender that was added again meanwhile takes contacts from now on. */
async function endExit(unit: Unit, exit: Exit): Promise<void> {
  const { senderId, automationId, segmentNodeId } = exit;
  await unit.tx
    .delete(senderExit)
    .where(
      and(
        eq(senderExit.senderId, senderId),
        eq(senderExit.automationId, automationId),
        eq(senderExit.segmentNodeId, segmentNodeId),
      ),
    );
  if (automationId !== '') await distributionChanged(unit, exit);
}

/** Those under way, then those assigned that are still on the way in. */
async function openEnrollments(
  q: Queryable,
  { senderId, automationId, segmentNodeId }: Exit,
  limit: number,
): Promise<Pick<EnrollmentRow, 'id'>[]> {
  const here =
    automationId === ''
      ? undefined
      : and(eq(enrollment.automationId, automationId), eq(enrollment.segmentNodeId, segmentNodeId));
  const found: Pick<EnrollmentRow, 'id'>[] = [];
  for (const isOpen of [isLive, isAssigned]) {
    const rows = await q
      .select({ id: enrollment.id })
      .from(enrollment)
      .where(and(eq(enrollment.senderId, senderId), isOpen, here))
      .orderBy(asc(enrollment.id))
      .limit(limit - found.length);
    found.push(...rows);
    if (found.length === limit) break;
  }
  return found;
}

async function deleteRetired(ctx: EngineContext): Promise<void> {
  const retiring = await ctx.db.reader
    .select({ id: sender.id })
    .from(sender)
    .where(eq(sender.state, 'retiring'));
  for (const { id } of retiring) {
    if (await isBusy(ctx.db.reader, id)) continue;
    await unitOfWork(ctx, async (unit) => {
      const [row] = await unit.tx.select().from(sender).where(eq(sender.id, id));
      // Somebody may have been given to it since.
      if (row?.state !== 'retiring' || (await isBusy(unit.tx, id))) return;
      // Somebody may have come back to it without entering again.
      await handOn(unit, id);
      await deleteSender(unit, id);
    });
  }
}

/**
 * Somebody is under way with it, or on the way back to it, or it still has a profile to read or an invitation to
 * withdraw.
 */
async function isBusy(q: Queryable, senderId: string): Promise<boolean> {
  if (await hasLiveEnrollments(q, senderId)) return true;
  const [comesBack] = await q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.senderId, senderId), isAssigned, sql`${enrollment.visited} <> '[]'`))
    .limit(1);
  if (comesBack) return true;
  const [open] = await q
    .select({ id: task.id })
    .from(channel)
    .innerJoin(task, eq(task.channelId, channel.id))
    .where(and(eq(channel.senderId, senderId), isOpenHousekeeping, sql`${task.state} <> 'unknown'`))
    .limit(1);
  return open !== undefined;
}

/** After 30 days: secrets, devices and names go; what history points to stays. */
async function purgeBin(ctx: EngineContext, limit: number): Promise<void> {
  const due = and(
    eq(sender.state, 'deleted'),
    isNull(sender.purgedAt),
    lte(sender.deletedAt, ctx.clocks.schedule.now() - binMs),
  );
  const [first] = await ctx.db.reader.select({ id: sender.id }).from(sender).where(due).limit(1);
  if (!first) return;
  await unitOfWork(ctx, async (unit) => {
    const rows = await unit.tx.select({ id: sender.id }).from(sender).where(due).limit(limit);
    for (const { id } of rows) await purge(unit, id);
  });
}

async function purge(unit: Unit, senderId: string): Promise<void> {
  for (const { id } of await channelsOf(unit, senderId)) {
    await unit.tx.delete(mailbox).where(eq(mailbox.channelId, id));
    await unit.tx
      .update(channel)
      .set({ releasedAddress: null, displayName: null, slug: null, profileId: null })
      .where(eq(channel.id, id));
  }
  await unit.tx.delete(device).where(eq(device.senderId, senderId));
  await unit.tx
    .update(sender)
    .set({ name: 'Deleted sender profile', purgedAt: unit.now })
    .where(eq(sender.id, senderId));
}

async function channelsOf(unit: Unit, senderId: string) {
  return await unit.tx.select().from(channel).where(eq(channel.senderId, senderId));
}

async function announce(unit: Unit, senderId: string): Promise<void> {
  const [row] = await unit.tx.select().from(sender).where(eq(sender.id, senderId));
  if (row) publish(unit, row.workspaceId, 'sender', senderId);
}
