import { HOUR } from '#shared/kernel/clock.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';

/** A step that was not tried again for so long is nobody's concern any more: it was canceled, or the browser slept. */
export const STILL_WAITING_MS = HOUR;

/** The latest step whose own latest try ended because its page needs a tab that can be seen; null: there is none. */
export function waitsForVisibleTab(
  lines: readonly JournalEntry[],
): { kind: string; contactName: string } | null {
  const latest = new Map<string, JournalEntry>();
  for (const line of lines) {
    const known = latest.get(line.taskId);
    if (!known || known.fence < line.fence) latest.set(line.taskId, line);
  }
  const waiting = [...latest.values()]
    .filter(({ outcome }) => outcome?.result === 'failed' && outcome.failure.code === 'needs_visible_tab')
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .at(0);
  return waiting ? { kind: waiting.step.kind, contactName: waiting.contactName } : null;
}
