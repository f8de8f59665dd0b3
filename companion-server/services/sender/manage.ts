import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import type { SenderView, senderRoutes } from '#shared/contract/sender.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { schema } from '../../db/index.ts';
import {
  disconnectLinkedin as disconnectChannel,
  endPause,
  endRestriction,
  liftHold,
  openChannels,
  passOnReading,
  pauseChannel,
  reconnectLinkedin as reconnectChannel,
  replan,
  replanWithdrawals,
  resumeChannel,
  setHold,
} from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { planMissingReminder } from '../reconnect/reconnect.ts';
import { invalid, notAllowed, notFound, Refusal } from '../refusal.ts';
import { channelsOf, senderToManage } from '../scope.ts';
import { getSender } from './view.ts';

const { sender, channel, device } = schema;

function parseSettings(value: unknown) {
  const parsed = senderSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Refusal(
    422,
    'invalid_settings',
    'Some of the settings are not valid.',
    'Correct the named fields.',
    parsed.error.issues.map((issue) => ({
      field: ['settings', ...issue.path].map(String).join('.'),
      message: issue.message,
    })),
  );
}

/** A profile of one's own, with both channels, nothing connected yet. */
export async function createSender(
  call: MemberCall,
  input: z.output<typeof senderRoutes.create.body>,
): Promise<SenderView> {
  const parsed = senderSettings.safeParse({ window: { zone: input.zone } });
  if (!parsed.success)
    throw invalid('zone', 'unknown_zone', `"${input.zone}" is no time zone.`, 'E.g. Europe/Berlin.');
  const senderId = call.newId();
  await call.db.write(async (tx) => {
    await tx.insert(sender).values({
      id: senderId,
      workspaceId: call.workspaceId,
      name: input.name,
      ownerUserId: call.actor.userId,
      settings: parsed.data,
      createdAt: call.clocks.lease.now(),
    });
    await openChannels(unitOf(call, tx), { workspaceId: call.workspaceId, senderId });
    await audit(tx, call, { action: 'sender.created', entity: 'sender', entityId: senderId });
  });
  return getSender(call, senderId);
}

/**
 * Changes name and settings of a profile. What managers may see only its owner changes; refuses with `not_allowed`, and
 * settings above a ceiling.
 */
export async function updateSender(
  call: MemberCall,
  senderId: string,
  input: z.output<typeof senderRoutes.update.body>,
): Promise<SenderView> {
  await senderToManage(call.db.reader, call, senderId);
  const settings = input.settings === undefined ? undefined : parseSettings(input.settings);
  await call.db.write(async (tx) => {
    const row = await senderToManage(tx, call, senderId);
    const isTheirs = input.sharesPresence !== undefined || input.sharesInbox !== undefined;
    if (isTheirs && row.ownerUserId !== call.actor.userId) {
      throw notAllowed(
        'Only the rep may show their presence or messages to managers.',
        'Ask the owner of the profile.',
      );
    }
    await tx
      .update(sender)
      .set({
        name: input.name ?? row.name,
        settings: settings ?? row.settings,
        reconnectMail: input.reconnectMail ?? row.reconnectMail,
        sharesPresence: input.sharesPresence ?? row.sharesPresence,
        sharesInbox: input.sharesInbox ?? row.sharesInbox,
      })
      .where(eq(sender.id, senderId));
    const channels = await channelsOf(tx, call, senderId);
    if (input.reconnectMail === true && !row.reconnectMail) {
      await planMissingReminder(unitOf(call, tx), channels.linkedin);
    }
    if (settings) {
      for (const one of [channels.linkedin, channels.email]) await replan(unitOf(call, tx), one.id);
      await replanWithdrawals(unitOf(call, tx), senderId);
      await passOnReading(unitOf(call, tx), senderId);
    }
    await audit(tx, call, {
      action: 'sender.updated',
      entity: 'sender',
      entityId: senderId,
      data: { fields: Object.keys(input) },
    });
  });
  return getSender(call, senderId);
}

