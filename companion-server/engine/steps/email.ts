import { and, eq, inArray, lte } from 'drizzle-orm';
import { must } from '#shared/kernel/assert.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import { type ChannelRow, type EngineContext, type SenderRow, type Unit, unitOfWork } from '../context.ts';
import { hasLiveEnrollments } from '../inbound/watches.ts';
import { laneMayFire } from '../predicates.ts';
import { graphOf, senderById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { type Claimed, claimLeaseMs, claimTask, loadHeads } from './claim.ts';
import { subjectOf, threadOf } from './emailThread.ts';
import { freshInboxMs } from './gates/text.ts';
import { nodeOf } from './render.ts';

const { channel: channelTable, lane } = schema;

/** How often a mailbox is read while somebody is under way with it (schedule time). */
export const mailReadEveryMs = 10 * MINUTE;
const CHANNELS = 100;

export interface EmailJob {
  type: 'task';
  taskId: string;
  fence: number;
  leaseMs: number;
  workspaceId: string;
  channelId: string;
  senderId: string;
  contactId: string;
  enrollmentId: string;
  automationId: string;
  to: string;
  toName: string;
  /** That of the thread it goes on with, else its own. */
  subject: string | null;
  text: string;
  /** Ids of the files that go along, besides the images that the text shows. */
  attachments: string[];
  /** Our own Message-ID with its angle brackets, fixed before sending. */
  messageId: string;
  /** The thread so far, oldest first: our earlier Message-IDs to this contact in this enrollment. */
  references: string[];
  /** What its automation asks to be told of. */
  tracks: { opens: boolean; clicks: boolean };
  /** Plain text below the message. */
  signature: string;
}

export type EmailWork =
  | EmailJob
  /** This mailbox must be read (or is due to be) before anything goes out through it. */
  | { type: 'sync'; channelId: string };

/** Who asks, and for how much. */
export interface EmailAsk {
  /** A mailbox that somebody works with just now: it must neither keep the others waiting nor have its task claimed in vain. */
  isBusy(channelId: string): boolean;
  /** How much may be given out; asked when the writer's turn has come. */
  room(): number;
}

/**
 * What the email worker should do now, one piece for each mailbox: messages to send and mailboxes to read, in one unit of
 * work. Mailboxes that are only due to be read come when nothing is to be sent.
 */
export function claimEmails(ctx: EngineContext, workerId: string, ask: EmailAsk): Promise<EmailWork[]> {
  return unitOfWork(ctx, async (unit) => {
    const isFree = ({ id }: ChannelRow) => !ask.isBusy(id);
    const room = ask.room();
    const sendable = (await sendableChannels(unit.tx, unit.now)).filter(isFree);
    await loadClaims(unit, sendable.slice(0, room));
    const work: EmailWork[] = [];
    for (const channel of sendable) {
      if (work.length >= room) break;
      const piece = await pieceOf(unit, channel, workerId);
      if (piece) work.push(piece);
    }
    if (work.length > 0) return work;
    const due = (await mailDue(unit.tx, unit.now)).filter(isFree).slice(0, room);
    return due.map(({ id }) => ({ type: 'sync', channelId: id }));
  });
}

/** One piece of work; null: there is none. */
export async function claimEmail(ctx: EngineContext, workerId: string): Promise<EmailWork | null> {
  const [work] = await claimEmails(ctx, workerId, { isBusy: () => false, room: () => 1 });
  return work ?? null;
}

async function pieceOf(unit: Unit, channel: ChannelRow, workerId: string): Promise<EmailWork | null> {
  if ((channel.inboxReadAt ?? 0) < unit.now - freshInboxMs) return { type: 'sync', channelId: channel.id };
  const sender = await senderById(unit.tx, channel.senderId);
  const claimed = await claimTask(unit, channel, sender, workerId);
  return claimed && (await asJob(unit, claimed, channel, sender));
}

async function loadClaims(unit: Unit, channels: readonly ChannelRow[]): Promise<void> {
  if (channels.length < 2) return;
  await rowsOf(unit.tx).load(
    shapes.sender,
    channels.map(({ senderId }) => [senderId]),
  );
  await loadHeads(unit, channels);
}

/** Mailboxes that may send something now. */
export async function sendableChannels(q: Queryable, now: number): Promise<ChannelRow[]> {
  const lanes = await q
    .select({ channelId: lane.channelId })
    .from(lane)
    .where(and(eq(lane.executor, 'server'), laneMayFire, lte(lane.nextAt, now)))
    .orderBy(lane.nextAt)
    .limit(CHANNELS);
  if (lanes.length === 0) return [];
  const ids = lanes.map((row) => row.channelId);
  const rows = await q.select().from(channelTable).where(inArray(channelTable.id, ids));
  return rows.filter((row) => isConnected(row) && row.inflight === 0);
}

/** Connected mailboxes with somebody under way that were not read for a while. */
export async function mailDue(q: Queryable, now: number): Promise<ChannelRow[]> {
  const rows = await q.select().from(channelTable).where(eq(channelTable.kind, 'email'));
  const due: ChannelRow[] = [];
  for (const row of rows) {
    if (!isConnected(row)) continue;
    // What came while it was lost is read at once, for whoever follows.
    if (row.reconcileFrom !== null) due.push(row);
    else if ((row.inboxReadAt ?? 0) + mailReadEveryMs > now) continue;
    else if (await hasLiveEnrollments(q, row.senderId)) due.push(row);
  }
  return due;
}

/** Whether the mailbox sends and reads: without reading, replies and opt-outs would be missed. */
export function isConnected(channel: ChannelRow): boolean {
  return channel.smtpStatus === 'active' && channel.imapStatus === 'active';
}

async function asJob(
  unit: Unit,
  claimed: Claimed,
  channel: ChannelRow,
  sender: SenderRow,
): Promise<EmailJob> {
  const { task, payload, contact, enrollment, automation } = claimed;
  const node = nodeOf({ task, graph: await graphOf(unit.tx, enrollment.versionId) });
  const isReply = node?.type === 'send_email' && node.config.thread === 'reply';
  const thread = isReply ? await threadOf(unit.tx, enrollment.id) : [];
  return {
    type: 'task',
    taskId: task.id,
    fence: task.fence,
    leaseMs: claimLeaseMs,
    workspaceId: task.workspaceId,
    channelId: channel.id,
    senderId: task.senderId,
    contactId: contact.id,
    enrollmentId: enrollment.id,
    automationId: task.automationId,
    to: must(contact.email, 'address of a claimed email'),
    toName: `${contact.firstName} ${contact.lastName}`.trim(),
    subject: subjectOf(payload, thread),
    text: must(payload.text, 'text of a claimed email'),
    attachments: payload.attachments ?? [],
    messageId: must(task.messageId, 'message id of a claimed email'),
    references: thread.map((row) => row.messageId ?? ''),
    tracks: { opens: automation.trackOpens, clicks: automation.trackClicks },
    signature: sender.signature,
  };
}
