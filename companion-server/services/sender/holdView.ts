import type { HoldView } from '#shared/contract/sender.ts';
import { holdReasons } from '#shared/statuses/dictionary.ts';
import type { schema } from '../../db/index.ts';

type HoldRow = typeof schema.hold.$inferSelect;

/** A hold as people read it: why, until when, who must act. */
export function viewHold(row: HoldRow): HoldView {
  const { meaning, hint, who } = holdReasons[row.reason];
  return {
    id: row.id,
    scope: row.scope,
    scopeId: row.scopeId,
    kind: row.kind === '' ? null : row.kind,
    reason: row.reason,
    detail: row.detail ? `${meaning} ${row.detail}` : meaning,
    hint,
    since: row.since ?? 0,
    until: row.until,
    // Who pauses one's own profile can resume it.
    whoMustAct: row.reason === 'manual' && (row.scope === 'channel' || row.scope === 'sender') ? 'rep' : who,
  };
}
