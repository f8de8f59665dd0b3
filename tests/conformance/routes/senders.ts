import { deliverabilityRoutes } from '#shared/contract/deliverability.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { statisticsRoutes } from '#shared/contract/statistics.ts';
import { upkeepRoutes } from '#shared/contract/upkeep.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { type Case, mailServer, ofSender } from './case.ts';

const mailSettings = {
  smtp: mailServer(9),
  imap: mailServer(9),
  fromName: 'Olga',
  fromAddress: 'olga@acme.test',
};

/** The workspace, sender profiles and their mailboxes. */
export const sendersCases: Case[] = [
  { name: 'me', route: workspaceRoutes.me, rep: 200 },
  {
    name: 'update me',
    route: workspaceRoutes.updateMe,
    input: () => ({ body: { alertMail: false } }),
    rep: 200,
  },
  { name: 'home', route: workspaceRoutes.home, rep: 200 },
  {
    name: 'workspace update',
    route: workspaceRoutes.update,
    input: () => ({ body: { name: 'Acme 2' } }),
    rep: 403,
  },
  { name: 'check public url', route: workspaceRoutes.checkPublicUrl, rep: 200 },
  { name: 'stop', route: workspaceRoutes.stop, rep: 200 },
  { name: 'resume', route: workspaceRoutes.resume, rep: 403 },
  { name: 'restore', route: upkeepRoutes.restore, rep: 200 },
  { name: 'statistics', route: statisticsRoutes.daily, rep: 200 },
  { name: 'end restore', route: upkeepRoutes.endRestore, rep: 403, owner: 409 },
  { name: 'integrity', route: upkeepRoutes.integrity, rep: 403 },
  { name: 'repair counters', route: upkeepRoutes.repair, rep: 403, owner: 409 },
  { name: 'senders', route: senderRoutes.list, rep: 200 },
  {
    name: 'create sender',
    route: senderRoutes.create,
    input: () => ({ body: { name: 'S', zone: 'UTC' } }),
    rep: 200,
  },
  { name: 'sender', route: senderRoutes.get, input: ofSender(), rep: 403, scoped: true },
  {
    name: 'update sender',
    route: senderRoutes.update,
    input: ofSender({ name: 'New' }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'pause sender',
    route: senderRoutes.pause,
    input: ofSender({ channel: null }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'resume sender',
    route: senderRoutes.resume,
    input: ofSender({ channel: null }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'disconnect',
    route: senderRoutes.disconnectLinkedin,
    input: ofSender(),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    name: 'reconnect',
    route: senderRoutes.reconnectLinkedin,
    input: ofSender(),
    rep: 403,
    scoped: true,
  },
  { name: 'resume plan', route: resumePlanRoutes.get, input: ofSender(), rep: 403, scoped: true },
  {
    name: 'edit resume plan',
    route: resumePlanRoutes.edit,
    input: (w) =>
      ofSender({
        channel: 'linkedin',
        edits: [{ do: 'cancel', automationId: w.ids.automationId, kind: 'message' }],
      })(w),
    rep: 403,
    scoped: true,
  },
  {
    name: 'approve device',
    route: senderRoutes.approveDevice,
    input: ofSender({ userCode: 'ABCDEFGH' }),
    rep: 403,
    scoped: true,
    owner: 422,
  },
  {
    name: 'revoke device',
    route: senderRoutes.revokeDevice,
    input: (w) => ({ params: { senderId: w.ids.senderId, deviceId: w.ids.deviceId } }),
    rep: 403,
    scoped: true,
  },
  { name: 'mailbox options', route: mailboxRoutes.options, rep: 200 },
  {
    name: 'discover mailbox',
    route: mailboxRoutes.discover,
    input: () => ({ query: { address: 'olga@gmail.com' } }),
    rep: 200,
  },
  {
    name: 'sign in to mailbox',
    route: mailboxRoutes.signIn,
    input: ofSender({ provider: 'google', fromName: 'Olga', fromAddress: 'olga@gmail.com' }),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  { name: 'test mailbox', route: mailboxRoutes.test, input: ofSender(mailSettings), rep: 403, scoped: true },
  {
    name: 'save mailbox',
    route: mailboxRoutes.save,
    input: ofSender(mailSettings),
    rep: 403,
    scoped: true,
    owner: 422,
  },
  {
    name: 'disconnect mailbox',
    route: mailboxRoutes.disconnect,
    input: ofSender(),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    name: 'retry mailbox',
    route: mailboxRoutes.retry,
    input: ofSender(),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  { name: 'deliverability', route: deliverabilityRoutes.get, input: ofSender(), rep: 403, scoped: true },
  {
    name: 'check deliverability',
    route: deliverabilityRoutes.check,
    input: ofSender(),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    name: 'send test mail',
    route: deliverabilityRoutes.sendTest,
    input: ofSender(),
    rep: 403,
    scoped: true,
    owner: 409,
  },
];
