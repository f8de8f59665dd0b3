import { pairRoutes } from '#shared/contract/devicePairing.ts';
import { resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { approveDevice, redeemDeviceCode } from '../../services/device/pair.ts';
import { editResumePlan } from '../../services/resume/edit.ts';
import { resumePlanOf } from '../../services/resume/plan.ts';
import {
  createSender,
  disconnectLinkedin,
  reconnectLinkedin,
  revokeDevice,
  setSenderPaused,
  updateSender,
} from '../../services/sender/manage.ts';
import { getSender, viewSenders } from '../../services/sender/view.ts';
import type { App } from '../httpEnv.ts';
import { serveMember, servePublic } from '../serve.ts';

/** Sender profiles and what holds or resumes them. */
export function serveSenders(app: App): void {
  serveMember(app, senderRoutes.list, async (call) => ({ items: await viewSenders(call) }));
  serveMember(app, senderRoutes.create, (call, { body }) => createSender(call, body));
  serveMember(app, senderRoutes.get, (call, { params }) => getSender(call, params.senderId));
  serveMember(app, senderRoutes.update, (call, { params, body }) =>
    updateSender(call, params.senderId, body),
  );
  serveMember(app, senderRoutes.pause, async (call, { params, body }) => {
    await setSenderPaused(call, params.senderId, body.channel, true);
    return getSender(call, params.senderId);
  });
  serveMember(app, senderRoutes.resume, async (call, { params, body }) => {
    await setSenderPaused(call, params.senderId, body.channel, false);
    return getSender(call, params.senderId);
  });
  serveMember(app, senderRoutes.disconnectLinkedin, (call, { params }) =>
    disconnectLinkedin(call, params.senderId),
  );
  serveMember(app, senderRoutes.reconnectLinkedin, async (call, { params }) => {
    await reconnectLinkedin(call, params.senderId);
    return getSender(call, params.senderId);
  });
  serveMember(app, resumePlanRoutes.get, (call, { params, query }) =>
    resumePlanOf(call, params.senderId, query.channel),
  );
  serveMember(app, resumePlanRoutes.edit, (call, { params, body }) =>
    editResumePlan(call, params.senderId, body),
  );
  serveMember(app, senderRoutes.approveDevice, async (call, { params, body }) => {
    await approveDevice(call, params.senderId, body.userCode);
    return {};
  });
  serveMember(app, senderRoutes.revokeDevice, async (call, { params }) => {
    await revokeDevice(call, params.senderId, params.deviceId);
    return {};
  });
  servePublic(app, pairRoutes.token, (services, { body }) => redeemDeviceCode(services, body));
}
