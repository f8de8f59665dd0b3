import { and, eq } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import type { HoldReason, HoldScope } from '#shared/statuses/engine.ts';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { isPlannedMail } from '../predicates.ts';
import { mailTriedFor } from './reminders.ts';

const { channel, sender, systemMail } = schema;

/**
 * Holds that the rep is mailed about, and how long they must last first. LinkedIn sessions have reminders of their own;
 * a mail server that is away for some minutes is nobody's alarm.
 */
const alerting: Partial<Record<HoldReason, number>> = {
  high_failure_rate: 0,
  low_acceptance: 0,
  bounce_guard: 0,
  account_restricted: 0,
  mail_refused: 0,
  email_disconnected: 15 * MINUTE,
};

interface Held {
  workspaceId: string;
  scope: HoldScope;
  scopeId: string;
  reason: HoldReason;
}

/** A new hold on an account: its owner is told by mail, unless it lifts before. */
export async function planAlert(unit: Unit, holdId: string, key: Held): Promise<void> {
  const after = alerting[key.reason];
  if (after === undefined || (key.scope !== 'channel' && key.scope !== 'kind')) return;
  const [owner] = await unit.tx
    .select({ userId: sender.ownerUserId })
    .from(channel)
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(eq(channel.id, key.scopeId));
  if (!owner) return;
  const sendAt = unit.now + after;
  await unit.tx
    .insert(systemMail)
    .values({
      id: unit.newId(),
      workspaceId: key.workspaceId,
      kind: 'alert',
      dedupeKey: `alert:${holdId}`,
      aboutId: holdId,
      userId: owner.userId,
      causeAt: unit.now,
      sendAt,
      deadlineAt: sendAt + mailTriedFor,
    })
    .onConflictDoNothing();
}

/** The hold lifted before anybody was told. */
export async function cancelAlert(unit: Unit, holdId: string, reason: HoldReason): Promise<void> {
  if (alerting[reason] === undefined) return;
  await unit.tx
    .update(systemMail)
    .set({ state: 'canceled', endedAt: unit.now })
    .where(and(eq(systemMail.aboutId, holdId), isPlannedMail));
}
