import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { BulkInput, BulkSelection, BulkSnapshot } from '../../../shared/automation/bulk.ts';
import { at, id, json, workspaceId } from './columns.ts';

/** One action on many contacts of an automation; the tick works it off in small chunks. */
export const bulkAction = sqliteTable(
  'bulk_action',
  {
    id: id(),
    workspaceId: workspaceId(),
    automationId: text('automation_id').notNull(),
    input: json<BulkInput>('input').notNull(),
    selection: json<BulkSelection>('selection').notNull(),
    /** Only this rep's contacts are touched; null: a manager asked. */
    onlyOwner: text('only_owner'),
    state: text('state', { enum: ['running', 'done', 'stopped', 'undoing', 'undone'] }).notNull(),
    /** How many matched when it was asked for. */
    total: integer('total').notNull(),
    /** Enrollments are taken in descending order of id, from here on. */
    position: text('position').notNull(),
    changed: integer('changed').notNull().default(0),
    skipped: integer('skipped').notNull().default(0),
    restored: integer('restored').notNull().default(0),
    /** How many contacts each note stands for. */
    notes: json<Record<string, number>>('notes'),
    undoneAt: at('undone_at'),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    index('bulk_action_running').on(t.id).where(sql`state IN ('running','undoing')`),
    index('bulk_action_automation').on(t.automationId, t.id),
  ],
);

/** What one bulk action did with one enrollment, and what an undo puts back. */
export const bulkActionItem = sqliteTable(
  'bulk_action_item',
  {
    bulkId: text('bulk_id').notNull(),
    enrollmentId: text('enrollment_id').notNull(),
    workspaceId: workspaceId(),
    outcome: text('outcome', { enum: ['changed', 'skipped', 'restored', 'kept'] }).notNull(),
    /** Why it was skipped or kept, or what to know about the change. */
    note: text('note'),
    /** The enrollment's revision after the change: an undo needs the same. */
    revision: integer('revision'),
    before: json<BulkSnapshot>('before'),
  },
  (t) => [
    primaryKey({ columns: [t.bulkId, t.enrollmentId] }),
    index('bulk_action_item_outcome').on(t.bulkId, t.outcome, t.enrollmentId),
  ],
);
