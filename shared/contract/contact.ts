import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { enrollmentStatus, eventType, relationStatus, whoMustAct } from '#shared/statuses/engine.ts';
import { id, instant, page, pageQuery, route } from './route.ts';

export const contactView = z.object({
  id,
  firstName: z.string(),
  lastName: z.string(),
  email: z.string().nullable(),
  linkedinSlug: z.string().nullable(),
  company: z.string().nullable(),
  title: z.string().nullable(),
  location: z.string().nullable(),
  stoplisted: z.boolean(),
  /** A delivery report called the email address gone. */
  addressGone: z.boolean(),
  repliedAt: instant.nullable(),
  createdAt: instant,
});
export type ContactView = z.infer<typeof contactView>;

/** Why an enrollment stands where it stands (product §4.3, last paragraph). */
/** How one branch of an enrollment stands; `ending`: it is over, and did not reach an end. */
export const branchView = z.object({
  nodeId: z.string(),
  /** The step's type and own name; null: the version has it no more. */
  step: z.object({ type: z.string(), label: z.string() }).nullable(),
  ending: z.enum(['failed', 'bounced', 'canceled']).nullable(),
  sentence: z.string(),
  waitsFor: z.string().nullable(),
  whoMustAct,
  expectedAt: instant.nullable(),
  limit: z.string().nullable(),
});
export type BranchView = z.infer<typeof branchView>;

export const enrollmentView = z.object({
  id,
  automationId: id,
  automationName: z.string(),
  contactId: id,
  contactName: z.string(),
  status: enrollmentStatus,
  reason: z.string().nullable(),
  /** The reason as a sentence. */
  sentence: z.string(),
  waitsFor: z.string().nullable(),
  whoMustAct,
  expectedAt: instant.nullable(),
  /** The one limit that binds. */
  limit: z.string().nullable(),
  senderId: z.string().nullable(),
  senderName: z.string().nullable(),
  nodeIds: z.array(z.string()),
  /** Inboxes of the sender that were not read lately: replies there are missed while the other channel goes on. */
  unreadInboxes: z
    .array(z.object({ channel: z.enum(['linkedin', 'email']), readAt: instant.nullable() }))
    .default([]),
  /** The reason per branch, where there are several that did not end well or at all. */
  branches: z.array(branchView).default([]),
  /** It has ended, is the latest one of this contact here, and the automation runs. */
  canEnterAgain: z.boolean(),
  /** It failed at a step without an effect, which can be tried again. */
  canRetry: z.boolean().default(false),
  updatedAt: instant,
});
export type EnrollmentView = z.infer<typeof enrollmentView>;

export const activityView = z.object({
  id,
  type: eventType,
  at: instant,
  result: z.enum(['success', 'pending', 'error']),
  /** What happened, as a sentence with the exact reason. */
  sentence: z.string(),
  /** The proof seen, e.g. "Pending shown". */
  proof: z.string().nullable(),
  senderName: z.string().nullable(),
  automationName: z.string().nullable(),
});

/** What a member wrote down about a contact; `mine`: by whoever asks. */
export const contactNoteView = z.object({
  id,
  text: z.string(),
  author: z.string(),
  at: instant,
  mine: z.boolean(),
});
export const contactNoteText = z.string().trim().min(1).max(4000);

export const contactDetail = contactView.extend({
  relations: z.array(
    z.object({
      senderId: id,
      senderName: z.string(),
      status: relationStatus,
      since: instant,
      /** When a pending invitation is withdrawn by itself. */
      withdrawAt: instant.nullable(),
      /** After a withdrawal: from then on LinkedIn takes a new invitation. */
      lockedUntil: instant.nullable(),
    }),
  ),
  enrollments: z.array(enrollmentView),
  lists: z.array(z.object({ id, name: z.string() })),
  tags: z.array(z.object({ id, name: z.string() })).default([]),
  /** Newest first. */
  notes: z.array(contactNoteView).default([]),
  custom: z.record(z.string(), z.string()),
  source: z.string(),
  legalBasis: z.string(),
  /** A person chose this sender profile for future enrollments. */
  pinnedSender: z.object({ id, name: z.string() }).nullable(),
  /** Time zone, such as Europe/Berlin; null: not known. */
  zone: z.string().nullable(),
});

