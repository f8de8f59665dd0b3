import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { contactRoutes, importRoutes, personalDataRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { deliverabilityRoutes } from '#shared/contract/deliverability.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { inboxRoutes } from '#shared/contract/inbox.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { manualTaskRoutes, notificationRoutes } from '#shared/contract/manualTask.ts';
import { memberRoutes } from '#shared/contract/member.ts';
import { resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import type { Route } from '#shared/contract/route.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { statisticsRoutes } from '#shared/contract/statistics.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { templateRoutes } from '#shared/contract/template.ts';
import { upkeepRoutes } from '#shared/contract/upkeep.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { textHash } from '../../companion-server/engine/index.ts';
import { csv, visitGraph, type World, writtenPayload } from './fixture.ts';
import type { Input } from './support.ts';

/** A route as a member calls it. */
export interface Case {
  name: string;
  route: Route;
  input?: (world: World) => Input;
  /** What the owner gets: 200, or the problem that is right here. */
  owner?: number;
  /** What a rep gets who owns nothing of it. */
  rep: number;
  /** Names something of the workspace, so that a stranger gets 404. */
  scoped?: boolean;
  /** Here it finds nothing to change. */
  silent?: boolean;
}

const mailServer = (port: number) => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  user: 'u',
  password: 'p',
});
const mailSettings = {
  smtp: mailServer(9),
  imap: mailServer(9),
  fromName: 'Olga',
  fromAddress: 'olga@acme.test',
};
const ofThread =
  (body?: unknown) =>
  (w: World): Input => ({ params: { threadId: w.ids.threadId }, ...(body ? { body } : {}) });
const ofSender =
  (body: unknown = {}) =>
  (w: World): Input => ({ params: { senderId: w.ids.senderId }, body });
const ofAutomation =
  (body: unknown = {}) =>
  (w: World): Input => ({
    params: { automationId: w.ids.automationId },
    body,
  });
const inAutomation =
  (body: unknown) =>
  (w: World): Input => ({ params: { automationId: w.ids.automationId, senderId: w.ids.senderId }, body });
const ofBulk = (w: World): Input => ({ params: { bulkId: w.ids.bulkId }, body: {} });
const ofContact = (w: World): Input => ({ params: { contactId: w.ids.contactId }, body: {} });
const ofDraft = (w: World): Input => ({ params: { automationId: w.ids.draftId } });

