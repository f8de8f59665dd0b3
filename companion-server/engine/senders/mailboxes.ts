import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { findHold, liftHold, markReconciling, setHold } from '../holds/holds.ts';
import { endLoss, noteLoss, noteRegained } from '../holds/losses.ts';
import { channelById } from '../rows.ts';
import { isConnected } from '../steps/email.ts';
import { freshInboxMs } from '../steps/gates/text.ts';

const { channel } = schema;

/** SMTP or IMAP changed its status: a mailbox works only with both, and goes on once it was read (product §2.2). */
export async function noteMailbox(unit: Unit, channelId: string): Promise<void> {
  const row = await channelById(unit.tx, channelId);
  const key = holdOf(row);
  if (row.smtpStatus === 'inactive' || row.imapStatus === 'inactive') {
    const detail = row.smtpStatus === 'inactive' ? row.smtpResponse : row.imapResponse;
    await noteLoss(unit, row);
    await unit.tx.update(channel).set({ reconcileFrom: null }).where(eq(channel.id, channelId));
    await setHold(unit, { ...key, detail, by: 'system' });
  } else if (isConnected(row)) {
    if (await findHold(unit.tx, key)) await readFirst(unit, row);
  } else {
    await endLoss(unit, channelId);
  }
}

/** Both sides work again: what came meanwhile is read before anything goes out. */
async function readFirst(unit: Unit, row: ChannelRow): Promise<void> {
  await noteRegained(unit, row.id);
  if ((row.inboxReadAt ?? 0) >= unit.now - freshInboxMs) {
    await finishMailboxReconnect(unit, row.id);
  } else if (row.reconcileFrom === null) {
    await unit.tx.update(channel).set({ reconcileFrom: unit.now }).where(eq(channel.id, row.id));
    await markReconciling(unit, holdOf(row), null);
  }
}

/** The mailbox was read to its end: its hold lifts when both sides work. */
export async function finishMailboxReconnect(unit: Unit, channelId: string): Promise<void> {
  const row = await channelById(unit.tx, channelId);
  if (!isConnected(row)) return;
  if (row.reconcileFrom !== null) {
    await unit.tx.update(channel).set({ reconcileFrom: null }).where(eq(channel.id, channelId));
  }
  await liftHold(unit, holdOf(row), 'system');
}

/** Both sides work under a hold whose lift was missed: read, then lifted. */
export async function resumeMissedMailbox(unit: Unit, channelId: string): Promise<void> {
  const row = await channelById(unit.tx, channelId);
  if (isConnected(row)) await readFirst(unit, row);
}

function holdOf({ workspaceId, id: scopeId }: ChannelRow) {
  return { workspaceId, scope: 'channel', scopeId, reason: 'email_disconnected' } as const;
}
