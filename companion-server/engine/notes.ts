import { and, asc, eq, gt } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { notesLeft } from '#shared/schedule/caps.ts';
import { basicNoteCap } from '#shared/schedule/settings.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow } from './context.ts';
import { accountOf } from './usage.ts';

const { usage } = schema;

/** Until when a Basic account has no note left for an invitation; null: it has one. LinkedIn's own counter may say less. */
export async function noNoteUntil(q: Queryable, channel: ChannelRow, now: number): Promise<number | null> {
  if (channel.premium) return null;
  const windowMs = basicNoteCap.days * DAY;
  const rows = await q
    .select({ at: usage.at })
    .from(usage)
    .where(and(eq(usage.account, accountOf(channel)), eq(usage.kind, 'note'), gt(usage.at, now - windowMs)))
    .orderBy(asc(usage.at));
  const times = rows.map(({ at }) => at ?? 0);
  if (notesLeft(times, now) > 0) return null;
  return (times[times.length - basicNoteCap.count] ?? now) + windowMs;
}
