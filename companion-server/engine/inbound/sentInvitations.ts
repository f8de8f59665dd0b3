import { and, eq, gte, inArray } from 'drizzle-orm';
import type { SentInvitationsSeen } from '#shared/contract/deviceWork.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { ownerOf } from '../contacts/identities.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { pairOf, setRelation } from '../flow/facts.ts';
import { accountOf } from '../pace/usage.ts';
import { appendEvent } from '../record.ts';
import { endWithdrawals, planWithdrawals } from '../senders/withdrawals.ts';
import { settleInvitation } from './settleInvitation.ts';

const { channel: channelTable, task, usage } = schema;

/** An invitation this young may be missing from LinkedIn's list although it is pending. */
const SETTLING_MS = 10 * MINUTE;
/** A step has ended, or is unknown, this long after its commit. */
const LEASE_AT_MOST_MS = HOUR;
/** Our own invitations to people that are no contacts any more are told by their time. */
const SAME_MOMENT_MS = 2 * MINUTE;
/** In the usage: counted for an invitation sent by hand, by the hash of its id. */
const BY_HAND = 'hand:';

interface SentReading {
  seen: SentInvitationsSeen;
  /** When the reading began. */
  readAt: number;
  /** The acceptances were read after the list: who is missing in both is certainly not connected. */
  acceptancesKnown: boolean;
}

/**
 * What the list of sent invitations says: those sent by hand are known and counted, those that are gone without an
 * acceptance are Not connected, and those that waited too long are withdrawn.
 */
export async function recordSentInvitations(
  unit: Unit,
  channel: ChannelRow,
  { seen, readAt, acceptancesKnown }: SentReading,
): Promise<number> {
  let recorded = 0;
  for (const each of seen.toContacts) if (await recordPending(unit, channel, each, readAt)) recorded += 1;
  await countOthers(unit, channel, seen.toOthers);
  if (!seen.complete || !acceptancesKnown) return recorded;
  for (const profileId of seen.gone) if (await recordGone(unit, channel, profileId, readAt)) recorded += 1;
  await unit.tx.update(channelTable).set({ sentReadAt: readAt }).where(eq(channelTable.id, channel.id));
  await planWithdrawals(unit, channel);
  return recorded;
}

async function recordPending(
  unit: Unit,
  channel: ChannelRow,
  { profileId, key, sentAt }: SentInvitationsSeen['toContacts'][number],
  readAt: number,
): Promise<boolean> {
  const { workspaceId, senderId } = channel;
  const contactId = await ownerOf(unit, workspaceId, 'linkedin_profile', profileId);
  if (!contactId) return false;
  const pair = { workspaceId, contactId, senderId };
  if (sentAt !== null) {
    const committedFrom = sentAt - LEASE_AT_MOST_MS;
    const committedUntil = sentAt + SAME_MOMENT_MS;
    const proof = 'In the list of sent invitations';
    if (await settleInvitation(unit, pair, { committedFrom, committedUntil, proof })) return true;
  }
  const before = await pairOf(unit.tx, contactId, senderId);
  const isOurs = before?.status === 'invite_sent' && before.byRapport;
  if (isOurs || before?.status === 'connected' || (await isOurInviteOpen(unit.tx, pair))) return false;
  if (sentAt !== null) await countByHand(unit, channel, key, sentAt);
  if (before?.status === 'invite_sent') return false;
  const at = sentAt ?? readAt;
  await setRelation(unit, pair, { status: 'invite_sent', interaction: true, at });
  const data = { result: 'success', byHand: true };
  return await appendEvent(unit, { ...pair, type: 'invite_sent', dedupeKey: `${BY_HAND}${key}`, at, data });
}

/** Our own click whose result did not come yet: it is not taken for somebody else's. */
async function isOurInviteOpen(
  q: Queryable,
  { contactId, senderId }: { contactId: string; senderId: string },
): Promise<boolean> {
  const rows = await q
    .select({ id: task.id })
    .from(task)
    .where(
      and(
        eq(task.contactId, contactId),
        eq(task.senderId, senderId),
        eq(task.kind, 'connect'),
        inArray(task.state, ['committing', 'unknown']),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

async function countOthers(
  unit: Unit,
  channel: ChannelRow,
  others: SentInvitationsSeen['toOthers'],
): Promise<void> {
  if (others.length === 0) return;
  const rows = await unit.tx
    .select({ at: usage.at, taskId: usage.taskId })
    .from(usage)
    .where(
      and(eq(usage.account, accountOf(channel)), eq(usage.kind, 'invite'), gte(usage.at, unit.now - 8 * DAY)),
    );
  const ours = rows.filter(({ taskId }) => !taskId.startsWith(BY_HAND)).map(({ at }) => at ?? 0);
  for (const { key, sentAt } of others) {
    if (ours.some((at) => Math.abs(at - sentAt) <= SAME_MOMENT_MS)) continue;
    await countByHand(unit, channel, key, sentAt);
  }
}

/** The same invitation counts once, at the moment LinkedIn gives. */
async function countByHand(unit: Unit, channel: ChannelRow, key: string, sentAt: number): Promise<void> {
  await unit.tx
    .insert(usage)
    .values({ account: accountOf(channel), kind: 'invite', at: sentAt, taskId: `${BY_HAND}${key}` })
    .onConflictDoNothing();
}

/** Ignored, expired, or withdrawn by hand. */
async function recordGone(
  unit: Unit,
  channel: ChannelRow,
  profileId: string,
  readAt: number,
): Promise<boolean> {
  const { workspaceId, senderId } = channel;
  const contactId = await ownerOf(unit, workspaceId, 'linkedin_profile', profileId);
  const before = contactId ? await pairOf(unit.tx, contactId, senderId) : null;
  if (!contactId || before?.status !== 'invite_sent') return false;
  const sentAt = before.inviteSentAt ?? before.since ?? 0;
  if (sentAt > readAt - SETTLING_MS) return false;
  const pair = { workspaceId, contactId, senderId };
  await setRelation(unit, pair, { status: 'not_connected', at: readAt });
  await endWithdrawals(unit, pair, 'nothing_to_withdraw');
  return await appendEvent(unit, {
    ...pair,
    type: 'invite_gone',
    dedupeKey: `gone:${contactId}:${senderId}:${sentAt}`,
    at: readAt,
  });
}
