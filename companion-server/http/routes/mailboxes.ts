import { deliverabilityRoutes } from '#shared/contract/deliverability.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import {
  checkDeliverability,
  getDeliverability,
  sendDeliverabilityTest,
} from '../../services/mailbox/deliverability.ts';
import { discover, mailboxOptionsOf } from '../../services/mailbox/discover.ts';
import { disconnectMailbox, retryMailbox, saveMailbox, testMailbox } from '../../services/mailbox/manage.ts';
import { startSignIn } from '../../services/mailbox/signIn.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Mailboxes of sender profiles, and whether their mail arrives. */
export function serveMailboxes(app: App): void {
  serveMember(app, mailboxRoutes.options, mailboxOptionsOf);
  serveMember(app, mailboxRoutes.discover, (call, { query }) => discover(call, query.address));
  serveMember(app, mailboxRoutes.signIn, (call, { params, body }) =>
    startSignIn(call, params.senderId, body),
  );
  serveMember(app, mailboxRoutes.test, (call, { params, body }) => testMailbox(call, params.senderId, body));
  serveMember(app, mailboxRoutes.save, (call, { params, body }) => saveMailbox(call, params.senderId, body));
  serveMember(app, mailboxRoutes.disconnect, (call, { params }) => disconnectMailbox(call, params.senderId));
  serveMember(app, mailboxRoutes.retry, (call, { params }) => retryMailbox(call, params.senderId));
  serveMember(app, deliverabilityRoutes.get, (call, { params }) => getDeliverability(call, params.senderId));
  serveMember(app, deliverabilityRoutes.check, (call, { params }) =>
    checkDeliverability(call, params.senderId),
  );
  serveMember(app, deliverabilityRoutes.sendTest, (call, { params }) =>
    sendDeliverabilityTest(call, params.senderId),
  );
}
