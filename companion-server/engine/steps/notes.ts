import { DAY } from '#shared/kernel/clock.ts';
import { notesLeft } from '#shared/schedule/caps.ts';
import { basicNoteCap } from '#shared/schedule/settings.ts';
import type { Queryable } from '../../db/index.ts';
import type { ChannelRow } from '../context.ts';
import { usedSince } from '../pace/usage.ts';

/** Until when a Basic account has no note left for an invitation; null: it has one. LinkedIn's own counter may say less. */
export async function noNoteUntil(q: Queryable, channel: ChannelRow, now: number): Promise<number | null> {
  if (channel.premium) return null;
  const windowMs = basicNoteCap.days * DAY;
  const times = await usedSince(q, channel, 'note', now - windowMs + 1);
  if (notesLeft(times, now) > 0) return null;
  return (times[times.length - basicNoteCap.count] ?? now) + windowMs;
}
