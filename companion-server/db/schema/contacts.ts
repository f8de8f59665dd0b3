import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { RelationStatus } from '../../../shared/statuses/engine.ts';
import { at, id, json, workspaceId } from './columns.ts';

export const company = sqliteTable(
  'company',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    /** Email domain, else the folded name (shared/identity). */
    key: text('key').notNull(),
  },
  (t) => [uniqueIndex('company_key').on(t.workspaceId, t.key)],
);

export const contact = sqliteTable(
  'contact',
  {
    id: id(),
    workspaceId: workspaceId(),
    firstName: text('first_name').notNull().default(''),
    lastName: text('last_name').notNull().default(''),
    /** Lower-case "last first" for sorting and search. */
    sortName: text('sort_name').notNull().default(''),
    email: text('email'),
    /** Display key; identity is the member or profile id in contact_identity. */
    linkedinSlug: text('linkedin_slug'),
    linkedinProfileId: text('linkedin_profile_id'),
    linkedinMemberId: text('linkedin_member_id'),
    companyId: text('company_id'),
    companyName: text('company_name'),
    /** The name as the stoplist compares it (shared/identity); '': nothing is left of it; null: no name, or not folded yet. */
    companyKey: text('company_key'),
    title: text('title'),
    location: text('location'),
    /** IANA name; used where the sender profile works by the contact's own hours. */
    zone: text('zone'),
    /** A person chose this sender profile for future enrollments. */
    pinnedSenderId: text('pinned_sender_id'),
    custom: json<Record<string, string>>('custom'),
    source: text('source').notNull(),
    legalBasis: text('legal_basis').notNull(),
    /** When a sender's browser last read the profile. */
    enrichedAt: at('enriched_at'),
    /** An InMail found that anybody may write to this profile, or that it takes a credit; null: not tried yet. */
    openProfile: integer('open_profile', { mode: 'boolean' }),
    /** A person replied on some channel and nobody has decided since. */
    repliedAt: at('replied_at'),
    /** The address that a delivery report called gone; while it is the contact's, no email goes out. */
    undeliverableEmail: text('undeliverable_email'),
    /** Last committed message, invite or email to this person, over all channels and senders. */
    lastOutreachAt: at('last_outreach_at'),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    deletedAt: at('deleted_at'),
    /** From when its retention counts, as last looked up; 0: not looked at yet. */
    retentionFrom: integer('retention_from').notNull().default(0),
    /** Personal data is gone for good; the row stays so that history can name it. */
    erasedAt: at('erased_at'),
    /** The contact that this one proved to be; it has the whole history. */
    mergedInto: text('merged_into'),
  },
  (t) => [
    index('contact_sort').on(t.workspaceId, t.sortName, t.id),
    index('contact_created').on(t.workspaceId, t.id),
    index('contact_company').on(t.companyId, t.id).where(sql`company_id IS NOT NULL`),
    index('contact_company_key').on(t.workspaceId, t.companyKey, t.id).where(sql`company_key IS NOT NULL`),
    index('contact_unfolded').on(t.id).where(sql`company_name IS NOT NULL AND company_key IS NULL`),
    index('contact_merged').on(t.mergedInto).where(sql`merged_into IS NOT NULL`),
    index('contact_retention').on(t.workspaceId, t.retentionFrom, t.id).where(sql`deleted_at IS NULL`),
  ],
);

/**
 * What a contact is found by: one row for each that is not in the recycle bin, written by triggers on `contact` alone and
 * indexed by the full-text table `contact_search` (trigrams, by `id`). Its own row numbers: those of `contact` change
 * with every backup.
 */
export const contactText = sqliteTable(
  'contact_text',
  {
    id: integer('id').primaryKey(),
    workspaceId: workspaceId(),
    /** The contact. Not called `contactId`: what erases and merges contacts has nothing to do here. */
    owner: text('contact_id').notNull(),
    text: text('text').notNull(),
  },
  (t) => [uniqueIndex('contact_text_contact').on(t.owner)],
);

/** How many contacts a workspace has outside the recycle bin; kept by triggers. */
export const contactCount = sqliteTable('contact_count', {
  workspaceId: workspaceId().primaryKey(),
  n: integer('n').notNull(),
});

/** Of a domain's parts so many, from the last one, stand in the order of addresses. */
export const ORDERED_PARTS = 6;

const partsOfDomain = `'[' || replace(json_quote(substr(value, instr(value, '@') + 1)), '.', '","') || ']'`;

