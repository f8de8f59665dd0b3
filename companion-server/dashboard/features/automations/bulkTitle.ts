import type { BulkInput } from '#shared/automation/bulk.ts';
import type { BulkView } from '#shared/contract/bulk.ts';

/** What each bulk action is called, in its menu and afterwards. */
export const bulkLabels: Record<BulkInput['action'], string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  retry: 'Retry failed steps',
  move: 'Move to a step',
  set_sender: 'Set sender for later',
  enroll_again: 'Enroll again',
};

/** Whether it has still something to do: acting on contacts, or taking that back. */
export function isOpenBulk({ state }: BulkView): boolean {
  return state === 'running' || state === 'undoing';
}

/** What it is and how far, or what it did. */
export function bulkTitle(bulk: BulkView): string {
  return `${bulkLabels[bulk.input.action]}: ${summary(bulk)}`;
}

function summary({ state, total, changed, skipped, restored }: BulkView): string {
  if (state === 'running') return `${changed + skipped} of ${total}`;
  if (state === 'undoing') return `undoing, ${restored} of ${changed} put back`;
  if (state === 'undone') return `undone, ${restored} of ${changed} put back`;
  const end = state === 'stopped' ? 'stopped after ' : '';
  return `${end}${changed} changed${skipped > 0 ? `, ${skipped} left as they were` : ''}`;
}
