import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ListKind } from '../../../shared/identity/linkedinList.ts';
import { at, id, workspaceId } from './columns.ts';

/** How far the import of a LinkedIn list got. Its counts and rows are those of the `contact_import` of the same id. */
export const listImport = sqliteTable(
  'list_import',
  {
    id: id(),
    workspaceId: workspaceId(),
    senderId: text('sender_id').notNull(),
    kind: text('kind').$type<ListKind>().notNull(),
    url: text('url').notNull(),
    /** Running: pages are handed out from `next_at` on. Stopped: a person resumes it. */
    state: text('state', { enum: ['running', 'stopped', 'done'] }).notNull(),
    reason: text('reason'),
    /** Where the next page starts. */
    start: integer('start').notNull().default(0),
    atMost: integer('at_most').notNull(),
    /** Of the whole list, as LinkedIn says; null: not known yet. */
    total: integer('total'),
    pagesLoaded: integer('pages_loaded').notNull().default(0),
    stoplisted: integer('stoplisted').notNull().default(0),
    /** The next page is not read before. */
    nextAt: at('next_at').notNull(),
    /** Failures in a row. */
    failures: integer('failures').notNull().default(0),
  },
  (t) => [
    index('list_import_running').on(t.senderId, t.nextAt).where(sql`state = 'running'`),
    index('list_import_sender').on(t.senderId, t.id),
  ],
);
