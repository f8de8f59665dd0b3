import { eq } from 'drizzle-orm';
import { CONSENT_VERSION, type DeviceSnapshot } from '#shared/contract/device.ts';
import { schema } from '../../db/index.ts';
import { liftHold, setHold } from '../../engine/index.ts';
import { audit, type DeviceCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid } from '../refusal.ts';
import { deviceSnapshot } from './snapshot.ts';

/** The rep agrees to this text, or withdraws: then everything of that rep stops in the same transaction. */
export async function setConsent(
  call: DeviceCall,
  input: { version: number; agreed: boolean },
): Promise<DeviceSnapshot> {
  if (input.agreed && input.version !== CONSENT_VERSION) {
    throw invalid(
      'version',
      'old_consent_text',
      `The text in force is version ${CONSENT_VERSION}, not ${input.version}.`,
      'Update the extension and read the text again.',
    );
  }
  const { senderId } = call.actor;
  await call.db.write(async (tx) => {
    await tx
      .update(schema.sender)
      .set({
        consentVersion: input.agreed ? input.version : null,
        consentAt: input.agreed ? call.clocks.lease.now() : null,
      })
      .where(eq(schema.sender.id, senderId));
    const key = {
      workspaceId: call.workspaceId,
      scope: 'sender',
      scopeId: senderId,
      reason: 'consent_withdrawn',
    } as const;
    const by = call.actor.id;
    if (input.agreed) await liftHold(unitOf(call, tx), key, by);
    else await setHold(unitOf(call, tx), { ...key, by });
    await audit(tx, call, {
      action: input.agreed ? 'consent.given' : 'consent.withdrawn',
      entity: 'sender',
      entityId: senderId,
      data: { version: input.version },
    });
  });
  return deviceSnapshot(call);
}
