import { sql } from 'drizzle-orm';
import { schema } from '../db/index.ts';

const {
  automation,
  bulkAction,
  cursor,
  task,
  enrollment,
  lane,
  manualTask,
  relation,
  suppression,
  systemMail,
  versionMove,
  webhookDelivery,
  moveOrigin,
} = schema;

/**
 * The conditions of the partial indexes, written out: SQLite uses such an index only where the condition stands in
 * the statement itself, never where its value is a parameter.
 */
/** Before a data node that a hold keeps back; nothing else lets a branch stand there. */
export const isHeldBack = sql`${cursor.waitsFor} = 'data'`;
export const isWaiting = sql`${cursor.state} = 'waiting'`;
export const isReady = sql`${task.state} = 'ready'`;
export const isPlanned = sql`${task.state} = 'scheduled' AND ${task.blockedOn} IS NULL`;
/** Reading a profile or withdrawing an old invitation, not over: asked for by the engine, so of no branch. */
export const isOpenHousekeeping = sql`${task.cursorId} = '' AND ${task.finishedAt} IS NULL`;
export const isWaitingApproval = sql`${task.state} = 'waiting_approval'`;
export const isUnknown = sql`${task.state} = 'unknown'`;
export const lacksData = sql`${task.state} = 'scheduled' AND ${task.reason} = 'missing_data' AND ${task.blockedOn} IS NOT NULL`;
export const isInFlight = sql`${task.state} IN ('claimed','committing')`;
export const isLive = sql`${enrollment.live} = 1`;
export const isAssigned = sql`${enrollment.live} = 0 AND ${enrollment.endedAt} IS NULL AND ${enrollment.senderId} IS NOT NULL`;
export const isPaused = sql`${enrollment.status} = 'paused'`;
/** Paused by the contact's own reply. */
export const isReplied = sql`${enrollment.status} = 'paused' AND ${enrollment.reason} = 'replied'`;
/** Ended, and its tasks still lie among those that run. */
export const isToArchive = sql`${enrollment.endedAt} IS NOT NULL AND ${enrollment.archivedAt} IS NULL`;
export const isQueued = sql`${enrollment.live} = 0 AND ${enrollment.endedAt} IS NULL AND ${enrollment.blockedOn} IS NULL`;
export const isOpenManualTask = sql`${manualTask.state} = 'ready'`;
export const isPendingWebhook = sql`${webhookDelivery.state} = 'pending'`;
export const isFailedWebhook = sql`${webhookDelivery.state} = 'failed'`;
export const isPlannedMail = sql`${systemMail.state} = 'planned'`;
export const isPending = sql`${relation.status} = 'invite_sent'`;
export const isToWithdraw = sql`${relation.withdrawAt} IS NOT NULL`;
export const isLocked = sql`${relation.lockedUntil} IS NOT NULL`;
/** Something went out to them, or came from them. */
export const hasInteracted = sql`${relation.lastInteractionAt} IS NOT NULL`;
export const isThreadUnread = sql`${relation.threadFrom} IS NOT NULL`;
export const laneMayFire = sql`${lane.readyCount} > 0 AND ${lane.holdCount} = 0`;
/** Archived, with contacts that have not ended yet. */
export const isClosing = sql`${automation.closing} = 1`;
/** On the stoplist, and whom it names has not ended yet. */
export const isEnding = sql`${suppression.endingAfter} IS NOT NULL`;
export const bulkIsOpen = sql`${bulkAction.state} IN ('running','undoing')`;
export const moveIsOpen = sql`${versionMove.finishedAt} IS NULL`;
export const originEnded = sql`${moveOrigin.ended} = 1`;
