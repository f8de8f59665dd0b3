import { and, eq, isNull, ne } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { liftHold, setHold } from '../holds/holds.ts';
import { publish } from '../record.ts';

const { channel, device, sender } = schema;

type Sender = Pick<typeof sender.$inferSelect, 'id' | 'workspaceId'>;

/**
 * A person is no member any more: their browsers are unpaired, and nothing goes out as one of their sender profiles before
 * a member owns it. Gives the profiles.
 */
export async function ownerLeft(
  unit: Unit,
  { workspaceId, userId }: { workspaceId: string; userId: string },
  by: string,
): Promise<string[]> {
  const owned = await unit.tx
    .select()
    .from(sender)
    .where(
      and(eq(sender.workspaceId, workspaceId), eq(sender.ownerUserId, userId), ne(sender.state, 'deleted')),
    );
  for (const row of owned) await holdWithoutOwner(unit, row, by);
  return owned.map(({ id }) => id);
}

/** Nobody in the workspace answers for this profile. */
export async function holdWithoutOwner(unit: Unit, row: Sender, by: string): Promise<void> {
  await unpairAll(unit, row.id);
  await setHold(unit, { ...keyOf(row), by });
}

/** The owner joined again; their browsers have to be paired anew. */
export async function ownerIsBack(unit: Unit, row: Sender, by: string): Promise<void> {
  await liftHold(unit, keyOf(row), by);
}

/**
 * Another member owns the profile from now on. What the one before agreed to and paired was theirs: consent, shared inbox
 * and presence begin anew.
 */
export async function giveSender(unit: Unit, row: Sender, userId: string, by: string): Promise<void> {
  await unpairAll(unit, row.id);
  await unit.tx
    .update(sender)
    .set({
      ownerUserId: userId,
      consentVersion: null,
      consentAt: null,
      sharesPresence: false,
      sharesInbox: false,
    })
    .where(eq(sender.id, row.id));
  await liftHold(unit, keyOf(row), by);
  publish(unit, row.workspaceId, 'sender', row.id);
}

async function unpairAll(unit: Unit, senderId: string): Promise<void> {
  await unit.tx
    .update(device)
    .set({ revokedAt: unit.real })
    .where(and(eq(device.senderId, senderId), isNull(device.revokedAt)));
  await unit.tx
    .update(channel)
    .set({ runnerDeviceId: null, runnerLeaseUntil: null })
    .where(eq(channel.senderId, senderId));
}

const keyOf = ({ id, workspaceId }: Sender) =>
  ({ workspaceId, scope: 'sender', scopeId: id, reason: 'owner_left' }) as const;
