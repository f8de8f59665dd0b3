import type { DeviceSnapshot } from '#shared/contract/device.ts';
import type { DeviceCall } from '../context.ts';
import { storeConsent } from '../sender/consent.ts';
import { deviceSnapshot } from './snapshot.ts';

/** The rep agrees or withdraws in the side panel. */
export async function setConsent(
  call: DeviceCall,
  consent: { version: number; agreed: boolean },
): Promise<DeviceSnapshot> {
  await storeConsent(call, call.actor.senderId, consent);
  return deviceSnapshot(call);
}
