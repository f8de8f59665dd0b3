import { DAY } from '#shared/kernel/clock.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import type { LinkedinActionKind } from '#shared/protocol/linkedin.ts';
import { nextAllowedByUsage } from '#shared/schedule/caps.ts';
import { capTable } from '#shared/schedule/settings.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';

/** What each action spends (product §4.6). */
const spends: Record<LinkedinActionKind, UsageKind[]> = {
  visit: ['page_load'],
  connect: ['invite', 'page_load'],
  message: ['message'],
  inmail: ['inmail'],
  follow: ['follow_like', 'page_load'],
  like: ['follow_like', 'page_load'],
  withdraw: ['withdrawal', 'page_load'],
  group_message: ['message'],
};

/**
 * The last guard: until when the hard ceilings of this browser's own journal forbid this action; null: they
 * allow it. A journal that was lost counts as the day's ceiling used.
 */
export function ceilingUntil(
  kind: LinkedinActionKind,
  lines: readonly JournalEntry[],
  lostAt: number | null,
  now: number,
): number | null {
  if (lostAt !== null && now < lostAt + DAY) return lostAt + DAY;
  const moments = spends[kind].map((usage) =>
    nextAllowedByUsage(usageTimes(usage, lines), capTable[usage].ceiling, now),
  );
  const until = Math.max(...moments);
  return until > now ? until : null;
}

function usageTimes(usage: UsageKind, lines: readonly JournalEntry[]): number[] {
  return lines
    .filter((line) => spends[line.step.kind].includes(usage))
    .flatMap((line) => spentAt(usage, line) ?? [])
    .sort((left, right) => left - right);
}

/** A page is spent when it is opened, everything else when it is armed. */
function spentAt(usage: UsageKind, line: JournalEntry): number | null {
  return usage === 'page_load' ? line.claimedAt : line.armedAt;
}
