import { APIError } from 'better-auth/api';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { pairRoutes } from '#shared/contract/devicePairing.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { EXTENSION_CLIENT_ID } from '../../auth/auth.ts';
import { newDeviceToken } from '../../auth/deviceToken.ts';
import { schema } from '../../db/index.ts';
import { reconnectLinkedin } from '../../engine/index.ts';
import { audit, type DeviceCall, type MemberCall, type Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notAllowed } from '../refusal.ts';
import { channelsOf, senderOf } from '../scope.ts';

const { pairing, device, deviceCode, channel } = schema;

/** As the library stores them: letters and digits only, upper case. */
function plainCode(userCode: string): string {
  return userCode.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}

/** An approval is redeemed by the next poll, seconds later. */
const APPROVAL_LIFE_MS = 10 * MINUTE;

/**
 * The rep approves the code of the side panel for one of their own profiles: nobody, no manager either, can
 * connect another person's LinkedIn (product §8).
 */
export async function approveDevice(call: MemberCall, senderId: string, typedCode: string): Promise<void> {
  const row = await senderOf(call.db.reader, call, senderId);
  if (row.ownerUserId !== call.actor.userId) {
    throw notAllowed(
      'Only the owner of a sender profile can connect a browser to it.',
      'Ask the owner to enter the code.',
    );
  }
  const userCode = plainCode(typedCode);
  await inAuth('userCode', () =>
    call.auth.api.deviceVerify({ query: { user_code: userCode }, headers: call.headers }),
  );
  await call.db.write(async (tx) => {
    const approval = {
      workspaceId: call.workspaceId,
      senderId,
      approvedBy: call.actor.userId,
      approvedAt: call.clocks.lease.now(),
      usedAt: null,
    };
    await tx
      .insert(pairing)
      .values({ userCode, ...approval })
      .onConflictDoUpdate({ target: pairing.userCode, set: approval });
    await audit(tx, call, { action: 'device.approved', entity: 'sender', entityId: senderId });
  });
  // Last, so that an approved code always has its profile; a profile without approval is never redeemed.
  await inAuth('userCode', () => call.auth.api.deviceApprove({ body: { userCode }, headers: call.headers }));
}

async function inAuth<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    throw invalid(
      field,
      'unknown_code',
      'This code is not known, was used, or has expired.',
      'Take the code that the side panel shows now; it is valid for 10 minutes.',
    );
  }
}

type TokenAnswer = z.input<typeof pairRoutes.token.response>;
type TokenInput = z.output<typeof pairRoutes.token.body>;

const pollErrors: Record<string, TokenAnswer> = {
  authorization_pending: { state: 'pending' },
  slow_down: { state: 'slow_down' },
  access_denied: { state: 'denied' },
  expired_token: { state: 'expired' },
  invalid_grant: { state: 'expired' },
};

const libraryError = z.object({ error: z.string() });

/** One poll of the side panel. On approval the device is made, and its token answered this one time. */
export async function redeemDeviceCode(services: Services, input: TokenInput): Promise<TokenAnswer> {
  const userCode = await userCodeOf(services, input);
  if (userCode === null) return { state: 'expired' };
  const redeemed = await redeemAtLibrary(services, input.deviceCode);
  if ('state' in redeemed) return redeemed;
  return createDevice(services, input, userCode, redeemed.userId);
}

/** The user code belonging to the device code: what the caller says must agree with it. */
async function userCodeOf(services: Services, input: TokenInput): Promise<string | null> {
  const rows = await services.db.reader
    .select({ userCode: deviceCode.userCode })
    .from(deviceCode)
    .where(eq(deviceCode.deviceCode, input.deviceCode));
  const userCode = rows[0]?.userCode;
  if (userCode === undefined) return null;
  if (plainCode(input.userCode) === plainCode(userCode)) return plainCode(userCode);
  throw invalid('userCode', 'wrong_code', 'The two codes do not belong together.', 'Start pairing again.');
}

/** Redeems at better-auth and ends the session it makes: the extension gets a token of its own instead. */
async function redeemAtLibrary(services: Services, code: string): Promise<TokenAnswer | { userId: string }> {
  let sessionToken: string;
  try {
    const answer = await services.auth.api.deviceToken({
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: code,
        client_id: EXTENSION_CLIENT_ID,
      },
    });
    sessionToken = answer.access_token;
  } catch (error) {
    const body = error instanceof APIError ? libraryError.safeParse(error.body) : null;
    const state = body?.success ? pollErrors[body.data.error] : undefined;
    if (state) return state;
    throw error;
  }
  const { internalAdapter } = await services.auth.$context;
  const session = await internalAdapter.findSession(sessionToken);
  await internalAdapter.deleteSession(sessionToken);
  return session ? { userId: session.user.id } : { state: 'expired' };
}

async function createDevice(
  services: Services,
  input: TokenInput,
  userCode: string,
  userId: string,
): Promise<TokenAnswer> {
  const { token, hash } = newDeviceToken();
  const deviceId = services.newId();
  const now = services.clocks.lease.now();
  return services.db.write(async (tx): Promise<TokenAnswer> => {
    const rows = await tx
      .update(pairing)
      .set({ usedAt: now })
      .where(and(eq(pairing.userCode, userCode), eq(pairing.approvedBy, userId), isNull(pairing.usedAt)))
      .returning();
    const approval = rows[0];
    if (!approval || now - (approval.approvedAt ?? 0) > APPROVAL_LIFE_MS) return { state: 'denied' };
    const { workspaceId, senderId } = approval;
    const call: DeviceCall = {
      ...services,
      workspaceId,
      actor: { kind: 'device', id: deviceId, deviceId, senderId, userId },
    };
    const profile = await senderOf(tx, call, senderId);
    // Given to somebody else since it was approved.
    if (profile.ownerUserId !== userId) return { state: 'denied' };
    await tx.insert(device).values({
      id: deviceId,
      workspaceId,
      senderId,
      name: input.name,
      tokenHash: hash,
      extensionVersion: input.extensionVersion,
      pairedBy: userId,
      pairedAt: now,
    });
    const { linkedin } = await channelsOf(tx, call, senderId);
    if (linkedin.status === 'not_set_up') {
      await tx
        .update(channel)
        .set({ status: 'connecting', statusSince: services.clocks.schedule.now() })
        .where(eq(channel.id, linkedin.id));
    }
    await reconnectLinkedin(unitOf(services, tx), linkedin.id, userId);
    await audit(tx, call, {
      action: 'device.paired',
      entity: 'sender',
      entityId: senderId,
      data: { deviceId },
    });
    return { state: 'paired', token, deviceId, senderId, senderName: profile.name };
  });
}
