import { DAY } from '#shared/kernel/clock.ts';
import type { QuotasSeen } from '#shared/protocol/linkedin.ts';
import { notesLeft } from '#shared/schedule/caps.ts';
import { basicNoteCap } from '#shared/schedule/settings.ts';
import { type Queryable, rowsOf } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { usedSince } from '../pace/usage.ts';
import { channelById } from '../rows.ts';
import { shapes } from '../shapes.ts';

/** What LinkedIn said of its own counter rules for this long (schedule time); then a step asks again. */
const COUNTER_MS = DAY;

interface NoNote {
  /** From when on one may be possible again (schedule time). */
  until: number;
  detail: string;
}

/** What LinkedIn itself said is left, and until when that counts; null: it did not say, or too long ago. */
export function notesTold({ quotas }: Pick<ChannelRow, 'quotas'>, now: number) {
  const counter = quotas?.notes ?? null;
  const until = (counter?.at ?? 0) + COUNTER_MS;
  return counter !== null && until > now ? { ...counter, until } : null;
}

/** Why an account has no note left for an invitation; null: it has one. LinkedIn's own counter overrules ours. */
export async function noNoteUntil(q: Queryable, channel: ChannelRow, now: number): Promise<NoNote | null> {
  const told = notesTold(channel, now);
  if (!told && channel.premium) return null;
  const windowMs = basicNoteCap.days * DAY;
  const times = await usedSince(q, channel, 'note', now - windowMs + 1);
  if (told) {
    const since = times.filter((at) => at >= told.at).length;
    if (told.left > since) return null;
    return { until: told.until, detail: 'LinkedIn says that no note is left for now.' };
  }
  if (notesLeft(times, now) > 0) return null;
  const { count, days } = basicNoteCap;
  return {
    until: (times[times.length - count] ?? now) + windowMs,
    detail: `The ${count} notes of a Basic account in ${days} days are used up.`,
  };
}

/** Keeps what LinkedIn said is left; what it did not say stays as it was. */
export async function noteQuotas(unit: Unit, channelId: string, seen: QuotasSeen): Promise<void> {
  const { quotas } = await channelById(unit.tx, channelId);
  const told = (left: number | null) => (left === null ? null : { left, at: unit.now });
  const next = {
    notes: told(seen.notesLeft) ?? quotas?.notes ?? null,
    inmailCredits: told(seen.inmailCredits) ?? quotas?.inmailCredits ?? null,
  };
  if (next.notes !== null || next.inmailCredits !== null)
    rowsOf(unit.tx).update(shapes.channel, [channelId], { quotas: next });
}
