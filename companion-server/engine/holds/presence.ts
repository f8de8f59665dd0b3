import { and, eq, gt, lt } from 'drizzle-orm';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';

const { presenceSpan } = schema;

/** A device is online while its last heartbeat is younger (real time). */
export const onlineMs = 3 * MINUTE;
/** Spells older than this are of no use to anybody. */
const KEPT = 30 * DAY;

/** Whether the device of a LinkedIn channel was heard of lately. */
export function isOnline(row: Pick<ChannelRow, 'lastSeenAt'>, real: number): boolean {
  return row.lastSeenAt !== null && real - row.lastSeenAt < onlineMs;
}

/** Heard of again after a silence: the spell is stored. One row per spell, none while it lasts. */
export async function noteSilence(unit: Unit, channel: ChannelRow): Promise<void> {
  const { lastSeenAt } = channel;
  if (lastSeenAt === null || unit.real - lastSeenAt < onlineMs) return;
  await unit.tx
    .insert(presenceSpan)
    .values({ channelId: channel.id, workspaceId: channel.workspaceId, from: lastSeenAt, until: unit.real })
    .onConflictDoNothing();
  await unit.tx
    .delete(presenceSpan)
    .where(and(eq(presenceSpan.channelId, channel.id), lt(presenceSpan.until, unit.real - KEPT)));
}

export interface Spell {
  from: number;
  until: number;
}

/** When the device was silent since then (real time), the spell that lasts included; oldest first. */
export async function silentSpells(
  q: Queryable,
  channel: ChannelRow,
  since: number,
  real: number,
): Promise<Spell[]> {
  if (channel.lastSeenAt === null) return [];
  const rows = await q
    .select()
    .from(presenceSpan)
    .where(and(eq(presenceSpan.channelId, channel.id), gt(presenceSpan.until, since)));
  const spells = rows.map(({ from, until }) => ({ from: Math.max(from ?? 0, since), until: until ?? 0 }));
  if (!isOnline(channel, real)) spells.push({ from: Math.max(channel.lastSeenAt, since), until: real });
  return spells.sort((a, b) => a.from - b.from);
}
