import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
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
