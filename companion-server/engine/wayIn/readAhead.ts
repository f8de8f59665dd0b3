import { rowsOf } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { capOf } from '../pace/usage.ts';
import { senderById, settingsOf } from '../rows.ts';
import { channelOf } from '../senders/channels.ts';
import { shapes } from '../shapes.ts';
import { blockedOn, isWaitedFor, wakeParked } from './slots.ts';

/** How far ahead profiles are read, in days of page loads. */
const DAYS_AHEAD = 2;

/** How many more profiles the sender may have ahead, by the cap that applies now: a new account's is low. */
export async function roomAhead(unit: Unit, senderId: string): Promise<number> {
  const settings = settingsOf(await senderById(unit.tx, senderId));
  const channel = await channelOf(unit.tx, senderId, 'linkedin');
  if (!channel) return DAYS_AHEAD * settings.caps.page_load.daily;
  const { daily } = capOf(channel, settings, 'page_load', unit.now);
  const lane = await rowsOf(unit.tx).get(shapes.lane, channel.id, 'visit');
  return Math.max(0, DAYS_AHEAD * daily - (lane?.readyCount ?? 0));
}

/**
 * A visit is no longer ahead of the sender, or its cap changed: as many of those who wait for this sender as it has room
 * for look again.
 */
export async function passOnReading(unit: Unit, senderId: string): Promise<void> {
  const key = blockedOn.sender(senderId);
  if (!(await isWaitedFor(unit, key))) return;
  await wakeParked(unit, key, await roomAhead(unit, senderId));
}
