import { deviceRoutes } from '#shared/contract/device.ts';
import { setConsent } from '../../services/device/consent.ts';
import { setMode } from '../../services/device/mode.ts';
import { deviceSnapshot } from '../../services/device/snapshot.ts';
import { deviceWork } from '../../services/device/work.ts';
import {
  endPauseOf,
  reconnectLinkedin,
  revokeDevice,
  setSenderPaused,
} from '../../services/sender/manage.ts';
import { stopEverything } from '../../services/workspace/stop.ts';
import type { App } from '../httpEnv.ts';
import { serveDevice } from '../serve.ts';

/** What the extension asks and reports. */
export function serveDevices(app: App): void {
  serveDevice(app, deviceRoutes.snapshot, (call) => deviceSnapshot(call));
  serveDevice(app, deviceRoutes.consent, (call, { body }) => setConsent(call, body));
  serveDevice(app, deviceRoutes.session, async (call, { body }) => {
    await deviceWork.session(call, body);
    return deviceSnapshot(call);
  });
  serveDevice(app, deviceRoutes.next, (call, { body }) => deviceWork.next(call, body));
  serveDevice(app, deviceRoutes.renew, (call, { body }) => deviceWork.renew(call, body));
  serveDevice(app, deviceRoutes.commit, (call, { body }) => deviceWork.commit(call, body));
  serveDevice(app, deviceRoutes.outcome, (call, { body }) => deviceWork.outcome(call, body));
  serveDevice(app, deviceRoutes.observations, async (call, { body }) => ({
    recorded: await deviceWork.observations(call, body),
  }));
  serveDevice(app, deviceRoutes.journal, async (call, { body }) => ({
    recorded: await deviceWork.journal(call, body),
  }));
  serveDevice(app, deviceRoutes.layout, async (call, { body }) => {
    await deviceWork.layout(call, body);
    return { recorded: true as const };
  });
  serveDevice(app, deviceRoutes.pause, async (call) => {
    await setSenderPaused(call, call.actor.senderId, 'linkedin', true);
    return deviceSnapshot(call);
  });
  serveDevice(app, deviceRoutes.resume, async (call) => {
    await endPauseOf(call, call.actor.senderId);
    return deviceSnapshot(call);
  });
  serveDevice(app, deviceRoutes.reconnect, async (call) => {
    await reconnectLinkedin(call, call.actor.senderId);
    return deviceSnapshot(call);
  });
  serveDevice(app, deviceRoutes.mode, async (call, { body }) => {
    await setMode(call, body.approveEach);
    return deviceSnapshot(call);
  });
  serveDevice(app, deviceRoutes.stopEverything, async (call) => {
    await stopEverything(call);
    return deviceSnapshot(call);
  });
  serveDevice(app, deviceRoutes.unpair, async (call) => {
    await revokeDevice(call, call.actor.senderId, call.actor.deviceId);
    return {};
  });
}
