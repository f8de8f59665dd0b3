import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import * as senders from '../../services/automation/senders.ts';
import { setConsent } from '../../services/sender/consent.ts';
import { deletedSenders, deleteSender, restoreSender } from '../../services/sender/life.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Senders join and leave automations; profiles are deleted and restored; reps consent and withdraw. */
export function serveSenderLife(app: App): void {
  const own = automationSenderRoutes;
  serveMember(app, own.list, (call, { params }) => senders.automationSenders(call, params.automationId));
  serveMember(app, own.add, (call, { params, body }) => senders.addSender(call, params.automationId, body));
  serveMember(app, own.setWeight, (call, { params, body }) =>
    senders.setWeight(call, params.automationId, params.senderId, body),
  );
  serveMember(app, own.remove, (call, { params, body }) =>
    senders.removeSender(call, params.automationId, params.senderId, body),
  );
  serveMember(app, own.setLimits, (call, { params, body }) =>
    senders.setDailyLimits(call, params.automationId, body),
  );
  serveMember(app, senderLifeRoutes.deleted, (call) => deletedSenders(call));
  serveMember(app, senderLifeRoutes.delete, async (call, { params, body }) => {
    await deleteSender(call, params.senderId, body);
    return {};
  });
  serveMember(app, senderLifeRoutes.restore, (call, { params }) => restoreSender(call, params.senderId));
  serveMember(app, senderLifeRoutes.consent, (call, { params, body }) =>
    setConsent(call, params.senderId, body),
  );
}
