import { and, asc, desc, eq, inArray, isNotNull, lte } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { resendLockMs } from '#shared/schedule/settings.ts';
import { schema } from '../../db/index.ts';
import { type ChannelRow, type EngineContext, type TaskRow, type Unit, unitOfWork } from '../context.ts';
import { setRelation } from '../flow/facts.ts';
import { isLive, isLocked, isPending, isToWithdraw } from '../predicates.ts';
import { contactById, enrollmentById, senderById, settingsOf } from '../rows.ts';
import { createTask, finish, priority, WITHDRAWAL_NODE } from '../steps/tasks.ts';
import { bringBack } from '../upkeep/taskArchive.ts';

const { relation, task: taskTable, taskArchive, cursor, enrollment } = schema;

/** Withdrawals asked for after one reading of the sent list; the rest follow with the next. */
const AT_MOST = 40;
/** A withdrawal that failed is tried again after this, and so often in all; then the invitation stays pending. */
const TRY_AGAIN_MS = 7 * DAY;
const MOST_TRIES = 3;

interface Pair {
  workspaceId: string;
  contactId: string;
  senderId: string;
}

/** When an invitation sent now is withdrawn by itself, as the sender's settings say; null: never. */
export async function withdrawalOf(unit: Unit, senderId: string): Promise<number | null> {
  const { withdrawAfterDays } = settingsOf(await senderById(unit.tx, senderId));
  return withdrawAfterDays === null ? null : unit.now + withdrawAfterDays * DAY;
}

/** After a change of the setting: what Rapport sent and is still pending goes by the new one. */
export async function replanWithdrawals(unit: Unit, senderId: string): Promise<void> {
  const { withdrawAfterDays } = settingsOf(await senderById(unit.tx, senderId));
  const rows = await unit.tx
    .select({ contactId: relation.contactId, sentAt: relation.inviteSentAt })
    .from(relation)
    .where(and(eq(relation.senderId, senderId), isPending, eq(relation.byRapport, true)));
  for (const { contactId, sentAt } of rows) {
    const withdrawAt = withdrawAfterDays === null ? null : (sentAt ?? unit.now) + withdrawAfterDays * DAY;
    await unit.tx
      .update(relation)
      .set({ withdrawAt })
      .where(and(eq(relation.contactId, contactId), eq(relation.senderId, senderId)));
  }
}

/**
 * Asks for the withdrawal of invitations that were pending too long. Called right after the whole sent list and the
 * acceptances were read, so that what is withdrawn is certainly still pending. The enrollment may have ended.
 */
export async function planWithdrawals(unit: Unit, channel: ChannelRow): Promise<void> {
  const due = await unit.tx
    .select({ contactId: relation.contactId })
    .from(relation)
    .where(and(eq(relation.senderId, channel.senderId), isToWithdraw, lte(relation.withdrawAt, unit.now)))
    .orderBy(asc(relation.withdrawAt))
    .limit(AT_MOST);
  for (const { contactId } of due) {
    await unit.tx
      .update(relation)
      .set({ withdrawAt: null })
      .where(and(eq(relation.contactId, contactId), eq(relation.senderId, channel.senderId)));
    // Nobody knows any more where they are on LinkedIn.
    if ((await contactById(unit.tx, contactId)).erasedAt !== null) continue;
    const invite = await inviteOf(unit, contactId, channel.senderId);
    if (invite) await askToWithdraw(unit, invite);
  }
}

async function askToWithdraw(unit: Unit, invite: TaskRow): Promise<void> {
  const nodeId = `${WITHDRAWAL_NODE}${invite.nodeId}`;
  const before = await unit.tx
    .select({ visit: taskTable.visit, state: taskTable.state })
    .from(taskTable)
    .where(and(eq(taskTable.enrollmentId, invite.enrollmentId), eq(taskTable.nodeId, nodeId)));
  if (before.some(({ state }) => isOpen(state))) return;
  if (before.filter(({ state }) => state === 'failed').length >= MOST_TRIES) return;
  // One that was canceled is asked for again as it was; one that failed stays, and another try stands beside it.
  const canceled = before.find(({ state }) => state === 'canceled');
  await createTask(unit, {
    enrollment: await enrollmentById(unit.tx, invite.enrollmentId),
    senderId: invite.senderId,
    cursorId: '',
    nodeId,
    visit: canceled?.visit ?? before.length + 1,
    kind: 'withdraw',
    priority: priority.withdrawal,
    notBefore: unit.now,
  });
}

