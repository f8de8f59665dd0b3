import { eq } from 'drizzle-orm';
import { must } from '#shared/kernel/assert.ts';
import type { LinkedinMember, SessionReport } from '#shared/protocol/linkedin.ts';
import type { HoldReason } from '#shared/statuses/engine.ts';
import type { LinkedinErrorCode, LinkedinInactiveReason } from '#shared/statuses/linkedin.ts';
import { failurePolicy } from '#shared/statuses/policy.ts';
import { rowsOf, schema } from '../../db/index.ts';
import { type ChannelRow, type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { watchEveryMs } from '../inbound/watches.ts';
import { appendEvent, publish } from '../record.ts';
import { channelById } from '../rows.ts';
import { addressChange, isTaken } from '../senders/accounts.ts';
import { channelOf, openChannel } from '../senders/channels.ts';
import { shapes } from '../shapes.ts';
import { clearFailureWindow } from './guards.ts';
import { findHold, liftHold, markReconciling, setHold } from './holds.ts';
import { endLoss, noteFailedLogin, noteLoss, noteRegained } from './losses.ts';
import { noteSilence } from './presence.ts';

const { channel: channelTable } = schema;

/** What a rep typed that LinkedIn refused, or that opened another account: a login that failed. */
const failedLogins: readonly LinkedinInactiveReason[] = [
  'wrong_credentials',
  'wrong_verification_code',
  'wrong_account',
];

/**
 * The state of the LinkedIn session as the device saw it just now; also its heartbeat. `order` numbers the reports of one
 * device: what arrives after a later one is old, and would say who is signed in no more.
 */
export function recordSession(
  ctx: EngineContext,
  deviceId: string,
  report: SessionReport,
  order?: number,
): Promise<void> {
  return unitOfWork(ctx, async (unit) => {
    const channel = await channelOfDevice(unit, deviceId);
    await heartbeat(unit, channel, deviceId);
    if (order !== undefined && (await isOvertaken(unit, deviceId, order))) return;
    if (report.state === 'unknown' || isBystander(unit, channel, deviceId)) return;
    await unit.tx
      .update(channelTable)
      .set({ lastCheckedAt: checkedAt(unit, channel, report) })
      .where(eq(channelTable.id, channel.id));
    if (await isDisconnected(unit, channel)) return;
    if (report.state === 'inactive') {
      await loseSession(unit, channel, report.reason, report.challenge);
    } else if (report.member) {
      await signedIn(unit, channel, report.member);
    }
  });
}

/** Whether a later report of this device was here before; if not, this is the latest now. */
async function isOvertaken(unit: Unit, deviceId: string, order: number): Promise<boolean> {
  const rows = rowsOf(unit.tx);
  const { sessionOrder } = must(await rows.get(shapes.device, deviceId), `device ${deviceId}`);
  if (sessionOrder !== null && order <= sessionOrder) return true;
  rows.update(shapes.device, [deviceId], { sessionOrder: order });
  return false;
}

/**
 * A page that does not say who is signed in checks nothing: the next read stays due. Where nobody was signed in, it is due
 * at once.
 */
function checkedAt(unit: Unit, channel: ChannelRow, report: SessionReport): number | null {
  const isNameless = report.state === 'logged_in' && report.member === null;
  if (!isNameless) return unit.now;
  if (channel.status === 'active') return channel.lastCheckedAt;
  return Math.min(channel.lastCheckedAt ?? 0, unit.now - watchEveryMs.session);
}

/** Another browser runs the account and is signed in: what this one shows says nothing about that session. */
function isBystander({ real }: Unit, channel: ChannelRow, deviceId: string): boolean {
  const { status, runnerDeviceId, runnerLeaseUntil } = channel;
  if (status !== 'active' || runnerDeviceId === null || runnerDeviceId === deviceId) return false;
  return (runnerLeaseUntil ?? 0) > real;
}

/** The LinkedIn channel of the sender profile this device is paired with. */
export async function channelOfDevice(unit: Unit, deviceId: string): Promise<ChannelRow> {
  const paired = must(await rowsOf(unit.tx).get(shapes.device, deviceId), `device ${deviceId}`);
  const existing = await channelOf(unit.tx, paired.senderId, 'linkedin');
  if (existing) return existing;
  return await channelById(unit.tx, await openChannel(unit, paired, 'linkedin'));
}

/** The device is there, with nothing new to say. Presence is kept in real time. */
export async function heartbeat(unit: Unit, channel: ChannelRow, deviceId: string): Promise<void> {
  await noteSilence(unit, channel);
  const rows = rowsOf(unit.tx);
  rows.update(shapes.channel, [channel.id], { lastSeenAt: unit.real });
  rows.update(shapes.device, [deviceId], { lastSeenAt: unit.real });
}

async function signedIn(unit: Unit, channel: ChannelRow, member: LinkedinMember): Promise<void> {
  if (channel.address === null) {
    await bindMember(unit, channel, member);
    return;
  }
  if (channel.address !== member.memberId) {
    await loseSession(unit, channel, 'wrong_account', `Signed in as ${member.name}.`);
    return;
  }
  const profile = profileOf(member);
  if (channel.status === 'active') {
    await unit.tx.update(channelTable).set(profile).where(eq(channelTable.id, channel.id));
    return;
  }
  await setStatus(unit, channel, { ...profile, status: 'active', reason: null, reasonDetail: null });
  // The hold stays until messages and acceptances of the time away are read.
  await unit.tx
    .update(channelTable)
    .set({ reconcileFrom: unit.now, watchRetryAt: null, watchFailure: null })
    .where(eq(channelTable.id, channel.id));
  await markReconciling(unit, { ...onChannel(channel), reason: 'linkedin_account_disconnected' }, null);
  await noteRegained(unit, channel.id);
  await clearFailureWindow(unit, channel.id);
}

/** The first login binds the member; a member has one live profile per server. */
async function bindMember(unit: Unit, channel: ChannelRow, member: LinkedinMember): Promise<void> {
  if (await isTaken(unit.tx, 'linkedin', member.memberId, channel.id)) {
    const detail = 'This LinkedIn account belongs to another sender profile already.';
    await loseSession(unit, channel, 'wrong_account', detail);
    return;
  }
  await setStatus(unit, channel, {
    ...profileOf(member),
    ...(await addressChange(unit, channel, member.memberId)),
    status: 'active',
    reason: null,
    reasonDetail: null,
  });
  await noteRegained(unit, channel.id);
  await liftSessionHold(unit, channel);
}

/** Status, badge and hold change in one transaction (product §2.4). */
export async function loseSession(
  unit: Unit,
  channel: ChannelRow,
  reason: LinkedinInactiveReason,
  detail: string | null,
): Promise<void> {
  const isNews = channel.status !== 'inactive' || channel.reason !== reason;
  if (isNews) await setStatus(unit, channel, { status: 'inactive', reason, reasonDetail: detail });
  await unit.tx.update(channelTable).set({ reconcileFrom: null }).where(eq(channelTable.id, channel.id));
  if (reason !== 'disconnected_by_user') await noteLoss(unit, channel);
  if (isNews && failedLogins.includes(reason)) await noteFailedLogin(unit, channel.id);
  await setHold(unit, { ...onChannel(channel), reason: holdFor(reason), detail, by: 'linkedin' });
}

/** What LinkedIn refused to a step, a watch or an import holds the account where its code says so (product §4.5). */
export async function heedRefusal(
  unit: Unit,
  channelId: string,
  { code, detail }: { code: LinkedinErrorCode; detail: string },
): Promise<void> {
  if (failurePolicy[code].do !== 'hold_account') return;
  const channel = await channelById(unit.tx, channelId);
  if (await isDisconnected(unit, channel)) return;
  const isReason = code === 'challenge' || code === 'wrong_account' || code === 'restricted';
  await loseSession(unit, channel, isReason ? code : 'logged_out', detail);
}

/** What the rep disconnected is theirs to take back: no login ends it, and no logout is a loss. */
async function isDisconnected(unit: Unit, channel: ChannelRow): Promise<boolean> {
  return (await findHold(unit.tx, { ...onChannel(channel), reason: 'disconnected_by_user' })) !== null;
}

function holdFor(reason: LinkedinInactiveReason): HoldReason {
  if (reason === 'restricted') return 'account_restricted';
  if (reason === 'disconnected_by_user') return 'disconnected_by_user';
  return 'linkedin_account_disconnected';
}

/** Lifts the session's hold once everything of the time away was read. True: the channel is free of them. */
export async function finishReconnect(unit: Unit, channelId: string): Promise<boolean> {
  const channel = await channelById(unit.tx, channelId);
  const from = channel.reconcileFrom;
  if (channel.status !== 'active' || from === null) return channel.status === 'active';
  const isRead = (at: number | null) => at !== null && at >= from;
  if (!isRead(channel.inboxReadAt) || !isRead(channel.acceptancesReadAt)) return false;
  await unit.tx
    .update(channelTable)
    .set({ reconcileFrom: null, watchFailure: null })
    .where(eq(channelTable.id, channelId));
  await liftSessionHold(unit, channel);
  return true;
}

/** Active under a hold whose lift was missed: read what came meanwhile, and lift it then. */
export async function resumeMissedLift(unit: Unit, channelId: string): Promise<void> {
  const channel = await channelById(unit.tx, channelId);
  if (channel.status !== 'active') return;
  if (channel.reconcileFrom !== null) {
    await finishReconnect(unit, channelId);
    return;
  }
  await unit.tx.update(channelTable).set({ reconcileFrom: unit.now }).where(eq(channelTable.id, channelId));
  await markReconciling(unit, { ...onChannel(channel), reason: 'linkedin_account_disconnected' }, null);
}

/** The rep saw that LinkedIn's restriction is over; false: the account is not signed in yet. */
export async function endRestriction(unit: Unit, channelId: string, by: string): Promise<boolean> {
  const channel = await channelById(unit.tx, channelId);
  if (channel.status !== 'active') return false;
  return await liftHold(unit, { ...onChannel(channel), reason: 'account_restricted' }, by);
}

/** The rep disconnects: everything stays where it is until they reconnect. */
export async function disconnectLinkedin(unit: Unit, channelId: string, by: string): Promise<void> {
  const channel = await channelById(unit.tx, channelId);
  await setStatus(unit, channel, { status: 'inactive', reason: 'disconnected_by_user', reasonDetail: null });
  await endLoss(unit, channelId);
  await setHold(unit, { ...onChannel(channel), reason: 'disconnected_by_user', by });
}

/** The rep reconnects: the browser is asked at once who is signed in, outside of the working window too. */
export async function reconnectLinkedin(unit: Unit, channelId: string, by: string): Promise<void> {
  const channel = await channelById(unit.tx, channelId);
  if (!(await liftHold(unit, { ...onChannel(channel), reason: 'disconnected_by_user' }, by))) return;
  await noteLoss(unit, channel, { byRep: true });
  // Why it is Inactive from now on, the browser says when it answers.
  await setStatus(unit, channel, { status: 'inactive', reason: null, reasonDetail: null });
  await setHold(unit, { ...onChannel(channel), reason: 'linkedin_account_disconnected', by: 'system' });
  await unit.tx
    .update(channelTable)
    .set({ reconcileFrom: unit.now, watchRetryAt: null, watchFailure: null })
    .where(eq(channelTable.id, channelId));
}

/** Only the hold of this cause: manual pauses and guards stay, and a restriction ends with the rep's word. */
async function liftSessionHold(unit: Unit, channel: ChannelRow): Promise<void> {
  await liftHold(unit, { ...onChannel(channel), reason: 'linkedin_account_disconnected' }, 'system');
}

function onChannel(channel: ChannelRow) {
  return { workspaceId: channel.workspaceId, scope: 'channel' as const, scopeId: channel.id };
}

function profileOf(member: LinkedinMember) {
  const { name, slug, profileId, premium } = member;
  return { displayName: name, slug, profileId, premium };
}

async function setStatus(unit: Unit, channel: ChannelRow, change: Partial<ChannelRow>): Promise<void> {
  await unit.tx
    .update(channelTable)
    .set({ ...change, statusSince: unit.now })
    .where(eq(channelTable.id, channel.id));
  await appendEvent(unit, {
    workspaceId: channel.workspaceId,
    type: 'session_changed',
    dedupeKey: `session:${channel.id}:${unit.newId()}`,
    senderId: channel.senderId,
    data: { status: change.status ?? channel.status, reason: change.reason ?? null },
  });
  publish(unit, channel.workspaceId, 'sender', channel.senderId);
}
