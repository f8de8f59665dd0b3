import { z } from 'zod';
import { attachmentIds } from '../automation/nodes.ts';
import { limits } from '../kernel/limits.ts';
import { id, instant, route } from './route.ts';

export const templateView = z.object({
  id,
  name: z.string(),
  subject: z.string(),
  text: z.string(),
  /** Ids of the files that go along. */
  attachments: z.array(id),
  updatedAt: instant,
});
export type TemplateView = z.infer<typeof templateView>;

const texts = z.object({
  subject: z.string().max(limits.emailSubject),
  text: z.string().trim().min(1, 'Write the text.').max(limits.template),
  attachments: attachmentIds,
});
const draft = texts.extend({ name: z.string().trim().min(1, 'Give it a name.').max(limits.name) });
const params = z.object({ templateId: id });

const person = z.object({
  /** Whose mailbox and name it goes out with; null: an invented one. */
  senderId: id.nullable(),
  /** Null: an invented contact. */
  contactId: id.nullable(),
});

export const emailPreview = z.object({
  contactName: z.string(),
  /** Null: it would wait; `missing` and `problem` say why. */
  subject: z.string().nullable(),
  plain: z.string().nullable(),
  html: z.string().nullable(),
  /** Characters of the text as it is written for this contact. */
  characters: z.number().int(),
  /** Variables without value and without fallback. */
  missing: z.array(z.string()),
  /** Why it would wait, or what is wrong with its attachments. */
  problem: z.string().nullable(),
});
export type EmailPreview = z.infer<typeof emailPreview>;

/** Texts that are written once and used in many email steps. */
export const templateRoutes = {
  list: route('member', 'GET', '/api/v1/templates', { response: z.object({ items: z.array(templateView) }) }),
  create: route('member', 'POST', '/api/v1/templates', { body: draft, response: templateView }),
  update: route('member', 'PUT', '/api/v1/templates/:templateId', {
    params,
    body: draft,
    response: templateView,
  }),
  /** Steps keep the text they were given. */
  remove: route('member', 'DELETE', '/api/v1/templates/:templateId', { params, response: z.object({}) }),
  /** What one contact would get. */
  preview: route('member', 'POST', '/api/v1/templates/preview', {
    body: person.extend({
      subject: z.string().max(limits.emailSubject),
      text: z.string().max(limits.template),
      attachments: attachmentIds,
    }),
    response: emailPreview,
  }),
  /** The very message a contact would get, sent to the sender's own address. */
  sendTest: route('member', 'POST', '/api/v1/templates/send-test', {
    body: person.extend(texts.shape).extend({ senderId: id }),
    response: z.object({ response: z.string() }),
  }),
  signature: route('member', 'GET', '/api/v1/senders/:senderId/signature', {
    params: z.object({ senderId: id }),
    response: z.object({ signature: z.string() }),
  }),
  saveSignature: route('member', 'PUT', '/api/v1/senders/:senderId/signature', {
    params: z.object({ senderId: id }),
    body: z.object({ signature: z.string().trim().max(2_000) }),
    response: z.object({ signature: z.string() }),
  }),
};
