import type { RunningAutomation } from '../../engine/index.ts';
import { Refusal } from '../refusal.ts';
import type { AutomationRow } from './view.ts';

/** Refuses what is not running; `ofDraft`: what to do about one that was never started. */
export function requireRunning(row: AutomationRow, ofDraft = 'Start it first.'): RunningAutomation {
  requireNotArchived(row);
  if (row.status === 'running' && row.versionId !== null) return { ...row, versionId: row.versionId };
  throw new Refusal(409, 'not_running', `This automation is ${row.status}.`, ofDraft);
}

/** Refuses with `already_started` or `archived`. */
export function requireDraft(row: AutomationRow): void {
  requireNotArchived(row);
  if (row.status === 'draft') return;
  throw new Refusal(
    409,
    'already_started',
    'This automation was started before.',
    'Edit its draft and publish it, or clone it.',
  );
}

/** An archived automation has ended for good; only its copy can be changed and run. */
export function requireNotArchived(row: AutomationRow): void {
  if (row.status !== 'archived') return;
  throw new Refusal(409, 'archived', 'This automation is archived.', 'Clone it, and use the copy.');
}