/**
 * Addresses in the order of their domains, over `contact_identity`: "com.acme.uk.anna@uk.acme.com". Everybody at a domain
 * and below it stands together, however deep: what begins with "com.acme.". Its index, `identity_domain`, stands in the
 * migration alone: drizzle-kit tears expressions apart at their commas.
 */
export const byDomain = sql<string>`${sql.raw(
  [
    ...Array.from(
      { length: ORDERED_PARTS },
      (_, n) => `coalesce(json_extract(${partsOfDomain}, '$[#-${n + 1}]') || '.', '')`,
    ),
    'value',
  ].join(' || '),
)}`;

/** Every known identifier of a person; unique per workspace, so that nobody is there twice. */
export const contactIdentity = sqliteTable(
  'contact_identity',
  {
    workspaceId: workspaceId(),
    kind: text('kind', { enum: ['linkedin_member', 'linkedin_profile', 'linkedin_slug', 'email'] }).notNull(),
    value: text('value').notNull(),
    contactId: text('contact_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.kind, t.value] }),
    index('identity_contact').on(t.contactId),
  ],
);

/** What a member wrote down about a person, for the whole team. */
export const contactNote = sqliteTable(
  'contact_note',
  {
    id: id(),
    workspaceId: workspaceId(),
    contactId: text('contact_id').notNull(),
    userId: text('user_id').notNull(),
    text: text('text').notNull(),
    at: at('at').notNull(),
  },
  (t) => [index('note_contact').on(t.contactId, t.id)],
);

export const list = sqliteTable(
  'list',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    memberCount: integer('member_count').notNull().default(0),
    createdAt: at('created_at').notNull(),
  },
  (t) => [uniqueIndex('list_name').on(t.workspaceId, t.name)],
);

