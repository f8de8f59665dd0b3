import type { z } from 'zod';
import type { deviceRoutes } from '#shared/contract/device.ts';
import * as engine from '../../engine/index.ts';
import { audit, type DeviceCall } from '../context.ts';
import { engineOf } from '../engineOf.ts';
import { Refusal } from '../refusal.ts';

type Body<Name extends keyof typeof deviceRoutes> = z.output<(typeof deviceRoutes)[Name]['body']>;

/** What the runner of a paired browser asks and reports. The engine decides; the device id owns the fence. */
export const deviceWork = {
  session: (call: DeviceCall, body: Body<'session'>) =>
    engine.recordSession(engineOf(call), call.actor.deviceId, body.report, body.order),
  next: (call: DeviceCall, body: Body<'next'>) =>
    engine.nextWorkFor(engineOf(call), call.actor.deviceId, body),
  renew: (call: DeviceCall, body: Body<'renew'>) => engine.renew(engineOf(call), call.actor.deviceId, body),
  commit: (call: DeviceCall, body: Body<'commit'>) =>
    engine.commitTask(engineOf(call), call.actor.deviceId, body),
  outcome: (call: DeviceCall, body: Body<'outcome'>) =>
    engine.recordOutcome(engineOf(call), call.actor.deviceId, body),
  journal: (call: DeviceCall, body: Body<'journal'>) =>
    engine.recordJournal(engineOf(call), call.actor.deviceId, body),
  layout: (call: DeviceCall, body: Body<'layout'>) =>
    engine.recordLayout(engineOf(call), call.actor.deviceId, body),
  async observations(call: DeviceCall, body: Body<'observations'>): Promise<number> {
    const recorded = await engine.recordObservations(engineOf(call), call.actor.deviceId, body);
    if (recorded.ok) return recorded.value;
    const data = { code: recorded.error };
    await call.db.write((tx) =>
      audit(tx, call, {
        action: 'device.observations_refused',
        entity: 'sender',
        entityId: call.actor.senderId,
        data,
      }),
    );
    throw notTheirs[recorded.error]();
  },
};

const notTheirs: Record<engine.NotTheirs, () => Refusal> = {
  member_unproven: () =>
    new Refusal(
      409,
      'member_unproven',
      'The extension did not say whose LinkedIn account it read, so nothing of it was stored.',
      'Update the Rapport extension in this browser.',
    ),
  wrong_account: () =>
    new Refusal(
      409,
      'wrong_account',
      'The extension read another LinkedIn account than the one of this sender profile, so nothing of it was stored.',
      'Sign in to LinkedIn with the account of this sender profile.',
    ),
};
