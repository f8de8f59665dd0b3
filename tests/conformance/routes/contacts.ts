import { contactRoutes, importRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { inboxRoutes } from '#shared/contract/inbox.ts';
import { csv, type World } from '../fixture.ts';
import type { Input } from '../support.ts';
import type { Case } from './case.ts';

const ofThread =
  (body?: unknown) =>
  (w: World): Input => ({ params: { threadId: w.ids.threadId }, ...(body ? { body } : {}) });

/** Contacts, the inbox, imports and the stoplist. */
export const contactsCases: Case[] = [
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
];