/** The rep's browser ends their pause of LinkedIn; what else holds it is ended where it is shown. */
export async function endPauseOf(call: Call, senderId: string): Promise<void> {
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const { linkedin } = await channelsOf(tx, call, senderId);
    await endPause(unitOf(call, tx), linkedin.id, call.actor.id);
    await audit(tx, call, {
      action: 'sender.pause_ended',
      entity: 'sender',
      entityId: senderId,
      data: { channel: 'linkedin' },
    });
  });
}

/**
 * Pauses or resumes the profile or one channel. Resuming a channel ends what its page shows as waiting for a person:
 * guards and unknown pages too; sign-ins and restrictions stay (product §2.4 point 6).
 */
export async function setSenderPaused(
  call: Call,
  senderId: string,
  kind: ChannelKind | null,
  paused: boolean,
): Promise<void> {
  await call.db.write(async (tx) => {
    const row = await senderToManage(tx, call, senderId);
    const unit = unitOf(call, tx);
    const by = call.actor.id;
    if (kind === null) {
      const key = {
        workspaceId: call.workspaceId,
        scope: 'sender',
        scopeId: senderId,
        reason: 'manual',
      } as const;
      if (paused) await setHold(unit, { ...key, by });
      else await liftHold(unit, key, by);
    } else {
      const channelId = (await channelsOf(tx, call, senderId))[kind].id;
      if (paused) await pauseChannel(unit, channelId, by);
      else await resumeChannel(unit, channelId, by);
      // Only the owner takes back a disconnect or confirms that a restriction is over: the account is theirs.
      const isOwner = row.ownerUserId === call.actor.userId;
      if (!paused && kind === 'linkedin' && isOwner) {
        await reconnectChannel(unit, channelId, by);
        await endRestriction(unit, channelId, by);
      }
    }
    await audit(tx, call, {
      action: paused ? 'sender.paused' : 'sender.resumed',
      entity: 'sender',
      entityId: senderId,
      data: { channel: kind },
    });
  });
}

/** Disconnect is not delete: every task stays where it is and waits. */
export async function disconnectLinkedin(call: MemberCall, senderId: string): Promise<SenderView> {
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const { linkedin } = await channelsOf(tx, call, senderId);
    if (linkedin.status === 'not_set_up') {
      throw new Refusal(409, 'not_connected', 'No LinkedIn account is connected to this profile.');
    }
    await disconnectChannel(unitOf(call, tx), linkedin.id, call.actor.id);
    await audit(tx, call, { action: 'sender.linkedin_disconnected', entity: 'sender', entityId: senderId });
  });
  return getSender(call, senderId);
}

/** Takes back a disconnect, nothing else: pauses and guards stay. Only the owner may, the account is theirs. */
export async function reconnectLinkedin(call: Call, senderId: string): Promise<void> {
  await call.db.write(async (tx) => {
    const row = await senderToManage(tx, call, senderId);
    if (row.ownerUserId !== call.actor.userId) {
      throw notAllowed(
        'Only the owner of this sender profile reconnects its LinkedIn account.',
        'Ask the rep who owns it.',
      );
    }
    const { linkedin } = await channelsOf(tx, call, senderId);
    await reconnectChannel(unitOf(call, tx), linkedin.id, call.actor.id);
    await audit(tx, call, { action: 'sender.linkedin_reconnected', entity: 'sender', entityId: senderId });
  });
}

/** Ends the pairing of one browser; its token stops working at once. */
export async function revokeDevice(call: Call, senderId: string, deviceId: string): Promise<void> {
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const rows = await tx
      .update(device)
      .set({ revokedAt: call.clocks.lease.now() })
      .where(and(eq(device.id, deviceId), eq(device.senderId, senderId), isNull(device.revokedAt)))
      .returning({ id: device.id });
    if (rows.length === 0) throw notFound('device');
    await tx
      .update(channel)
      .set({ runnerDeviceId: null, runnerLeaseUntil: null })
      .where(and(eq(channel.senderId, senderId), eq(channel.runnerDeviceId, deviceId)));
    await audit(tx, call, {
      action: 'device.revoked',
      entity: 'sender',
      entityId: senderId,
      data: { deviceId },
    });
  });
}
