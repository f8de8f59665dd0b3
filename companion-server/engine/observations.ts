import { eq } from 'drizzle-orm';
import { normalizeSlug } from '#shared/identity/linkedin.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import type { AcceptanceRead, InboundMessageRead, LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { failurePolicy } from '#shared/statuses/policy.ts';
import { schema } from '../db/index.ts';
import { type ChannelRow, type EngineContext, type Unit, unitOfWork } from './context.ts';
import { markReconciling } from './holds.ts';
import { ownerOf, recordConnected } from './profiles.ts';
import { recordReply } from './replies.ts';
import { channelById } from './rows.ts';
import { channelOfDevice, finishReconnect, heartbeat, loseSession } from './session.ts';
import { wakeAfterRead } from './waits.ts';

const { channel: channelTable } = schema;
const WATCH_RETRY_MS = 5 * MINUTE;

export interface Observations {
  /** Omitted: not read. Empty: read, and nothing new. */
  acceptances?: AcceptanceRead[];
  inbound?: InboundMessageRead[];
  failure?: LinkedinFailure | null;
}

/** What the watches read in the rep's browser. Returns how many facts were new. */
export function recordObservations(
  ctx: EngineContext,
  deviceId: string,
  seen: Observations,
): Promise<number> {
  return unitOfWork(ctx, async (unit) => {
    const channel = await channelOfDevice(unit, deviceId);
    await heartbeat(unit, channel, deviceId);
    let recorded = 0;
    if (seen.inbound) recorded += await recordInbound(unit, channel, seen.inbound);
    if (seen.acceptances) recorded += await recordAcceptances(unit, channel, seen.acceptances);
    if (seen.failure) {
      await watchFailed(unit, channel, seen.failure);
      return recorded;
    }
    // A watch that worked has seen the session too.
    await unit.tx
      .update(channelTable)
      .set({ watchRetryAt: null, watchFailure: null, lastCheckedAt: unit.now })
      .where(eq(channelTable.id, channel.id));
    await finishReconnect(unit, channel.id);
    await wakeAfterRead(unit, channel.senderId);
    return recorded;
  });
}

async function recordAcceptances(
  unit: Unit,
  channel: ChannelRow,
  reads: readonly AcceptanceRead[],
): Promise<number> {
  let recorded = 0;
  let newest = channel.acceptancesSince ?? 0;
  for (const read of reads) {
    newest = Math.max(newest, read.connectedAt);
    const contactId = await contactOf(unit, channel.workspaceId, read);
    if (!contactId) continue;
    const pair = { workspaceId: channel.workspaceId, contactId, senderId: channel.senderId };
    if (await recordConnected(unit, pair, read.connectedAt)) recorded += 1;
  }
  await unit.tx
    .update(channelTable)
    .set({ acceptancesReadAt: unit.now, acceptancesSince: newest === 0 ? null : newest })
    .where(eq(channelTable.id, channel.id));
  return recorded;
}

async function recordInbound(
  unit: Unit,
  channel: ChannelRow,
  reads: readonly InboundMessageRead[],
): Promise<number> {
  const { workspaceId, senderId, id: channelId } = channel;
  let recorded = 0;
  let newest = channel.inboxSince ?? 0;
  for (const read of reads) {
    newest = Math.max(newest, read.deliveredAt);
    const contactId = await ownerOf(unit, workspaceId, 'linkedin_profile', read.fromProfileId);
    // Only contacts: messages of other people are never stored.
    if (!contactId) continue;
    const isNew = await recordReply(unit, {
      workspaceId,
      contactId,
      channelId,
      senderId,
      remoteId: read.messageId,
      at: read.deliveredAt,
      subject: null,
      text: read.text,
    });
    if (isNew) recorded += 1;
  }
  await unit.tx
    .update(channelTable)
    .set({ inboxReadAt: unit.now, inboxSince: newest === 0 ? null : newest })
    .where(eq(channelTable.id, channel.id));
  return recorded;
}

async function contactOf(unit: Unit, workspaceId: string, read: AcceptanceRead): Promise<string | null> {
  const byProfile = await ownerOf(unit, workspaceId, 'linkedin_profile', read.profileId);
  if (byProfile) return byProfile;
  const byMember = read.memberId ? await ownerOf(unit, workspaceId, 'linkedin_member', read.memberId) : null;
  if (byMember) return byMember;
  const slug = read.slug ? normalizeSlug(read.slug) : null;
  return slug ? await ownerOf(unit, workspaceId, 'linkedin_slug', slug) : null;
}

/** A failed read is tried again soon; one that shows a lost session says so at once. */
async function watchFailed(unit: Unit, channel: ChannelRow, failure: LinkedinFailure): Promise<void> {
  await unit.tx
    .update(channelTable)
    .set({ watchRetryAt: unit.now + WATCH_RETRY_MS, watchFailure: failure.detail })
    .where(eq(channelTable.id, channel.id));
  if (channel.reconcileFrom !== null) {
    const { workspaceId, id: scopeId } = channel;
    const key = { workspaceId, scope: 'channel', scopeId, reason: 'linkedin_account_disconnected' } as const;
    await markReconciling(unit, key, `Reading failed: ${failure.detail} It is tried again in 5 minutes.`);
  }
  if (failurePolicy[failure.code].do !== 'hold_account') return;
  const isReason =
    failure.code === 'challenge' || failure.code === 'wrong_account' || failure.code === 'restricted';
  const now = await channelById(unit.tx, channel.id);
  await loseSession(unit, now, isReason ? (failure.code as 'challenge') : 'logged_out', failure.detail);
}
