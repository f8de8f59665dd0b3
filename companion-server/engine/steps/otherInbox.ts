import { HOUR } from '#shared/kernel/clock.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import type { Queryable } from '../../db/index.ts';
import type { EnrollmentRow } from '../context.ts';
import { channelsUsed } from '../flow/facts.ts';
import { graphOf } from '../rows.ts';
import { channelOf, isSetUp } from '../senders/channels.ts';

/** Replies on a channel count as known while they were read this recently (schedule time). */
export const repliesKnownMs = HOUR;

export interface UnreadInbox {
  channel: ChannelKind;
  /** When its replies were last read; null: never. */
  readAt: number | null;
}

/**
 * Which inboxes of an enrollment's sender were not read lately, of the channels that its automation uses: with one of
 * them replies are missed while the other goes on (product §4.7). An automation of one channel waits for it anyway.
 */
export async function unreadInboxes(
  q: Queryable,
  { versionId, senderId }: Pick<EnrollmentRow, 'versionId' | 'senderId'>,
  now: number,
): Promise<UnreadInbox[]> {
  if (senderId === null) return [];
  const used = channelsUsed(await graphOf(q, versionId));
  const unread: UnreadInbox[] = [];
  if (used.size < 2) return unread;
  for (const kind of used) {
    const row = await channelOf(q, senderId, kind);
    if (!row || !isSetUp(row)) continue;
    const { inboxReadAt: readAt } = row;
    if ((readAt ?? 0) < now - repliesKnownMs) unread.push({ channel: kind, readAt });
  }
  return unread;
}
