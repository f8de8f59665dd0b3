import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { templateRoutes } from '#shared/contract/template.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { csv, visitGraph, type World } from '../fixture.ts';
import type { Input } from '../support.ts';
import { type Case, ofAutomation, ofSender } from './case.ts';

const ofBulk = (w: World): Input => ({ params: { bulkId: w.ids.bulkId }, body: {} });
const ofDraft = (w: World): Input => ({ params: { automationId: w.ids.draftId } });

/** Automations and what they are made of. */
export const automationsCases: Case[] = [
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
];
