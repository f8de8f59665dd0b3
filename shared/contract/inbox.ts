import { z } from 'zod';
import { attachmentIds } from '#shared/automation/nodes.ts';
import { channelKind } from '#shared/statuses/engine.ts';
import { messageKind, threadLabel } from '#shared/statuses/inbox.ts';
import { enrollmentView } from './contact.ts';
import { id, instant, page, pageQuery, route } from './route.ts';

/** Conversations of sender profiles with contacts, on LinkedIn and by email. */

export const threadFilter = z.enum(['all', 'unread', 'waiting', 'snoozed']);
export type ThreadFilter = z.infer<typeof threadFilter>;

export const threadView = z.object({
  id,
  channel: channelKind,
  senderId: id,
  senderName: z.string(),
  contactId: id,
  contactName: z.string(),
  company: z.string().nullable(),
  lastAt: instant,
  lastKind: z.union([messageKind, z.literal('by_hand')]),
  /** The beginning of the latest message. */
  lastText: z.string(),
  unread: z.boolean(),
  /** A reply waits for a decision. */
  waiting: z.boolean(),
  label: threadLabel.nullable(),
  snoozedUntil: instant.nullable(),
  /** Somebody else's: read with the rep's consent. */
  ofOther: z.boolean(),
});
export type ThreadView = z.infer<typeof threadView>;

export const attachmentView = z.object({ name: z.string(), type: z.string(), size: z.number().int() });

/** What a message may be, and a person is asked: they opt out, the address is gone, it is an answer of theirs. */
const suggestion = z.enum(['unsubscribe', 'bounce', 'answer']);

export const messageView = z.object({
  id,
  /** `automated`: a step of an automation wrote it. */
  from: z.enum(['contact', 'by_hand', 'automated']),
  kind: z.union([messageKind, z.literal('by_hand'), z.literal('automated')]),
  channel: channelKind,
  at: instant,
  senderName: z.string(),
  /** As the message names its writer. */
  writer: z.string().nullable(),
  subject: z.string().nullable(),
  /** What was newly written. */
  text: z.string(),
  /** The whole text with what it quotes, where there is more. */
  whole: z.string().nullable(),
  /** Sanitised; loads nothing. */
  html: z.string().nullable(),
  attachments: z.array(attachmentView),
  /** Answers: how far they got, with the server's words. */
  state: z.enum(['queued', 'sending', 'sent', 'failed', 'unknown']).nullable(),
  detail: z.string().nullable(),
  /** A queued answer that was refused for now: when it is tried again (schedule time). */
  expectedAt: instant.nullable(),
  /** What a person is asked about it. */
  suggests: suggestion.nullable(),
  /** Why it was taken for what it is: headers, codes, the system's words. */
  evidence: z.record(z.string(), z.string()),
});
export type MessageView = z.infer<typeof messageView>;

export const threadDetail = z.object({
  thread: threadView,
  /** Oldest first; the latest `MESSAGES_SHOWN`. */
  messages: z.array(messageView),
  /** Places in automations that wait for a decision about the reply. */
  decisions: z.array(enrollmentView),
  /** Why nobody can answer here, with what to do; null: it can be answered. */
  noAnswer: z.string().nullable(),
  /** Where an answer goes: whence they wrote last, else the contact's address. */
  answersTo: z.string().nullable(),
  linkedinUrl: z.string().nullable(),
});
export type ThreadDetail = z.infer<typeof threadDetail>;

export const MESSAGES_SHOWN = 200;

/** An email that came back, or how somebody opted out, with the evidence. */
export const mailReportView = z.object({
  id,
  at: instant,
  kind: messageKind,
  contactId: id,
  contactName: z.string(),
  senderName: z.string(),
  severity: z.enum(['hard', 'soft', 'policy']).nullable(),
  unsure: z.boolean(),
  status: z.string().nullable(),
  diagnostic: z.string().nullable(),
  /** The message's own words; empty where the rep has not agreed that managers read them. */
  text: z.string(),
  evidence: z.record(z.string(), z.string()),
});
export type MailReportView = z.infer<typeof mailReportView>;

const params = z.object({ threadId: id });

export const inboxRoutes = {
  /** Latest first: one's own sender profiles, and those whose rep shares the inbox with managers. */
  list: route('member', 'GET', '/api/v1/inbox', {
    query: pageQuery.extend({
      filter: threadFilter.default('all'),
      senderId: id.optional(),
      channel: channelKind.optional(),
      label: threadLabel.optional(),
    }),
    response: page(threadView),
  }),
  counts: route('member', 'GET', '/api/v1/inbox/counts', {
    response: z.object({ unread: z.number().int() }),
  }),
  get: route('member', 'GET', '/api/v1/inbox/:threadId', { params, response: threadDetail }),
  update: route('member', 'PATCH', '/api/v1/inbox/:threadId', {
    params,
    body: z.object({
      unread: z.boolean().optional(),
      label: threadLabel.nullable().optional(),
      snoozedUntil: instant.nullable().optional(),
    }),
    response: threadView,
  }),
  /** Sends an answer as the sender. The same `requestId` again sends nothing more. */
  answer: route('member', 'POST', '/api/v1/inbox/:threadId/answers', {
    params,
    body: z.object({
      requestId: z.uuid(),
      text: z.string().trim().min(1).max(20_000),
      attachments: attachmentIds,
    }),
    response: messageView,
  }),
  /** A person looked whether an answer went out whose fate is unknown. */
  settleAnswer: route('member', 'POST', '/api/v1/answers/:answerId/settlement', {
    params: z.object({ answerId: id }),
    body: z.object({ wasSent: z.boolean() }),
  }),
  /** A person says whether what was suggested about a message is so. Another question may have come to stand there. */
  settleSuggestion: route('member', 'POST', '/api/v1/messages/:messageId/suggestion', {
    params: z.object({ messageId: id }),
    body: z.object({ suggests: suggestion, isSo: z.boolean() }),
  }),
  /** Everything written with a contact, on all channels, as far as one may read it. */
  ofContact: route('member', 'GET', '/api/v1/contacts/:contactId/messages', {
    params: z.object({ contactId: id }),
    response: z.object({
      messages: z.array(messageView),
      /** The conversations that one may read, to answer in. */
      threads: z.array(threadView.pick({ id: true, channel: true, senderName: true })).default([]),
      /** Sender profiles whose messages their reps keep to themselves. */
      hiddenSenders: z.array(z.string()),
    }),
  }),
  /** What came back, and who opted out by mail. */
  reports: route('member', 'GET', '/api/v1/mail-reports', {
    query: pageQuery,
    response: page(mailReportView),
  }),
};
