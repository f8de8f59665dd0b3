import { and, asc, eq, isNotNull, isNull } from 'drizzle-orm';
import type { NextWork } from '#shared/contract/deviceWork.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { ownerOf } from '../contacts/identities.ts';
import type { ChannelRow, EnrollmentRow, Unit } from '../context.ts';
import { pairOf } from '../flow/facts.ts';
import { isThreadUnread } from '../predicates.ts';
import { channelOf } from '../senders/channels.ts';

const { contact, enrollment, relation } = schema;

/** Threads asked for in one watch. */
const AT_MOST = 50;

/** A whole reading is repeated this far back: LinkedIn's clock may differ from ours, and show a message late. */
export const READ_AGAIN_MS = 2 * HOUR;

/**
 * A contact came to this sender profile some time after they entered. Its inbox was read meanwhile without them among those
 * whose messages are reported, so that their thread is read once from where replies count.
 */
export async function askThread(
  unit: Unit,
  { workspaceId, contactId, senderId, createdAt }: EnrollmentRow,
): Promise<void> {
  const from = createdAt ?? 0;
  // The next reading of any inbox begins before.
  if (senderId === null || from >= unit.now - READ_AGAIN_MS) return;
  const channel = await channelOf(unit.tx, senderId, 'linkedin');
  if (!channel?.inboxSince || channel.inboxSince <= from) return;
  const pair = await pairOf(unit.tx, contactId, senderId);
  // They had to do with each other before: reported all along.
  if (pair?.lastInteractionAt && pair.lastInteractionAt <= from) return;
  await unit.tx
    .insert(relation)
    .values({ contactId, senderId, workspaceId, status: 'not_verified', since: unit.now, threadFrom: from })
    .onConflictDoUpdate({ target: [relation.contactId, relation.senderId], set: { threadFrom: from } });
}

/**
 * A contact that was known by link only got their profile id: until now nobody could tell their messages, so that
 * the thread is read once from where replies count.
 */
export async function askThreads(unit: Unit, contactId: string): Promise<void> {
  const rows = await unit.tx
    .select()
    .from(enrollment)
    .where(and(eq(enrollment.contactId, contactId), isNull(enrollment.endedAt)));
  for (const row of rows) await askThread(unit, row);
}

/** The threads a watch of the inbox reads from their own beginning. */
export async function threadsToRead(
  q: Queryable,
  senderId: string,
): Promise<Extract<NextWork, { type: 'watch' }>['threads']> {
  const rows = await q
    .select({ since: relation.threadFrom, profileId: contact.linkedinProfileId })
    .from(relation)
    .innerJoin(contact, eq(contact.id, relation.contactId))
    .where(and(eq(relation.senderId, senderId), isThreadUnread, isNotNull(contact.linkedinProfileId)))
    .orderBy(asc(relation.threadFrom))
    .limit(AT_MOST);
  if (rows.length === 0) return null;
  return { since: rows[0]?.since ?? 0, profileIds: rows.map(({ profileId }) => profileId ?? '') };
}

/** The threads that were asked for were read: they are not asked for again. */
export async function threadsRead(
  unit: Unit,
  channel: ChannelRow,
  profileIds: readonly string[],
): Promise<void> {
  for (const profileId of profileIds) {
    const contactId = await ownerOf(unit, channel.workspaceId, 'linkedin_profile', profileId);
    if (!contactId) continue;
    await unit.tx
      .update(relation)
      .set({ threadFrom: null })
      .where(and(eq(relation.contactId, contactId), eq(relation.senderId, channel.senderId)));
  }
}
