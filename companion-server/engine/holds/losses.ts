import { eq } from 'drizzle-orm';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { cancelReminders, planReminder } from './reminders.ts';

const { channelLoss } = schema;

/** Lost again so soon after a reconnect, or more than once within `often`: flapping (product §2.4 point 9). */
const SOON = HOUR;
const OFTEN = 7 * DAY;
const KEPT = 10;

export type LossRow = typeof channelLoss.$inferSelect;

/** Since when the account of this channel is lost (`lostAt` null: it is not), and how often it was; null: it never was. */
export async function lossOf(q: Queryable, channelId: string): Promise<LossRow | null> {
  const [row] = await q.select().from(channelLoss).where(eq(channelLoss.channelId, channelId));
  return row ?? null;
}

/**
 * A channel that worked is lost: noted, and the rep is reminded of a LinkedIn account by and by. `byRep`: they
 * disconnected it themselves, which is no flapping.
 */
export async function noteLoss(unit: Unit, channel: ChannelRow, { byRep = false } = {}): Promise<void> {
  const before = await lossOf(unit.tx, channel.id);
  if (before && before.lostAt !== null) return;
  const times = [...(before?.times ?? []), ...(byRep ? [] : [unit.now])].slice(-KEPT);
  const isSoon = before?.regainedAt != null && unit.now - before.regainedAt < SOON;
  const isOften = times.filter((at) => at > unit.now - OFTEN).length > 1;
  const change = {
    lostAt: unit.now,
    times,
    flappingAt: !byRep && (isSoon || isOften) ? unit.now : (before?.flappingAt ?? null),
  };
  await unit.tx
    .insert(channelLoss)
    .values({ channelId: channel.id, workspaceId: channel.workspaceId, ...change })
    .onConflictDoUpdate({ target: channelLoss.channelId, set: change });
  if (channel.kind === 'linkedin') await planReminder(unit, channel, unit.now, 0);
}

/** It works again: nobody is reminded any more. */
export async function noteRegained(unit: Unit, channelId: string): Promise<void> {
  await unit.tx
    .update(channelLoss)
    .set({ lostAt: null, regainedAt: unit.now, failedLogins: 0 })
    .where(eq(channelLoss.channelId, channelId));
  await cancelReminders(unit, channelId);
}

/** The rep disconnected it: not a loss to be reminded of. */
export async function endLoss(unit: Unit, channelId: string): Promise<void> {
  await unit.tx.update(channelLoss).set({ lostAt: null }).where(eq(channelLoss.channelId, channelId));
  await cancelReminders(unit, channelId);
}

/** A login was tried and refused, or was another member's. */
export async function noteFailedLogin(unit: Unit, channelId: string): Promise<void> {
  const row = await lossOf(unit.tx, channelId);
  await unit.tx
    .update(channelLoss)
    .set({ failedLogins: (row?.failedLogins ?? 0) + 1 })
    .where(eq(channelLoss.channelId, channelId));
}

/** Flagged while it was so within the last days. */
export function isFlapping(row: LossRow | null, now: number): boolean {
  return row?.flappingAt != null && row.flappingAt > now - OFTEN;
}

/** Two failed reconnects in a row are flagged (product §2.4 point 5). */
export function isFailingLogin(row: LossRow | null): boolean {
  return row?.lostAt != null && row.failedLogins >= 2;
}
