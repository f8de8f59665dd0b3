import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { HoldReason, RelationStatus } from './engine.ts';
import type { LinkedinErrorCode } from './linkedin.ts';

/** What the engine does when a LinkedIn step fails before its effect (product §4.5). */
export type FailurePolicy =
  /** Set the relation, close the task with the code as reason, go on along next. */
  | { do: 'set_relation'; relation: RelationStatus }
  /** Ready again at the failure's own date; without one, after `fallbackMs`. */
  | { do: 'wait_until'; fallbackMs: number }
  | { do: 'pause_replied' }
  | { do: 'cancel_stoplisted' }
  /** Ready again after each of these; when used up, fail the branch. */
  | { do: 'retry'; delaysMs: readonly number[] }
  /** Hold this action kind on the channel; the n-th time in a row for the n-th length, LinkedIn's own date wins. */
  | { do: 'hold_kind'; reason: HoldReason; backOffMs: readonly number[] }
  /** Hold this action kind until a new selector catalogue comes. */
  | { do: 'hold_kind_until_catalogue'; reason: HoldReason }
  /** Hold the channel until the rep acted. */
  | { do: 'hold_account'; reason: HoldReason }
  /** Ready again as soon as the rep has the tab visible. */
  | { do: 'wait_visible_tab' }
  /** The node's whenNoNote decides: at once without a note, wait (ready again after `waitMs`) or skip. */
  | { do: 'when_no_note'; waitMs: number }
  /** Task waits under a `missing_data` hold of the enrollment. */
  | { do: 'missing_data' }
  /** Stop this enrollment until a person decided. */
  | { do: 'person_decides' }
  | { do: 'fail_branch' };

export const retryDelaysMs = [15 * MINUTE, HOUR, 4 * HOUR] as const;
export const holdBackOffMs = [5 * HOUR, DAY, 3 * DAY, 7 * DAY] as const;

const retry: FailurePolicy = { do: 'retry', delaysMs: retryDelaysMs };
const failBranch: FailurePolicy = { do: 'fail_branch' };
const disconnected: FailurePolicy = { do: 'hold_account', reason: 'linkedin_account_disconnected' };

function holdKind(reason: HoldReason): FailurePolicy {
  return { do: 'hold_kind', reason, backOffMs: holdBackOffMs };
}

/** One policy per code; the compiler keeps it complete. */
export const failurePolicy: Record<LinkedinErrorCode, FailurePolicy> = {
  already_connected: { do: 'set_relation', relation: 'connected' },
  already_invited: { do: 'set_relation', relation: 'invite_sent' },
  cannot_resend_yet: { do: 'wait_until', fallbackMs: 21 * DAY },
  replied_meanwhile: { do: 'pause_replied' },
  stoplisted: { do: 'cancel_stoplisted' },
  timeout: retry,
  linkedin_error: retry,
  tab_closed: retry,
  weekly_invite_limit: holdKind('weekly_invite_limit'),
  invites_restricted: holdKind('weekly_invite_limit'),
  too_many_requests: holdKind('too_many_requests'),
  inmail_no_credits: holdKind('no_inmail_credits'),
  challenge: disconnected,
  wrong_account: disconnected,
  logged_out: disconnected,
  restricted: { do: 'hold_account', reason: 'account_restricted' },
  layout_unknown: { do: 'hold_kind_until_catalogue', reason: 'layout_unknown' },
  needs_visible_tab: { do: 'wait_visible_tab' },
  wrong_person: { do: 'person_decides' },
  note_too_long: { do: 'missing_data' },
  note_quota_reached: { do: 'when_no_note', waitMs: DAY },
  email_required: failBranch,
  not_connected: failBranch,
  profile_not_found: failBranch,
  profile_unavailable: failBranch,
  cannot_be_invited: failBranch,
  inmail_not_allowed: failBranch,
  content_rejected: failBranch,
};

/** The wait before retry number `attempt` (1 = the first retry); null: used up, fail the branch. */
export function retryDelay(attempt: number): number | null {
  return retryDelaysMs[attempt - 1] ?? null;
}

/** How long the hold of a kind lasts when it is the `times`-th in a row (1 = the first). */
export function holdLength(times: number): number {
  return holdBackOffMs[Math.min(Math.max(times, 1), holdBackOffMs.length) - 1] ?? 7 * DAY;
}

/**
 * A failure that may have had its effect makes the task `unknown`, whatever its code; holds that the code
 * demands are still set. It is settled by visible evidence or a person, never repeated.
 */
export function mayHaveHappened(effect: 'before_effect' | 'maybe_effect' | 'after_effect'): boolean {
  return effect !== 'before_effect';
}