/** Every member route, in this order against one workspace: later cases may use what earlier ones left. */
export const cases: Case[] = [
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
  { name: 'contacts', route: contactRoutes.list, rep: 200 },
  {
    name: 'contact',
    route: contactRoutes.get,
    input: (w) => ({ params: { contactId: w.ids.contactId } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'outreach of a contact',
    route: contactRoutes.setOutreach,
    input: (w) => ({
      params: { contactId: w.ids.contactId },
      body: { pinnedSenderId: w.ids.senderId, zone: 'Europe/Berlin' },
    }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'activity',
    route: contactRoutes.activity,
    input: (w) => ({ params: { contactId: w.ids.contactId } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'messages of a contact',
    route: inboxRoutes.ofContact,
    input: (w) => ({ params: { contactId: w.ids.contactId } }),
    rep: 200,
    scoped: true,
  },
  { name: 'inbox', route: inboxRoutes.list, rep: 200 },
  { name: 'unread', route: inboxRoutes.counts, rep: 200 },
  { name: 'conversation', route: inboxRoutes.get, input: ofThread(), rep: 404, scoped: true },
  { name: 'mark', route: inboxRoutes.update, input: ofThread({ unread: false }), rep: 404, scoped: true },
  {
    name: 'answer',
    route: inboxRoutes.answer,
    input: ofThread({ requestId: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1', text: 'Yes.' }),
    rep: 404,
    scoped: true,
    // Answers on LinkedIn are written there.
    owner: 409,
  },
  {
    name: 'settle a suggestion',
    route: inboxRoutes.settleSuggestion,
    input: (w) => ({
      params: { messageId: w.ids.messageId },
      body: { suggests: 'unsubscribe', isSo: false },
    }),
    rep: 404,
    scoped: true,
  },
  {
    name: 'settle an answer',
    route: inboxRoutes.settleAnswer,
    input: (w) => ({ params: { answerId: w.ids.messageId }, body: { wasSent: true } }),
    rep: 404,
    scoped: true,
  },
  { name: 'bounces and opt-outs', route: inboxRoutes.reports, rep: 200 },
  {
    name: 'add note',
    route: contactRoutes.addNote,
    input: (w) => ({ params: { contactId: w.ids.contactId }, body: { text: 'Likes tea' } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'remove note',
    route: contactRoutes.removeNote,
    input: (w) => ({ params: { contactId: w.ids.contactId, noteId: 'none' } }),
    rep: 404,
    owner: 404,
    scoped: true,
  },
  { name: 'lists', route: contactRoutes.lists, rep: 200 },
  {
    name: 'create list',
    route: contactRoutes.createList,
    input: () => ({ body: { name: 'More' } }),
    rep: 403,
  },
  {
    name: 'delete list',
    route: contactRoutes.deleteList,
    input: (w) => ({ params: { listId: w.ids.listId } }),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    name: 'upload',
    route: importRoutes.upload,
    input: () => ({ body: { fileName: 'b.csv', contentBase64: csv('Email\nb@example.org\n') } }),
    rep: 403,
  },
  {
    name: 'run import',
    route: importRoutes.run,
    input: (w) => ({
      params: { importId: w.ids.openImportId },
      body: { mapping: ['ignore', 'ignore', 'email', 'ignore'], listName: 'More', legalBasis: 'consent' },
    }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'import',
    route: importRoutes.get,
    input: (w) => ({ params: { importId: w.ids.importId } }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'import rows',
    route: importRoutes.rows,
    input: (w) => ({ params: { importId: w.ids.importId } }),
    rep: 403,
    scoped: true,
  },
  { name: 'stoplist', route: stoplistRoutes.list, rep: 200 },
  {
    name: 'add to stoplist',
    route: stoplistRoutes.add,
    input: () => ({ body: { value: 'corp.test', reason: 'r' } }),
    rep: 200,
  },
  {
    name: 'remove from stoplist',
    route: stoplistRoutes.remove,
    input: (w) => ({ params: { entryId: w.ids.entryId } }),
    rep: 403,
    scoped: true,
  },
  { name: 'automations', route: automationRoutes.list, rep: 200 },
  {
    name: 'create automation',
    route: automationRoutes.create,
    input: () => ({ body: { name: 'A' } }),
    rep: 403,
  },
  { name: 'templates', route: templateRoutes.list, rep: 200 },
  {
    name: 'create template',
    route: templateRoutes.create,
    input: () => ({ body: { name: 'T', subject: 'S', text: 'Hello' } }),
    rep: 403,
  },
  {
    name: 'update template',
    route: templateRoutes.update,
    input: () => ({ params: { templateId: 'none' }, body: { name: 'T', subject: 'S', text: 'Hello' } }),
    rep: 403,
    owner: 404,
  },
  {
    name: 'delete template',
    route: templateRoutes.remove,
    input: () => ({ params: { templateId: 'none' } }),
    rep: 403,
    owner: 404,
  },
  {
    name: 'preview template',
    route: templateRoutes.preview,
    input: (w) => ({
      body: { senderId: w.ids.senderId, contactId: w.ids.contactId, subject: 'S', text: 'Hello' },
    }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'send test of a template',
    route: templateRoutes.sendTest,
    input: (w) => ({ body: { senderId: w.ids.senderId, contactId: null, subject: 'S', text: 'Hello' } }),
    rep: 403,
    owner: 409,
    scoped: true,
  },
  { name: 'attachments', route: attachmentRoutes.list, rep: 200 },
  {
    name: 'upload attachment',
    route: attachmentRoutes.upload,
    // The same content again is the same file.
    input: () => ({ body: { name: 'a.pdf', contentBase64: csv(systemNewId()) } }),
    rep: 200,
  },
  {
    name: 'delete attachment',
    route: attachmentRoutes.remove,
    input: () => ({ params: { attachmentId: 'none' } }),
    rep: 403,
    owner: 404,
  },
  { name: 'signature', route: templateRoutes.signature, input: ofSender(), rep: 403, scoped: true },
  {
    name: 'save signature',
    route: templateRoutes.saveSignature,
    input: ofSender({ signature: 'Anna' }),
    rep: 403,
    scoped: true,
  },
  { name: 'automation', route: automationRoutes.get, input: ofAutomation(), rep: 200, scoped: true },
  {
    name: 'email statistics',
    route: automationRoutes.emailStatistics,
    input: ofAutomation(),
    rep: 200,
    scoped: true,
  },
  {
    name: 'save draft',
    route: automationRoutes.saveDraft,
    input: (w) => ({ ...ofDraft(w), body: { name: 'D', graph: visitGraph('nothing', w.ids.senderId) } }),
    rep: 403,
    scoped: true,
  },
  { name: 'preflight', route: automationRoutes.preflight, input: ofDraft, rep: 403, scoped: true },
  { name: 'start', route: automationRoutes.start, input: ofDraft, rep: 403, scoped: true, owner: 422 },
  {
    name: 'automation settings',
    route: automationRoutes.settings,
    input: ofAutomation({ pauseColleagues: true }),
    rep: 403,
    scoped: true,
  },
  { name: 'pause', route: automationRoutes.pause, input: ofAutomation(), rep: 403, scoped: true },
  {
    name: 'resume automation',
    route: automationRoutes.resume,
    input: ofAutomation(),
    rep: 403,
    scoped: true,
  },
  { name: 'clone', route: automationRoutes.clone, input: ofAutomation(), rep: 403, scoped: true },
  { name: 'versions', route: versionRoutes.list, input: ofAutomation(), rep: 200, scoped: true },
  {
    name: 'version',
    route: versionRoutes.get,
    input: (w) => ({ params: { automationId: w.ids.automationId, number: '1' } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'preview version',
    route: versionRoutes.preview,
    input: ofAutomation({}),
    rep: 403,
    scoped: true,
  },
  {
    name: 'publish version',
    route: versionRoutes.publish,
    input: ofAutomation({ basedOn: 99 }),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    name: 'undo publishing',
    route: versionRoutes.undo,
    input: ofAutomation(),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  { name: 'enrollments', route: automationRoutes.enrollments, input: ofAutomation(), rep: 200, scoped: true },
  { name: 'reasons', route: automationRoutes.reasons, input: ofAutomation(), rep: 200, scoped: true },
  { name: 'bulk actions', route: bulkRoutes.list, input: ofAutomation(), rep: 200, scoped: true },
  {
    name: 'bulk action',
    route: bulkRoutes.start,
    input: ofAutomation({ input: { action: 'pause' }, selection: { filter: { search: 'Nobody' } } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'check sender of bulk action',
    route: bulkRoutes.checkSender,
    input: (w) => ofAutomation({ senderId: w.ids.senderId, selection: { filter: {} } })(w),
    rep: 403,
    scoped: true,
  },
  { name: 'bulk progress', route: bulkRoutes.get, input: ofBulk, rep: 200, scoped: true },
  { name: 'stop bulk', route: bulkRoutes.stop, input: ofBulk, rep: 403, scoped: true },
  { name: 'undo bulk', route: bulkRoutes.undo, input: ofBulk, rep: 403, scoped: true, owner: 409 },
  { name: 'tags', route: tagRoutes.list, rep: 200 },
  { name: 'create tag', route: tagRoutes.create, input: () => ({ body: { name: 'Cold' } }), rep: 403 },
  {
    name: 'tag contact',
    route: tagRoutes.add,
    input: (w) => ({ params: { contactId: w.ids.contactId }, body: { tagId: w.ids.tagId } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'untag contact',
    route: tagRoutes.remove,
    input: (w) => ({ params: { contactId: w.ids.contactId, tagId: w.ids.tagId } }),
    rep: 200,
    scoped: true,
  },
  {
    name: 'delete tag',
    route: tagRoutes.delete,
    input: (w) => ({ params: { tagId: w.ids.tagId } }),
    rep: 403,
    scoped: true,
  },
  { name: 'webhook secret', route: webhookRoutes.revealSecret, rep: 403 },
  { name: 'failed webhooks', route: webhookRoutes.failed, rep: 403 },
  {
    name: 'decide webhooks',
    route: webhookRoutes.decide,
    input: () => ({ body: { action: 'retry' } }),
    rep: 403,
    silent: true,
  },
  {
    name: 'complete manual task',
    route: manualTaskRoutes.complete,
    input: (w) => ({ params: { manualTaskId: w.ids.manualTaskId }, body: { result: 'done' } }),
    rep: 403,
    scoped: true,
  },
  { name: 'notifications', route: notificationRoutes.list, rep: 200 },
  {
    name: 'notification seen',
    route: notificationRoutes.seen,
    input: (w) => ({ params: { notificationId: w.ids.notificationId } }),
    // Everybody sees only what was sent to them.
    rep: 404,
    scoped: true,
  },
  { name: 'tasks', route: taskRoutes.list, rep: 200 },
  {
    name: 'steps of a contact in an automation',
    route: taskRoutes.ofEnrollment,
    input: (w) => ({ params: { enrollmentId: w.ids.enrollmentId } }),
    rep: 200,
    scoped: true,
  },
  { name: 'task counts', route: taskRoutes.counts, rep: 200 },
  {
    name: 'approve texts',
    route: taskRoutes.approveMany,
    input: (w) => ({
      body: { tasks: [{ taskId: w.ids.approvalId, textHash: textHash(writtenPayload) }] },
    }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'withdraw approval',
    route: taskRoutes.withdrawApproval,
    input: (w) => ({ params: { taskId: w.ids.approvalId } }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'approve a text that was not shown',
    route: taskRoutes.approve,
    input: (w) => ({ params: { taskId: w.ids.approvalId }, body: { textHash: 'another' } }),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    name: 'skip step',
    route: taskRoutes.skip,
    input: (w) => ({ params: { taskId: w.ids.approvalId } }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'fill in what is not missing',
    route: taskRoutes.fillIn,
    input: (w) => ({ params: { taskId: w.ids.approvalId }, body: { values: { title: 'CEO' } } }),
    rep: 403,
    scoped: true,
    owner: 422,
  },
  {
    name: 'confirm person',
    route: taskRoutes.confirm,
    input: (w) => ({ params: { enrollmentId: w.ids.enrollmentId }, body: { isThem: true } }),
    rep: 403,
    scoped: true,
    owner: 409,
  },
  {
    // Before the settlement, which lets the contact go on to the end.
    name: 'decide',
    route: enrollmentRoutes.decide,
    input: (w) => ({ params: { enrollmentId: w.ids.enrollmentId }, body: { decision: 'cancel' } }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'settle',
    route: taskRoutes.settle,
    input: (w) => ({ params: { taskId: w.ids.taskId }, body: { happened: true } }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'settle many',
    route: taskRoutes.settleMany,
    input: (w) => ({ body: { taskIds: [w.ids.taskId], happened: true } }),
    rep: 403,
    scoped: true,
    silent: true,
  },
  {
    name: 'automation senders',
    route: automationSenderRoutes.list,
    input: ofAutomation(),
    rep: 200,
    scoped: true,
  },
  {
    name: 'add automation sender',
    route: automationSenderRoutes.add,
    input: (w) => ofAutomation({ nodeId: 'p', senderId: w.ids.senderId, weight: 2 })(w),
    rep: 403,
    scoped: true,
  },
  {
    name: 'weigh automation sender',
    route: automationSenderRoutes.setWeight,
    input: inAutomation({ nodeId: 'p', weight: 3 }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'remove automation sender',
    route: automationSenderRoutes.remove,
    input: inAutomation({ nodeId: 'p', tasks: 'finish' }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'daily limits',
    route: automationSenderRoutes.setLimits,
    input: ofAutomation({ invite: 5 }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'consent',
    route: senderLifeRoutes.consent,
    input: ofSender({ version: CONSENT_VERSION, agreed: false }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'delete sender',
    route: senderLifeRoutes.delete,
    input: ofSender({ tasks: 'finish' }),
    rep: 403,
    scoped: true,
  },
  { name: 'restore sender', route: senderLifeRoutes.restore, input: ofSender(), rep: 403, scoped: true },
  { name: 'deleted senders', route: senderLifeRoutes.deleted, rep: 200 },
  {
    name: 'give sender',
    route: memberRoutes.giveSender,
    input: (w) => ({ params: { senderId: w.ids.senderId }, body: { userId: w.ids.leaverUserId } }),
    rep: 403,
    scoped: true,
  },
  { name: 'members', route: memberRoutes.list, rep: 200 },
  {
    name: 'stopEntering',
    route: automationRoutes.stopEntering,
    input: ofAutomation(),
    rep: 403,
    scoped: true,
  },
  { name: 'archive', route: automationRoutes.archive, input: ofAutomation(), rep: 403, scoped: true },
  { name: 'recycle bin', route: personalDataRoutes.bin, rep: 200 },
  { name: 'announced contacts', route: personalDataRoutes.announced, rep: 200 },
  {
    name: 'keep announced',
    route: personalDataRoutes.keep,
    input: (w) => ({ body: { ids: [w.ids.contactId] } }),
    rep: 403,
    silent: true,
  },
  { name: 'export person', route: personalDataRoutes.export, input: ofContact, rep: 403, scoped: true },
  { name: 'delete contact', route: personalDataRoutes.delete, input: ofContact, rep: 403, scoped: true },
  { name: 'restore contact', route: personalDataRoutes.restore, input: ofContact, rep: 403, scoped: true },
  { name: 'erase person', route: personalDataRoutes.erase, input: ofContact, rep: 403, scoped: true },
  {
    name: 'set role',
    route: memberRoutes.setRole,
    input: (w) => ({ params: { userId: w.ids.leaverUserId }, body: { role: 'manager' } }),
    rep: 403,
    scoped: true,
  },
  {
    name: 'remove member',
    route: memberRoutes.remove,
    input: (w) => ({ params: { userId: w.ids.leaverUserId } }),
    rep: 403,
    scoped: true,
  },
  { name: 'leave', route: memberRoutes.leave, rep: 200, owner: 409 },
];
