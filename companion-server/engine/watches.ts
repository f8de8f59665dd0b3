import { and, eq, isNotNull } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow } from './context.ts';
import { isLive } from './predicates.ts';

const { enrollment, contact, cursor } = schema;

/** How often each thing is read while automation could act (schedule time; product §2.4). */
export const watchEveryMs = { session: 5 * MINUTE, inbox: 10 * MINUTE, acceptances: 30 * MINUTE } as const;
export type WatchKind = keyof typeof watchEveryMs;

/** When each watch of a LinkedIn channel is due. */
export function watchDueAt(channel: ChannelRow, kind: WatchKind): number {
  const readAt =
    kind === 'session'
      ? channel.lastCheckedAt
      : kind === 'inbox'
        ? channel.inboxReadAt
        : channel.acceptancesReadAt;
  const regular = readAt === null ? 0 : readAt + watchEveryMs[kind];
  const needed = channel.reconcileFrom !== null && (readAt ?? 0) < channel.reconcileFrom;
  const due = needed && kind !== 'session' ? (channel.reconcileFrom ?? 0) : regular;
  return Math.max(due, channel.watchRetryAt ?? 0);
}

/** The watches that should be made now; reading the inbox or the connections shows the session too. */
export function dueWatches(channel: ChannelRow, now: number): WatchKind[] {
  if (channel.status !== 'active') return watchDueAt(channel, 'session') <= now ? ['session'] : [];
  const kinds: WatchKind[] = ['session', 'acceptances', 'inbox'];
  return kinds.filter((kind) => watchDueAt(channel, kind) <= now);
}

/** Profile ids of the contacts under way with this sender: only their messages are reported. */
export async function knownProfileIds(q: Queryable, senderId: string): Promise<string[]> {
  const rows = await q
    .select({ profileId: contact.linkedinProfileId })
    .from(enrollment)
    .innerJoin(contact, eq(contact.id, enrollment.contactId))
    .where(and(eq(enrollment.senderId, senderId), isLive, isNotNull(contact.linkedinProfileId)))
    .limit(5000);
  return rows.map((row) => row.profileId ?? '');
}

/** Whether anybody is under way with this sender: then reading on time matters to somebody. */
export async function hasLiveEnrollments(q: Queryable, senderId: string): Promise<boolean> {
  const rows = await q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.senderId, senderId), isLive))
    .limit(1);
  return rows.length > 0;
}

/** Whether a passed deadline of somebody under way with this sender waits for the next read. */
export async function isReadAwaited(q: Queryable, senderId: string): Promise<boolean> {
  const rows = await q
    .select({ id: cursor.id })
    .from(enrollment)
    .innerJoin(cursor, eq(cursor.enrollmentId, enrollment.id))
    .where(and(eq(enrollment.senderId, senderId), isLive, eq(cursor.waitsFor, 'fresh_read')))
    .limit(1);
  return rows.length > 0;
}
