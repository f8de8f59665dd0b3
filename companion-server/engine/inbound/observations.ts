import { eq } from 'drizzle-orm';
import type { SentInvitationsSeen } from '#shared/contract/deviceWork.ts';
import { normalizeSlug } from '#shared/identity/linkedin.ts';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { AcceptanceRead, InboundMessageRead, LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { failurePolicy, holdLength } from '#shared/statuses/policy.ts';
import { schema } from '../../db/index.ts';
import { ownerOf } from '../contacts/identities.ts';
import { type ChannelRow, type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { wakeAfterRead } from '../flow/waits.ts';
import { markReconciling } from '../holds/holds.ts';
import { channelOfDevice, finishReconnect, heartbeat, heedRefusal } from '../holds/session.ts';
import { contactById } from '../rows.ts';
import { recordConnected } from './profiles.ts';
import { recordReply } from './replies.ts';
import { recordSentInvitations } from './sentInvitations.ts';
import { settleInvitation } from './settleInvitation.ts';
import { READ_AGAIN_MS, threadsRead } from './threads.ts';
import { holdUnreadable, liftUnreadable } from './unreadable.ts';

const { channel: channelTable } = schema;
const WATCH_RETRY_MS = 5 * MINUTE;

export interface Observations {
  /** Whom LinkedIn named before and after each read. */
  memberId?: string | null;
  /** Omitted: not read. Empty: read, and nothing new. */
  acceptances?: AcceptanceRead[];
  inbound?: InboundMessageRead[];
  /** Profile ids whose threads were read from their own beginning. */
  threadsOf?: string[];
  /** Read before the acceptances. */
  sentInvitations?: SentInvitationsSeen;
  /** Further parts follow: the account does not count as read yet. */
  more?: boolean;
  /** How long ago the reading began (real ms). */
  readAgoMs?: number;
  failure?: LinkedinFailure | null;
}

/** Why nothing of a report is stored: nobody says whose lists they are, or they are another member's. */
export type NotTheirs = 'member_unproven' | 'wrong_account';

/** What the watches read in the rep's browser. Returns how many facts were new. */
export function recordObservations(
  ctx: EngineContext,
  deviceId: string,
  seen: Observations,
): Promise<Result<number, NotTheirs>> {
  return unitOfWork(ctx, async (unit) => {
    const channel = await channelOfDevice(unit, deviceId);
    await heartbeat(unit, channel, deviceId);
    const notTheirs = whyNotTheirs(channel, seen);
    if (notTheirs) {
      await watchFailed(unit, channel, refused(notTheirs));
      return err(notTheirs);
    }
    let recorded = 0;
    const readAt = unit.now - (seen.readAgoMs ?? 0);
    if (seen.inbound) recorded += await recordInbound(unit, channel, seen.inbound);
    if (seen.acceptances) recorded += await recordAcceptances(unit, channel, seen.acceptances);
    if (seen.more) return ok(recorded);
    await noteRead(unit, channel, seen, readAt);
    if (seen.sentInvitations) {
      const acceptancesKnown = seen.acceptances !== undefined;
      recorded += await recordSentInvitations(unit, channel, {
        seen: seen.sentInvitations,
        readAt,
        acceptancesKnown,
      });
    }
    if (seen.failure) {
      await watchFailed(
        unit,
        channel,
        seen.failure,
        wasSentListAsked(channel, readAt) && !seen.sentInvitations,
      );
      return ok(recorded);
    }
    // A watch that worked has seen the session too.
    await unit.tx
      .update(channelTable)
      .set({ watchRetryAt: null, watchFailure: null, lastCheckedAt: unit.now })
      .where(eq(channelTable.id, channel.id));
    await finishReconnect(unit, channel.id);
    await liftUnreadable(unit, channel, { withSentList: seen.sentInvitations !== undefined });
    await wakeAfterRead(unit, channel.senderId);
    return ok(recorded);
  });
}

/** That a read failed can be said by anybody; what was read counts only as the bound member's. */
function whyNotTheirs(channel: ChannelRow, seen: Observations): NotTheirs | null {
  const { acceptances, inbound, sentInvitations, failure } = seen;
  if (failure && !acceptances && !inbound && !sentInvitations) return null;
  if (seen.memberId == null || channel.address === null) return 'member_unproven';
  return seen.memberId === channel.address ? null : 'wrong_account';
}

/** The account itself is not judged by it: it may have been bound to another member while the read was under way. */
function refused(why: NotTheirs): LinkedinFailure {
  const detail =
    why === 'member_unproven'
      ? 'The browser did not say whose account it read: update the extension.'
      : 'The browser read another member’s account than the bound one.';
  return { code: 'linkedin_error', effect: 'before_effect', detail, until: null };
}

/** Whether this reading was to begin with the sent list. */
function wasSentListAsked({ sentAskedAt, sentReadAt }: ChannelRow, readAt: number): boolean {
  return sentAskedAt !== null && sentAskedAt > (sentReadAt ?? 0) && readAt - sentAskedAt < WATCH_RETRY_MS;
}

/** What was read counts from the moment the reading began: what came since may be missing in it. */
async function noteRead(
  unit: Unit,
  channel: ChannelRow,
  { acceptances, inbound, threadsOf }: Observations,
  readAt: number,
): Promise<void> {
  if (inbound && threadsOf) await threadsRead(unit, channel, threadsOf);
  const read = {
    ...(acceptances ? { acceptancesReadAt: Math.max(readAt, channel.acceptancesReadAt ?? 0) } : {}),
    ...(inbound ? inboxRead(channel, readAt) : {}),
  };
  if (Object.keys(read).length === 0) return;
  await unit.tx.update(channelTable).set(read).where(eq(channelTable.id, channel.id));
}

/** What was written until then is known, whoever wrote it: the next reading begins there, and not at the last reply. */
function inboxRead({ inboxReadAt, inboxSince, createdAt }: ChannelRow, readAt: number): Partial<ChannelRow> {
  return {
    inboxReadAt: Math.max(readAt, inboxReadAt ?? 0),
    inboxSince: Math.max(readAt - READ_AGAIN_MS, inboxSince ?? createdAt ?? 0),
  };
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
    // Who accepted was invited.
    const proof = 'Accepted';
    await settleInvitation(unit, pair, { committedFrom: 0, committedUntil: read.connectedAt, proof });
    if (await recordConnected(unit, pair, read.connectedAt)) recorded += 1;
  }
  await unit.tx
    .update(channelTable)
    .set({ acceptancesSince: newest === 0 ? null : newest })
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
  for (const read of reads) {
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
  return recorded;
}

async function contactOf(unit: Unit, workspaceId: string, read: AcceptanceRead): Promise<string | null> {
  const byProfile = await ownerOf(unit, workspaceId, 'linkedin_profile', read.profileId);
  if (byProfile) return byProfile;
  const byMember = read.memberId ? await ownerOf(unit, workspaceId, 'linkedin_member', read.memberId) : null;
  if (byMember) return byMember;
  const slug = read.slug ? normalizeSlug(read.slug) : null;
  const bySlug = slug ? await ownerOf(unit, workspaceId, 'linkedin_slug', slug) : null;
  if (!bySlug) return null;
  // A slug changes hands: who is bound to an id is another person.
  return (await contactById(unit.tx, bySlug)).linkedinProfileId === null ? bySlug : null;
}

/** A failed read is tried again soon, or as late as LinkedIn's pace asks for; one that shows a lost session says so at once. */
async function watchFailed(
  unit: Unit,
  channel: ChannelRow,
  failure: LinkedinFailure,
  isSentList = false,
): Promise<void> {
  const wait = failurePolicy[failure.code].do === 'hold_kind' ? holdLength(1) : WATCH_RETRY_MS;
  await unit.tx
    .update(channelTable)
    .set({ watchRetryAt: unit.now + wait, watchFailure: failure.detail })
    .where(eq(channelTable.id, channel.id));
  if (channel.reconcileFrom !== null) {
    const { workspaceId, id: scopeId } = channel;
    const key = { workspaceId, scope: 'channel', scopeId, reason: 'linkedin_account_disconnected' } as const;
    const when = wait < HOUR ? `${wait / MINUTE} minutes` : `${wait / HOUR} hours`;
    await markReconciling(unit, key, `Reading failed: ${failure.detail} It is tried again in ${when}.`);
  }
  if (failure.code === 'layout_unknown') {
    await holdUnreadable(unit, channel, { detail: failure.detail, isSentList });
  }
  await heedRefusal(unit, channel.id, failure);
}