export const listMember = sqliteTable(
  'list_member',
  {
    listId: text('list_id').notNull(),
    contactId: text('contact_id').notNull(),
    workspaceId: workspaceId(),
    addedAt: at('added_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.listId, t.contactId] }), index('list_member_contact').on(t.contactId)],
);

export const tag = sqliteTable(
  'tag',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [uniqueIndex('tag_name').on(t.workspaceId, t.name)],
);

export const contactTag = sqliteTable(
  'contact_tag',
  {
    tagId: text('tag_id').notNull(),
    contactId: text('contact_id').notNull(),
    workspaceId: workspaceId(),
    addedAt: at('added_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tagId, t.contactId] }), index('contact_tag_contact').on(t.contactId)],
);

/** Where a contact × sender profile pair stands on LinkedIn. */
export const relation = sqliteTable(
  'relation',
  {
    contactId: text('contact_id').notNull(),
    senderId: text('sender_id').notNull(),
    workspaceId: workspaceId(),
    status: text('status').$type<RelationStatus>().notNull(),
    since: at('since').notNull(),
    inviteSentAt: at('invite_sent_at'),
    /** Rapport sent the latest invitation; one by hand is never withdrawn by itself. */
    byRapport: integer('by_rapport', { mode: 'boolean' }).notNull().default(false),
    /** When the pending invitation is withdrawn by itself; null: never, or it is asked for already. */
    withdrawAt: at('withdraw_at'),
    /** After a withdrawal LinkedIn refuses a new invitation until then. */
    lockedUntil: at('locked_until'),
    connectedAt: at('connected_at'),
    /** Bound late: what they wrote since then has to be read once; null: nothing to catch up. */
    threadFrom: at('thread_from'),
    /** Last done invite, message or email by this sender, or a reply to it. */
    lastInteractionAt: at('last_interaction_at'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.senderId] }),
    index('relation_invites').on(t.senderId, t.inviteSentAt).where(sql`invite_sent_at IS NOT NULL`),
    index('relation_interaction').on(t.contactId, t.lastInteractionAt),
    index('relation_known').on(t.senderId, t.lastInteractionAt).where(sql`last_interaction_at IS NOT NULL`),
    index('relation_pending').on(t.senderId, t.contactId).where(sql`status = 'invite_sent'`),
    index('relation_withdraw').on(t.senderId, t.withdrawAt).where(sql`withdraw_at IS NOT NULL`),
    index('relation_locked').on(t.lockedUntil).where(sql`locked_until IS NOT NULL`),
    index('relation_thread').on(t.senderId, t.threadFrom).where(sql`thread_from IS NOT NULL`),
  ],
);

/** People, emails, domains and companies never to be contacted. */
export const suppression = sqliteTable(
  'suppression',
  {
    id: id(),
    workspaceId: workspaceId(),
    kind: text('kind', {
      enum: ['email', 'domain', 'linkedin_slug', 'linkedin_member', 'linkedin_profile', 'company'],
    }).notNull(),
    value: text('value').notNull(),
    reason: text('reason').notNull(),
    /** How a contact opted out. */
    via: text('via', { enum: ['link', 'mailto', 'words', 'complaint'] }),
    /** The message that is the evidence. */
    inboundId: text('inbound_id'),
    by: text('by').notNull(),
    at: at('at').notNull(),
    /**
     * A domain or company may name thousands who are under way: they end a few in each round of the engine, and this is
     * whom it came to, in the order they are found in. '': to nobody yet; null: all of them ended.
     */
    endingAfter: text('ending_after'),
  },
  (t) => [
    uniqueIndex('suppression_key').on(t.workspaceId, t.kind, t.value),
    index('suppression_workspace').on(t.workspaceId, t.id),
    index('suppression_ending').on(t.at, t.id).where(sql`ending_after IS NOT NULL`),
  ],
);

/** Contacts in the recycle bin, until they are restored or erased. Schedule time. */
export const contactBin = sqliteTable(
  'contact_bin',
  {
    contactId: text('contact_id').primaryKey(),
    workspaceId: workspaceId(),
    reason: text('reason', { enum: ['person', 'retention'] }).notNull(),
    /** Member id, or "system". */
    by: text('by').notNull(),
    /** The lists it was on: a restore puts it back. */
    listIds: json<string[]>('list_ids').notNull(),
    at: at('at').notNull(),
    eraseAt: at('erase_at').notNull(),
  },
  (t) => [
    index('contact_bin_workspace').on(t.workspaceId, t.at, t.contactId),
    index('contact_bin_erase').on(t.eraseAt),
  ],
);

/** Contacts that go to the recycle bin because nobody was in touch with them for long: announced, and until then kept. */
export const retentionNotice = sqliteTable(
  'retention_notice',
  {
    contactId: text('contact_id').primaryKey(),
    workspaceId: workspaceId(),
    /** When it was announced, and when it goes (schedule time). */
    at: at('at').notNull(),
    dueAt: at('due_at').notNull(),
  },
  (t) => [
    index('retention_notice_workspace').on(t.workspaceId, t.dueAt, t.contactId),
    index('retention_notice_due').on(t.dueAt),
  ],
);

/** People who asked to be erased: keyed hashes of their identifiers, so that they are never contacted again. */
export const erasure = sqliteTable(
  'erasure',
  {
    workspaceId: workspaceId(),
    hash: text('hash').notNull(),
    at: at('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.hash] })],
);

/** One import, of a CSV or of a LinkedIn list (then `list_import` says how far it got): the counts are clickable, each row keeps its reason. */
export const contactImport = sqliteTable(
  'contact_import',
  {
    id: id(),
    workspaceId: workspaceId(),
    fileName: text('file_name').notNull(),
    state: text('state', { enum: ['uploaded', 'done'] }).notNull(),
    encoding: text('encoding').notNull(),
    delimiter: text('delimiter').notNull(),
    columns: json<string[]>('columns').notNull(),
    /** Parsed cells; dropped once the import ran. */
    rows: json<string[][]>('rows'),
    rowCount: integer('row_count').notNull(),
    listId: text('list_id'),
    added: integer('added').notNull().default(0),
    updated: integer('updated').notNull().default(0),
    duplicates: integer('duplicates').notNull().default(0),
    rejected: integer('rejected').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('import_workspace').on(t.workspaceId, t.id)],
);

export const contactImportRow = sqliteTable(
  'contact_import_row',
  {
    importId: text('import_id').notNull(),
    row: integer('row').notNull(),
    workspaceId: workspaceId(),
    outcome: text('outcome', { enum: ['added', 'updated', 'duplicate', 'rejected'] }).notNull(),
    field: text('field'),
    reason: text('reason'),
    contactId: text('contact_id'),
  },
  (t) => [
    primaryKey({ columns: [t.importId, t.row] }),
    index('import_row_outcome').on(t.importId, t.outcome, t.row),
    index('import_row_contact').on(t.contactId).where(sql`contact_id IS NOT NULL`),
  ],
);
