import { and, desc, eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { ChannelRow } from '../context.ts';
import { hasInteracted, isAssigned, isLive, isPending } from '../predicates.ts';

const { enrollment, contact, relation } = schema;

/** How often each thing is read while automation could act (schedule time; product §2.4). */
export const watchEveryMs = {
  session: 5 * MINUTE,
  inbox: 10 * MINUTE,
  acceptances: 30 * MINUTE,
  sent_invitations: 6 * HOUR,
} as const;
/** The sent list could not be read whole: not asked for again before. */
const SENT_RETRY_MS = HOUR;
export type WatchKind = keyof typeof watchEveryMs;

/** When each watch of a LinkedIn channel is due. */
export function watchDueAt(channel: ChannelRow, kind: WatchKind): number {
  const readAt = lastRead(channel, kind);
  const regular = readAt === null ? 0 : readAt + watchEveryMs[kind];
  const needed = channel.reconcileFrom !== null && (readAt ?? 0) < channel.reconcileFrom;
  // The list of sent invitations too: it settles those whose fate is unknown since the account was lost.
  const due = needed ? (channel.reconcileFrom ?? 0) : regular;
  const askedAt = kind === 'sent_invitations' ? channel.sentAskedAt : null;
  return Math.max(due, channel.watchRetryAt ?? 0, askedAt === null ? 0 : askedAt + SENT_RETRY_MS);
}

function lastRead(channel: ChannelRow, kind: WatchKind): number | null {
  switch (kind) {
    case 'session':
      return channel.lastCheckedAt;
    case 'inbox':
      return channel.inboxReadAt;
    case 'acceptances':
      return channel.acceptancesReadAt;
    case 'sent_invitations':
      return channel.sentReadAt;
  }
}

/** The watches that should be made now; reading the inbox or the connections shows the session too. */
export function dueWatches(channel: ChannelRow, now: number): WatchKind[] {
  if (channel.status !== 'active') return watchDueAt(channel, 'session') <= now ? ['session'] : [];
  const kinds: WatchKind[] = ['session', 'acceptances', 'inbox', 'sent_invitations'];
  const due = new Set(kinds.filter((kind) => watchDueAt(channel, kind) <= now));
  // Who is missing in the sent list may have accepted: that is asked right after it.
  if (due.has('sent_invitations')) due.add('acceptances');
  return [...due];
}

/** One account has at most 30,000 connections; this is the limit of what a watch is asked about, the newest first. */
const MAX_KNOWN = 50_000;

/**
 * Profile ids of the contacts that are under way with this sender, had to do with it, whatever became of their
 * enrollment, or wait to start with it: only their messages are reported. First those under way whose last interaction is
 * newest; over the limit those who only wait, then those of long ago, are left out.
 */
export async function knownProfileIds(q: Queryable, senderId: string): Promise<string[]> {
  const met = await q
    .select({ profileId: contact.linkedinProfileId })
    .from(relation)
    .innerJoin(contact, eq(contact.id, relation.contactId))
    .where(
      and(
        eq(relation.senderId, senderId),
        hasInteracted,
        isNotNull(contact.linkedinProfileId),
        isNull(contact.deletedAt),
      ),
    )
    .orderBy(desc(relation.lastInteractionAt))
    .limit(MAX_KNOWN);
  const enrolled = (which: SQL) =>
    q
      .select({ profileId: contact.linkedinProfileId })
      .from(enrollment)
      .innerJoin(contact, eq(contact.id, enrollment.contactId))
      .where(and(eq(enrollment.senderId, senderId), which, isNotNull(contact.linkedinProfileId)))
      .limit(MAX_KNOWN);
  const live = idsOf(await enrolled(isLive));
  const waiting = idsOf(await enrolled(isAssigned));
  const all = idsOf(met);
  const known = new Set([...all].filter((id) => live.has(id)));
  for (const id of [...live, ...all, ...waiting]) known.add(id);
  return [...known].slice(0, MAX_KNOWN);
}

function idsOf(rows: readonly { profileId: string | null }[]): Set<string> {
  return new Set(rows.flatMap(({ profileId }) => (profileId === null ? [] : [profileId])));
}

/** Profile ids of the contacts with a pending invitation of this sender. */
export async function pendingProfileIds(q: Queryable, senderId: string): Promise<string[]> {
  const rows = await q
    .select({ profileId: contact.linkedinProfileId })
    .from(relation)
    .innerJoin(contact, eq(contact.id, relation.contactId))
    .where(and(eq(relation.senderId, senderId), isPending, isNotNull(contact.linkedinProfileId)))
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
