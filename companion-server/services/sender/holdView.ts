import type { HoldView } from '#shared/contract/sender.ts';
import { holdReasons } from '#shared/statuses/dictionary.ts';
import type { schema } from '../../db/index.ts';

/** The account works again: what it missed comes first, then the hold lifts by itself. */
export const READING = 'Active, reading what happened meanwhile.';

type HoldRow = typeof schema.hold.$inferSelect;

/** A hold as people read it: why, until when, who must act. */
export function viewHold(row: HoldRow): HoldView {
  const { meaning, hint, who } = holdReasons[row.reason];
  const meaningNow = row.reconciling ? READING : meaning;
  return {
    id: row.id,
    scope: row.scope,
    scopeId: row.scopeId,
    kind: row.kind === '' ? null : row.kind,
    reason: row.reason,
    detail: row.detail ? `${meaningNow} ${row.detail}` : meaningNow,
    hint: row.reconciling ? null : hint,
    since: row.since ?? 0,
    until: row.until,
    reconciling: row.reconciling,
    whoMustAct: row.reconciling ? 'nobody' : isOwnPause(row) ? 'rep' : who,
  };
}

/** Who pauses one's own profile can resume it. */
function isOwnPause({ reason, scope }: HoldRow): boolean {
  return reason === 'manual' && (scope === 'channel' || scope === 'sender');
}
