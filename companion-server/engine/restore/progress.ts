import { and, asc, count, eq, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { findHold, liftHold } from '../holds/holds.ts';
import { isConnected } from '../steps/email.ts';
import { doubtMessages } from './doubt.ts';
import { countStops } from './stops.ts';

const { channel, device, foundStep, restoredDoubt, sender, workspace } = schema;

/**
 * A journal begins when the browser hears that it is paired: a moment later. One that was paired under the hold may be
 * the browser that acted before; if its journal began under the hold, too, it is not.
 */
const PAIRING_MS = MINUTE;

export interface RestoreProgress {
  since: number;
  channels: {
    channelId: string;
    senderId: string;
    senderName: string;
    kind: ChannelRow['kind'];
    missing: string[];
  }[];
  /** Steps done after the backup: recorded, perhaps done, and done by tasks that this database has not made yet. */
  found: { recorded: number; unsure: number; waiting: number };
  /** Contacts whose next email may have been sent: without a copy in Sent a person decides about each. */
  inDoubt: number;
  /** Sender profiles with a browser that cannot tell any more: a person decides about each contact's next message. */
  notTold: { id: string; name: string }[];
  /** Stoplist entries of after the backup: those that stand again, and those that match nobody here yet. */
  stops: { again: number; remembered: number };
}

const keyOf = (workspaceId: string) =>
  ({ workspaceId, scope: 'workspace', scopeId: workspaceId, reason: 'restored_from_backup' }) as const;

/** How far it is known what was done after the backup; null: the workspace is not held for that. */
export async function restoreProgress(q: Queryable, workspaceId: string): Promise<RestoreProgress | null> {
  const hold = await findHold(q, keyOf(workspaceId));
  if (!hold) return null;
  const since = hold.since ?? 0;
  const rows = await q
    .select({ channel, senderName: sender.name })
    .from(channel)
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(and(eq(channel.workspaceId, workspaceId), ne(sender.state, 'deleted')));
  const channels: RestoreProgress['channels'] = [];
  for (const { channel: row, senderName } of rows) {
    const missing = row.kind === 'email' ? ofMailbox(row, since) : await ofLinkedin(q, row, since);
    if (missing)
      channels.push({ channelId: row.id, senderId: row.senderId, senderName, kind: row.kind, missing });
  }
  const [doubted] = await q
    .select({ n: count() })
    .from(restoredDoubt)
    .where(and(eq(restoredDoubt.workspaceId, workspaceId), eq(restoredDoubt.email, true)));
  return {
    since,
    channels,
    found: await countFound(q, workspaceId),
    inDoubt: doubted?.n ?? 0,
    notTold: await sendersNotTold(q, workspaceId, since, and(isNotNull(device.revokedAt), hasNotTold(since))),
    stops: await countStops(q, workspaceId),
  };
}

/** A person goes on. False: something is not read yet, or nothing is held. */
export async function liftRestored(unit: Unit, workspaceId: string, by: string): Promise<boolean> {
  const progress = await restoreProgress(unit.tx, workspaceId);
  if (!progress || progress.channels.some(({ missing }) => missing.length > 0)) return false;
  // Also one that the database does not have on LinkedIn: it may have been connected after the backup.
  const notTold = await sendersNotTold(unit.tx, workspaceId, progress.since, hasNotTold(progress.since));
  for (const { id } of notTold) await doubtMessages(unit, id);
  return await liftHold(unit, keyOf(workspaceId), by);
}

/** Sender profiles with a browser that is silent, or whose journal begins too late to tell all since the backup. */
async function sendersNotTold(
  q: Queryable,
  workspaceId: string,
  since: number,
  isSilent: SQL | undefined,
): Promise<RestoreProgress['notTold']> {
  const [restored] = await q
    .select({ from: workspace.restoredFrom })
    .from(workspace)
    .where(eq(workspace.id, workspaceId));
  const beginsLate = sql`${device.journalFrom} > CASE WHEN ${device.pairedAt} >= ${since} THEN ${since - 1}
    ELSE max(${device.pairedAt}, ${restored?.from ?? 0}) + ${PAIRING_MS} END`;
  return await q
    .selectDistinct({ id: sender.id, name: sender.name })
    .from(device)
    .innerJoin(sender, eq(sender.id, device.senderId))
    .where(and(eq(device.workspaceId, workspaceId), or(isSilent, beginsLate)))
    .orderBy(asc(sender.name));
}

const hasNotTold = (since: number) => sql`coalesce(${device.journalReadAt}, 0) < ${since}`;

/** Whether this browser is still asked for its journal. */
export async function isJournalMissing(
  q: Queryable,
  deviceId: string,
  workspaceId: string,
): Promise<boolean> {
  const hold = await findHold(q, keyOf(workspaceId));
  if (!hold) return false;
  const [row] = await q.select({ at: device.journalReadAt }).from(device).where(eq(device.id, deviceId));
  return (row?.at ?? 0) < (hold.since ?? 0);
}

/** Null: no mailbox is set up. */
function ofMailbox(row: ChannelRow, since: number): string[] | null {
  if (row.smtpStatus === 'not_set_up') return null;
  if (!isConnected(row)) return ['The mailbox is not connected. Check its settings.'];
  const missing: string[] = [];
  if ((row.inboxReadAt ?? 0) < since) missing.push('The inbox is being read.');
  if ((row.sentReadAt ?? 0) < since) missing.push('The Sent folder is being searched.');
  return missing;
}

async function ofLinkedin(q: Queryable, row: ChannelRow, since: number): Promise<string[] | null> {
  if (row.status === 'not_set_up') return null;
  const missing: string[] = [];
  if (row.status !== 'active') missing.push('LinkedIn is not connected. The rep signs in again.');
  else if ([row.inboxReadAt, row.acceptancesReadAt, row.sentReadAt].some((at) => (at ?? 0) < since)) {
    missing.push('Messages, acceptances and sent invitations are read as soon as the rep’s browser runs.');
  }
  const silent = await q
    .select({ name: device.name })
    .from(device)
    .where(and(eq(device.senderId, row.senderId), isNull(device.revokedAt), hasNotTold(since)));
  for (const { name } of silent) {
    missing.push(
      `${name} has not told what it did. Start this browser with the newest extension, or unpair it if it is gone.`,
    );
  }
  return missing;
}

async function countFound(q: Queryable, workspaceId: string): Promise<RestoreProgress['found']> {
  const rows = await q
    .select({
      certain: foundStep.certain,
      isTaken: sql<number>`${foundStep.takenBy} IS NOT NULL`,
      n: count(),
    })
    .from(foundStep)
    .where(eq(foundStep.workspaceId, workspaceId))
    .groupBy(foundStep.certain, sql`${foundStep.takenBy} IS NOT NULL`);
  const found = { recorded: 0, unsure: 0, waiting: 0 };
  for (const { certain, isTaken, n } of rows) {
    if (!isTaken) found.waiting += n;
    else if (certain) found.recorded += n;
    else found.unsure += n;
  }
  return found;
}
