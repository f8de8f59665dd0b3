import { eq } from 'drizzle-orm';
import { senderSettings } from '#shared/schedule/settings.ts';
import { schema } from '../../db/index.ts';
import { replan } from '../../engine/index.ts';
import { audit, type DeviceCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { channelsOf, senderToManage } from '../scope.ts';

const { sender } = schema;

/** Whether the rep is asked about each text of their profile before it goes, or everything runs by itself. */
export async function setMode(call: DeviceCall, approveEach: boolean): Promise<void> {
  const { senderId } = call.actor;
  await call.db.write(async (tx) => {
    const row = await senderToManage(tx, call, senderId);
    await tx
      .update(sender)
      .set({ settings: { ...senderSettings.parse(row.settings), approveEach } })
      .where(eq(sender.id, senderId));
    const channels = await channelsOf(tx, call, senderId);
    for (const one of [channels.linkedin, channels.email]) await replan(unitOf(call, tx), one.id);
    await audit(tx, call, {
      action: 'sender.updated',
      entity: 'sender',
      entityId: senderId,
      data: { fields: ['settings.approveEach'], approveEach },
    });
  });
}
