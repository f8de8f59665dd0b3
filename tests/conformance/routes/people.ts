import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { personalDataRoutes } from '#shared/contract/contact.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { manualTaskRoutes, notificationRoutes } from '#shared/contract/manualTask.ts';
import { memberRoutes } from '#shared/contract/member.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { textHash } from '../../../companion-server/engine/index.ts';
import { type World, writtenPayload } from '../fixture.ts';
import type { Input } from '../support.ts';
import { type Case, ofAutomation, ofContact, ofSender } from './case.ts';

const inAutomation =
  (body: unknown) =>
  (w: World): Input => ({ params: { automationId: w.ids.automationId, senderId: w.ids.senderId }, body });

/** What waits for people, how senders and members leave, personal data. */
export const peopleCases: Case[] = [
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
