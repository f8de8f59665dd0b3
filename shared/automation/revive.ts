import type { CursorState, EnrollmentState } from './state.ts';

/** Branches that a retry cannot help: there is no step to try again. */
const beyondRetry = new Set(['node_missing', 'node_deleted', 'too_many_steps']);

/** Failed branches that stand before their step again; null: none can be tried again. Pure. */
export function reviveFailed(state: EnrollmentState): EnrollmentState | null {
  const failed = state.cursors.filter(isRetriable);
  if (failed.length === 0) return null;
  return {
    ...state,
    status: state.status === 'failed' ? 'ready' : state.status,
    reason: state.status === 'failed' ? null : state.reason,
    cursors: state.cursors.map((cursor) =>
      failed.includes(cursor) ? { ...cursor, state: 'acting', ending: null, reason: null } : cursor,
    ),
  };
}

/** Whether a failed branch may be tried again: its effect certainly does not exist. */
export function isRetriable({ ending, reason }: Pick<CursorState, 'ending' | 'reason'>): boolean {
  return ending === 'failed' && !beyondRetry.has(reason ?? '');
}
