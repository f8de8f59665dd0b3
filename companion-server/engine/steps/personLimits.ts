import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import type { SenderSettings } from '#shared/schedule/settings.ts';
import { nextSharedOpen } from '#shared/schedule/window.ts';
import { type Queryable, rowsOf } from '../../db/index.ts';
import type { ContactRow, TaskRow } from '../context.ts';
import { pairOf } from '../flow/facts.ts';
import { awayUntil } from '../lookups.ts';
import type { Bound } from '../pace/ahead.ts';
import { isOutreach } from '../pace/usage.ts';
import { personSpacingOf } from '../rows.ts';
import { isHousekeeping } from './invitationGate.ts';

/** Limits that lie in the person, not in the account: until when they keep a step back; null: not at all. */

/** Some hours lie between two messages or invites to one person. */
export function spacingUntil(q: Queryable, task: TaskRow, contact: ContactRow): Awaitable<number | null> {
  const { lastOutreachAt } = contact;
  if (!isOutreach(task.kind) || lastOutreachAt === null) return null;
  return whenThere(personSpacingOf(q, task.workspaceId), (spacingMs) => lastOutreachAt + spacingMs);
}

/** An automatic reply says that they are away. Steps planned after it was read wait for the return date too. */
export function awayTill(q: Queryable, task: TaskRow): Awaitable<number | null> {
  if (task.kind === 'visit' || isHousekeeping(task)) return null;
  return whenThere(rowsOf(q).look(awayUntil, task.contactId), (dates) => Math.max(0, ...dates));
}

/** When it is working time for the sender and where the contact is, from `at` on. */
export function contactHoursFrom({ window }: SenderSettings, { zone }: ContactRow, at: number): number {
  return window.contactZone && zone !== null ? nextSharedOpen(window, zone, at) : at;
}

/** The one of them that keeps a step back longest; its code is that of the gate. */
export async function longestPersonLimit(q: Queryable, task: TaskRow, contact: ContactRow): Promise<Bound> {
  const pair = task.kind === 'connect' ? await pairOf(q, task.contactId, task.senderId) : null;
  const all = [
    { limit: 'cannot_resend_yet', at: pair?.lockedUntil ?? 0 },
    { limit: 'spacing', at: (await spacingUntil(q, task, contact)) ?? 0 },
    { limit: 'auto_reply', at: (await awayTill(q, task)) ?? 0 },
  ];
  return all.reduce((longest, each) => (each.at > longest.at ? each : longest));
}
