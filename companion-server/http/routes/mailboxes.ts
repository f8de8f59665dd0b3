import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { discover, mailboxOptionsOf } from '../../services/mailbox/discover.ts';
import { disconnectMailbox, saveMailbox, sendTestMail, testMailbox } from '../../services/mailbox/manage.ts';
import { startSignIn } from '../../services/mailbox/signIn.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

export function serveMailboxes(app: App): void {
  serveMember(app, mailboxRoutes.options, mailboxOptionsOf);
  serveMember(app, mailboxRoutes.discover, (call, { query }) => discover(call, query.address));
  serveMember(app, mailboxRoutes.signIn, (call, { params, body }) =>
    startSignIn(call, params.senderId, body),
  );
  serveMember(app, mailboxRoutes.test, (call, { params, body }) => testMailbox(call, params.senderId, body));
  serveMember(app, mailboxRoutes.save, (call, { params, body }) => saveMailbox(call, params.senderId, body));
  serveMember(app, mailboxRoutes.disconnect, (call, { params }) => disconnectMailbox(call, params.senderId));
  serveMember(app, mailboxRoutes.sendTest, (call, { params }) => sendTestMail(call, params.senderId));
}
