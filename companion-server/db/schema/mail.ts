import { sql } from 'drizzle-orm';
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { MachineSign } from '../../../shared/statuses/machine.ts';
import { at, id, json, workspaceId } from './columns.ts';

/** A text that is written once and used in many steps. */
export const template = sqliteTable(
  'template',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    subject: text('subject').notNull(),
    /** Liquid and Markdown, like the text of an email step. */
    text: text('text').notNull(),
    /** Ids of the files that go along. */
    attachments: json<string[]>('attachments').notNull().default([]),
    updatedBy: text('updated_by').notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [uniqueIndex('template_name').on(t.workspaceId, t.name)],
);

/** A file that emails carry. Its content never changes, so its id stands for it. */
export const attachment = sqliteTable(
  'attachment',
  {
    id: id(),
    workspaceId: workspaceId(),
    /** Of the content, hexadecimal: each is stored once, under the name it came with first. */
    sha256: text('sha256').notNull(),
    name: text('name').notNull(),
    /** MIME type. */
    type: text('type').notNull(),
    /** In bytes. */
    size: integer('size').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
    /** Last, so that lists never read it. */
    bytes: blob('bytes', { mode: 'buffer' }).notNull(),
  },
  (t) => [
    uniqueIndex('attachment_content').on(t.workspaceId, t.sha256),
    index('attachment_name').on(t.workspaceId, t.name, t.id),
  ],
);

/** A request for the image or a link of a tracked email. Real time. */
export const trackingHit = sqliteTable(
  'tracking_hit',
  {
    id: id(),
    workspaceId: workspaceId(),
    taskId: text('task_id').notNull(),
    /** The place of the link in the text; null: the image. */
    link: integer('link'),
    /** Why a program is thought to have asked; null: a person. */
    machine: text('machine').$type<MachineSign>(),
    at: at('at').notNull(),
    /** Decided whether it counts. */
    settled: integer('settled', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('tracking_hit_task').on(t.taskId, t.at),
    index('tracking_hit_open').on(t.at).where(sql`settled = 0`),
  ],
);
