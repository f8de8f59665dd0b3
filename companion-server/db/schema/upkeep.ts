import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ActionKind } from '../../../shared/automation/graph.ts';
import type { CounterName } from '../../../shared/statuses/counters.ts';
import { at, id, json, workspaceId } from './columns.ts';

/** A counter that is not what it counts. */
export interface StoredDrift {
  counter: CounterName;
  /** The key of the row it stands in. */
  key: string[];
  stored: number;
  counted: number;
}

/** What one recount of all counters found in a workspace. Real time. */
export const integrityReport = sqliteTable(
  'integrity_report',
  {
    id: id(),
    workspaceId: workspaceId(),
    startedAt: at('started_at').notNull(),
    finishedAt: at('finished_at').notNull(),
    /** How many drifted; `drifts` holds the first of them. */
    found: integer('found').notNull(),
    drifts: json<StoredDrift[]>('drifts').notNull(),
    repairedAt: at('repaired_at'),
    repairedBy: text('repaired_by'),
  },
  (t) => [index('integrity_report_workspace').on(t.workspaceId, t.id)],
);

/** The one row that tells a database from an older copy of it: a file beside the database knows the same. */
export const databaseMark = sqliteTable('database_mark', {
  id: text('id', { enum: ['self'] }).primaryKey(),
  lineage: text('lineage').notNull(),
  /** Raised at every start and every hour. */
  epoch: integer('epoch').notNull(),
  /** Set in a backup: whatever starts on it was restored. */
  isCopy: integer('is_copy', { mode: 'boolean' }).notNull().default(false),
});

/** A step that was done after the backup this database was restored from, as a browser or a Sent folder tells. */
export const foundStep = sqliteTable(
  'found_step',
  {
    channelId: text('channel_id').notNull(),
    /** The task's id, of an email its Message-ID. */
    key: text('key').notNull(),
    workspaceId: workspaceId(),
    /** "": the backup knows nobody with these identifiers yet (`foundIdentity`). */
    contactId: text('contact_id').notNull(),
    kind: text('kind').$type<ActionKind>().notNull(),
    /** When it was done (schedule time). */
    at: at('at').notNull(),
    /** False: it may have been done. */
    certain: integer('certain', { mode: 'boolean' }).notNull(),
    proof: text('proof').notNull(),
    /** The task whose effect it is; null: no task of this database has come to it yet. */
    takenBy: text('taken_by'),
  },
  (t) => [
    primaryKey({ columns: [t.channelId, t.key] }),
    index('found_step_open').on(t.contactId, t.kind, t.at).where(sql`taken_by IS NULL`),
    index('found_step_workspace').on(t.workspaceId),
  ],
);

/** Whom a found step went to who was no contact when the backup was made: by the keyed hash of each identifier. */
export const foundIdentity = sqliteTable(
  'found_identity',
  {
    workspaceId: workspaceId(),
    hash: text('hash').notNull(),
    channelId: text('channel_id').notNull(),
    key: text('key').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.hash, t.channelId, t.key] })],
);

/**
 * Stoplist entries of after the backup that match nobody here, as keyed hashes: whoever comes in and matches is
 * stoplisted.
 */
export const rememberedStop = sqliteTable(
  'remembered_stop',
  {
    workspaceId: workspaceId(),
    hash: text('hash').notNull(),
    optOut: integer('opt_out', { mode: 'boolean' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.hash] })],
);

/**
 * Enrollments whose next email or message on LinkedIn may have been sent after the backup: without a trace of it a
 * person decides, and the one after it is in doubt where that person found it sent.
 */
export const restoredDoubt = sqliteTable(
  'restored_doubt',
  {
    enrollmentId: text('enrollment_id').primaryKey(),
    workspaceId: workspaceId(),
    email: integer('email', { mode: 'boolean' }).notNull().default(true),
    /** A browser that may have written to them cannot tell any more. */
    linkedin: integer('linkedin', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [index('restored_doubt_workspace').on(t.workspaceId)],
);