/** A column of the file goes to one of these, to a custom field ("custom:<name>"), or nowhere. */
export const importField = z.union([
  z.enum([
    'ignore',
    'firstName',
    'lastName',
    'fullName',
    'email',
    'linkedinUrl',
    'company',
    'title',
    'location',
  ]),
  z.string().regex(/^custom:[A-Za-z][A-Za-z0-9_]{0,39}$/),
]);

export const importPreview = z.object({
  id,
  fileName: z.string(),
  encoding: z.string(),
  delimiter: z.string(),
  rowCount: z.number().int(),
  columns: z.array(z.object({ name: z.string(), suggestion: importField, samples: z.array(z.string()) })),
});

export const importRowOutcome = z.enum(['added', 'updated', 'duplicate', 'rejected']);

export const importResult = z.object({
  id,
  fileName: z.string(),
  state: z.enum(['uploaded', 'done']),
  listId: z.string().nullable(),
  added: z.number().int(),
  updated: z.number().int(),
  duplicates: z.number().int(),
  rejected: z.number().int(),
});

export const importRow = z.object({
  /** Line in the file, the header being 1. */
  row: z.number().int(),
  outcome: importRowOutcome,
  field: z.string().nullable(),
  reason: z.string().nullable(),
  contactId: z.string().nullable(),
});

export const listView = z.object({ id, name: z.string(), memberCount: z.number().int() });

const importParams = z.object({ importId: id });
const contactParams = z.object({ contactId: id });

/** A contact in the recycle bin, and when its personal data goes for good. */
export const binnedContact = z.object({
  id,
  name: z.string(),
  company: z.string().nullable(),
  reason: z.enum(['person', 'retention']),
  deletedAt: instant,
  erasedAt: instant,
});
export type BinnedContact = z.infer<typeof binnedContact>;

/** A contact that goes to the recycle bin because nobody was in touch for long. */
export const announcedContact = z.object({
  id,
  name: z.string(),
  company: z.string().nullable(),
  goesAt: instant,
});
export type AnnouncedContact = z.infer<typeof announcedContact>;

/** Deleting, keeping and erasing personal data (product §7). */
export const personalDataRoutes = {
  bin: route('member', 'GET', '/api/v1/contacts-bin', { query: pageQuery, response: page(binnedContact) }),
  /** What retention will put into the recycle bin, soonest first. */
  announced: route('member', 'GET', '/api/v1/contacts-announced', {
    query: pageQuery,
    response: page(announcedContact).extend({ months: z.number().int().nullable() }),
  }),
  /** They count as contacted today. Without ids: all that are announced now. */
  keep: route('member', 'POST', '/api/v1/contacts-announced/keep', {
    body: z.object({ ids: z.array(id).min(1).max(500).optional() }),
    response: z.object({ kept: z.number().int() }),
  }),
  /** Into the recycle bin for 30 days; every automation of the contact ends. */
  delete: route('member', 'DELETE', '/api/v1/contacts/:contactId', { params: contactParams }),
  restore: route('member', 'POST', '/api/v1/contacts/:contactId/restore', { params: contactParams }),
  /** The person asked for it: all personal data goes at once, and a keyed hash keeps them from coming in again. */
  erase: route('member', 'POST', '/api/v1/contacts/:contactId/erase', { params: contactParams }),
  /**
   * Everything that is stored about the person, by table. Of conversations that the member may not read only their
   * times are there, marked `withheld`; `withheldBy` names the sender profiles whose reps can export the rest.
   */
  export: route('member', 'POST', '/api/v1/contacts/:contactId/export', {
    params: contactParams,
    response: z.object({
      exportedAt: instant,
      withheldBy: z.array(z.string()),
      data: z.record(z.string(), z.array(z.unknown())),
    }),
  }),
};

