import type { z } from 'zod';
import type { deviceRoutes } from '#shared/contract/device.ts';
import * as engine from '../../engine/index.ts';
import type { DeviceCall } from '../context.ts';
import { engineOf } from '../engineOf.ts';

type Body<Name extends keyof typeof deviceRoutes> = z.output<(typeof deviceRoutes)[Name]['body']>;

/** What the runner of a paired browser asks and reports. The engine decides; the device id owns the fence. */
export const deviceWork = {
  session: (call: DeviceCall, body: Body<'session'>) =>
    engine.recordSession(engineOf(call), call.actor.deviceId, body.report),
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
  observations: (call: DeviceCall, body: Body<'observations'>) =>
    engine.recordObservations(engineOf(call), call.actor.deviceId, body),
};
