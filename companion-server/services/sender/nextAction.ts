import type { SenderView } from '#shared/contract/sender.ts';
import type { Queryable } from '../../db/index.ts';
import { explainChannel } from '../../engine/index.ts';
import type { Call } from '../context.ts';
import type { ChannelRow } from '../scope.ts';

/** What goes next from these channels, when, and the one limit that binds it; null: nothing is planned. */
export async function nextActionOf(
  db: Queryable,
  call: Call,
  channels: ChannelRow[],
): Promise<SenderView['next']> {
  const now = call.clocks.schedule.now();
  const found = await Promise.all(channels.map((channel) => explainChannel(db, channel, now)));
  const later = Number.MAX_SAFE_INTEGER;
  return found.filter((next) => next !== null).sort((a, b) => (a.at ?? later) - (b.at ?? later))[0] ?? null;
}