export const contactRoutes = {
  list: route('member', 'GET', '/api/v1/contacts', {
    query: pageQuery.extend({ search: z.string().max(200).optional(), listId: id.optional() }),
    /** `total` contacts match, or more than that. */
    response: page(contactView).extend({ total: z.number().int(), atLeast: z.boolean() }),
  }),
  get: route('member', 'GET', '/api/v1/contacts/:contactId', {
    params: contactParams,
    response: contactDetail,
  }),
  /** Pins a sender profile for future enrollments, or sets the time zone; null takes either back. */
  setOutreach: route('member', 'PATCH', '/api/v1/contacts/:contactId/outreach', {
    params: contactParams,
    body: z.object({
      pinnedSenderId: id.nullable().optional(),
      zone: z.string().max(64).nullable().optional(),
    }),
    response: contactDetail,
  }),
  addNote: route('member', 'POST', '/api/v1/contacts/:contactId/notes', {
    params: contactParams,
    body: z.object({ text: contactNoteText }),
    response: contactDetail,
  }),
  /** One's own note only. */
  removeNote: route('member', 'DELETE', '/api/v1/contacts/:contactId/notes/:noteId', {
    params: contactParams.extend({ noteId: id }),
    response: contactDetail,
  }),
  activity: route('member', 'GET', '/api/v1/contacts/:contactId/activity', {
    params: contactParams,
    query: pageQuery,
    response: page(activityView),
  }),
  lists: route('member', 'GET', '/api/v1/lists', { response: z.object({ items: z.array(listView) }) }),
  createList: route('member', 'POST', '/api/v1/lists', {
    body: z.object({ name: z.string().trim().min(1).max(limits.name) }),
    response: listView,
  }),
  /** Its contacts stay; 409 `list_in_use` while an automation or an import needs it. */
  deleteList: route('member', 'DELETE', '/api/v1/lists/:listId', { params: z.object({ listId: id }) }),
};

/**
 * CSV import in two steps: upload and parse (nothing is written to contacts), then run with a mapping.
 * `upload` takes the raw bytes as base64 in JSON, so that one client and one error shape serve all routes.
 */
export const importRoutes = {
  upload: route('member', 'POST', '/api/v1/imports', {
    body: z.object({ fileName: z.string().min(1).max(255), contentBase64: z.string().max(36_000_000) }),
    response: importPreview,
  }),
  run: route('member', 'POST', '/api/v1/imports/:importId/run', {
    params: importParams,
    body: z.object({
      mapping: z.array(importField).max(limits.csvColumns),
      listName: z.string().trim().min(1).max(limits.name),
      legalBasis: z.enum(['legitimate_interest', 'consent', 'contract']),
    }),
    response: importResult,
  }),
  get: route('member', 'GET', '/api/v1/imports/:importId', { params: importParams, response: importResult }),
  rows: route('member', 'GET', '/api/v1/imports/:importId/rows', {
    params: importParams,
    query: pageQuery.extend({ outcome: importRowOutcome.optional() }),
    response: page(importRow),
  }),
};

export const stoplistEntry = z.object({
  id,
  kind: z.enum(['email', 'domain', 'linkedin_slug', 'linkedin_member', 'linkedin_profile', 'company']),
  value: z.string(),
  reason: z.string(),
  at: instant,
});

export const stoplistRoutes = {
  list: route('member', 'GET', '/api/v1/stoplist', { query: pageQuery, response: page(stoplistEntry) }),
  /** `value` may be an email, a domain, a LinkedIn profile address or a company name; the kind is recognised. */
  add: route('member', 'POST', '/api/v1/stoplist', {
    body: z.object({
      value: z.string().trim().min(1).max(300),
      kind: z.enum(['email', 'domain', 'linkedin_slug', 'company']).optional(),
      reason: z.string().trim().min(1).max(300),
    }),
    response: stoplistEntry,
  }),
  remove: route('member', 'DELETE', '/api/v1/stoplist/:entryId', { params: z.object({ entryId: id }) }),
};