function isOpen(state: TaskRow['state']): boolean {
  return !['done', 'failed', 'closed', 'skipped', 'canceled'].includes(state);
}

/** It failed by something that may pass: asked for again later, with another reading of the sent list before it. */
export async function withdrawLater(unit: Unit, { contactId, senderId }: TaskRow): Promise<void> {
  await unit.tx
    .update(relation)
    .set({ withdrawAt: unit.now + TRY_AGAIN_MS })
    .where(and(eq(relation.contactId, contactId), eq(relation.senderId, senderId), isPending));
}

/** The step that sent the pending invitation: its withdrawal is logged beside it and happens once for it. */
async function inviteOf(unit: Unit, contactId: string, senderId: string): Promise<TaskRow | null> {
  const [archived] = await unit.tx
    .select({ enrollmentId: taskArchive.enrollmentId })
    .from(taskArchive)
    .where(
      and(
        eq(taskArchive.contactId, contactId),
        eq(taskArchive.senderId, senderId),
        eq(taskArchive.kind, 'connect'),
        eq(taskArchive.state, 'done'),
      ),
    )
    .orderBy(desc(taskArchive.id))
    .limit(1);
  if (archived) await bringBack(unit, archived.enrollmentId);
  const rows = await unit.tx
    .select()
    .from(taskTable)
    .where(
      and(
        eq(taskTable.contactId, contactId),
        eq(taskTable.senderId, senderId),
        eq(taskTable.kind, 'connect'),
        eq(taskTable.state, 'done'),
      ),
    )
    .orderBy(desc(taskTable.id))
    .limit(1);
  return rows[0] ?? null;
}

/** The invitation is withdrawn: LinkedIn refuses a new one for a while, and nobody waits for acceptance any more. */
export async function recordWithdrawn(unit: Unit, pair: Pair, lockedUntil?: number): Promise<void> {
  await setRelation(unit, pair, {
    status: 'invitation_withdrawn',
    lockedUntil: lockedUntil ?? unit.now + resendLockMs,
  });
  const waiting = unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, pair.contactId), eq(enrollment.senderId, pair.senderId), isLive));
  await unit.tx
    .update(cursor)
    .set({ wakeAt: unit.now })
    .where(and(inArray(cursor.enrollmentId, waiting), inArray(cursor.waitsFor, ['accepted', 'fresh_read'])));
}

/** Accepted or gone meanwhile: a withdrawal that was asked for has nothing to do. */
export async function endWithdrawals(unit: Unit, pair: Pair, reason: string): Promise<void> {
  const rows = await unit.tx
    .select()
    .from(taskTable)
    .where(
      and(
        eq(taskTable.contactId, pair.contactId),
        eq(taskTable.senderId, pair.senderId),
        eq(taskTable.kind, 'withdraw'),
        inArray(taskTable.state, ['ready', 'scheduled']),
      ),
    );
  for (const row of rows) {
    if (row.nodeId.startsWith(WITHDRAWAL_NODE)) await finish(unit, row, 'closed', { reason });
  }
}

/** The countdown is over: the pair is Not connected again. True: there may be more. */
export async function unlockRelations(ctx: EngineContext, limit: number): Promise<boolean> {
  const [first] = await ctx.db.reader
    .select({ at: relation.lockedUntil })
    .from(relation)
    .where(and(isLocked, lte(relation.lockedUntil, ctx.clocks.schedule.now())))
    .limit(1);
  if (!first) return false;
  return await unitOfWork(ctx, async (unit) => {
    const due = await unit.tx
      .select()
      .from(relation)
      .where(and(isLocked, isNotNull(relation.lockedUntil), lte(relation.lockedUntil, unit.now)))
      .orderBy(asc(relation.lockedUntil))
      .limit(limit);
    for (const { workspaceId, contactId, senderId } of due) {
      await setRelation(unit, { workspaceId, contactId, senderId }, { status: 'not_connected' });
    }
    return due.length === limit;
  });
}
