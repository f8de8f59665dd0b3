import { and, asc, eq, inArray, ne } from 'drizzle-orm';
import { isFinal } from '#shared/automation/reducer.ts';
import type { WhoMustAct } from '#shared/statuses/engine.ts';
import { holdReasons } from '#shared/statuses/holds.ts';
import { limitName, reasonSentence } from '#shared/statuses/reasons.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow, EnrollmentRow, TaskRow } from './context.ts';
import { type HoldRow, openHolds } from './holds.ts';
import { slotFor } from './pacing.ts';
import { channelById, contactById, senderById, settingsOf } from './rows.ts';

const { cursor, task, lane, automation } = schema;

/** Why something stands where it stands, and when it goes next. */
export interface Explanation {
  sentence: string;
  waitsFor: string | null;
  whoMustAct: WhoMustAct;
  /** Schedule time; null: somebody must act first, or it is over. */
  expectedAt: number | null;
  /** The one limit that binds. */
  limit: string | null;
}

export interface NextAction {
  kind: string;
  at: number | null;
  limit: string | null;
  contactName: string | null;
  automationName: string | null;
}

/** For one contact in one automation. */
export async function explainEnrollment(q: Queryable, row: EnrollmentRow, now: number): Promise<Explanation> {
  if (isFinal(row.status)) return say(`${label(row.status)}.${because(row.reason)}`, null, 'nobody');
  if (row.status === 'paused') {
    const what =
      row.reason === 'replied' ? 'Paused because the contact replied.' : `Paused.${because(row.reason)}`;
    return say(`${what} Resume or cancel.`, 'a decision', 'rep');
  }
  const holds = await openHolds(q, [
    { scope: 'enrollment', scopeId: row.id },
    { scope: 'automation', scopeId: row.automationId },
    { scope: 'workspace', scopeId: row.workspaceId },
  ]);
  if (holds[0]) return byHold(holds[0]);
  const tasks = await openTasksOf(q, row.id);
  const unknown = tasks.find((each) => each.state === 'unknown');
  if (unknown) {
    return say(`${names[unknown.kind]} may have happened. Look and settle it.`, 'settling', 'rep');
  }
  if (row.live === 0 && row.status !== 'waiting_enrichment') return waiting(row);
  if (tasks[0]) return await explainTask(q, tasks[0], now);
  return await explainWait(q, row);
}

function waiting(row: EnrollmentRow): Explanation {
  switch (row.status) {
    case 'active_limit':
      return say(
        "The segment's limit of active contacts is reached.",
        'a free place',
        'nobody',
        'active_limit',
      );
    case 'coworkers_limit':
      return say(
        'Enough colleagues of this company are active.',
        'a colleague to finish',
        'nobody',
        'coworkers_limit',
      );
    default:
      if (row.reason === 'other_automation') {
        return say('Active in another automation.', 'the other automation to end', 'nobody');
      }
      if (row.reason === 'no_usable_sender') {
        return say('No sender profile of this automation can be used.', 'a sender profile', 'manager');
      }
      return say('Waits to enter the automation.', 'its turn', 'nobody');
  }
}

async function explainTask(q: Queryable, row: TaskRow, now: number): Promise<Explanation> {
  const channel = await channelById(q, row.channelId);
  const [held] = await openHolds(q, channelScopes(channel, row.kind));
  if (held) return byHold(held);
  const broken = notConnected(channel);
  if (broken) return broken;
  const what = names[row.kind];
  if (row.state === 'claimed' || row.state === 'committing')
    return say(`${what} is under way.`, null, 'nobody');
  const settings = settingsOf(await senderById(q, channel.senderId));
  const slot = await slotFor(q, channel, settings, row.kind, Math.max(now, row.notBefore ?? now));
  const [queue] = await q
    .select({ nextAt: lane.nextAt, limit: lane.nextLimit })
    .from(lane)
    .where(and(eq(lane.channelId, channel.id), eq(lane.kind, row.kind)));
  const planned = queue && queue.nextAt > slot.at ? queue.nextAt : slot.at;
  const paced = queue && queue.nextAt > slot.at ? queue.limit : slot.bindingLimit;
  // What it waits for by itself binds where no limit of the channel lasts longer.
  const limit = paced === 'none' && row.state === 'scheduled' && row.reason ? row.reason : paced;
  const why = row.reason ? ` again. ${reasonSentence(row.reason)}` : '.';
  return {
    sentence: `${what} is planned${why}`,
    waitsFor: limit === 'none' || !limit ? 'its turn' : limitName(limit),
    whoMustAct: 'nobody',
    expectedAt: planned,
    limit: limit === 'none' ? null : limit,
  };
}

async function explainWait(q: Queryable, row: EnrollmentRow): Promise<Explanation> {
  const cursors = await q
    .select()
    .from(cursor)
    .where(and(eq(cursor.enrollmentId, row.id), ne(cursor.state, 'ended')))
    .orderBy(asc(cursor.wakeAt));
  const first = cursors[0];
  switch (first?.waitsFor) {
    case 'step':
      return say(
        'A step that was removed meanwhile may have happened; its result is awaited.',
        'the result of the removed step',
        'nobody',
      );
    case 'accepted':
      return until('Waits until the invitation is accepted.', 'acceptance', first.wakeAt, 'contact');
    case 'replied':
      return until('Waits for a reply.', 'a reply', first.wakeAt, 'contact');
    case 'fresh_read':
      return say('The deadline passed, waiting for a read.', 'a read of the account', 'nobody');
    case 'time':
      return until('A delay is running.', 'the end of the delay', first.wakeAt, 'nobody');
    default:
      return say('Moves with the next round of the engine.', 'its turn', 'nobody');
  }
}

/** What a channel does next, and when; null: it has nothing to do. */
export async function explainChannel(
  q: Queryable,
  channel: ChannelRow,
  now: number,
): Promise<NextAction | null> {
  const rows = await q
    .select()
    .from(task)
    .where(and(eq(task.channelId, channel.id), eq(task.state, 'ready')))
    .orderBy(asc(task.priority), asc(task.notBefore), asc(task.id))
    .limit(1);
  const next = rows[0];
  if (!next) return null;
  const why = await explainTask(q, next, now);
  const contact = await contactById(q, next.contactId);
  const [owner] = await q.select().from(automation).where(eq(automation.id, next.automationId));
  return {
    kind: next.kind,
    at: why.expectedAt,
    limit: why.limit,
    contactName: `${contact.firstName} ${contact.lastName}`.trim(),
    automationName: owner?.name ?? null,
  };
}

function channelScopes(channel: ChannelRow, kind: string) {
  return [
    { scope: 'workspace' as const, scopeId: channel.workspaceId },
    { scope: 'sender' as const, scopeId: channel.senderId },
    { scope: 'channel' as const, scopeId: channel.id },
    { scope: 'kind' as const, scopeId: channel.id, kind },
  ];
}

function notConnected(channel: ChannelRow): Explanation | null {
  if (channel.kind === 'linkedin' && channel.status !== 'active') {
    return say('The LinkedIn account of the sender is not connected yet.', 'the LinkedIn account', 'rep');
  }
  if (channel.kind === 'email' && (channel.smtpStatus !== 'active' || channel.imapStatus !== 'active')) {
    return say('The mailbox of the sender is not connected yet.', 'the mailbox', 'rep');
  }
  return null;
}

async function openTasksOf(q: Queryable, enrollmentId: string): Promise<TaskRow[]> {
  return await q
    .select()
    .from(task)
    .where(
      and(
        eq(task.enrollmentId, enrollmentId),
        inArray(task.state, ['ready', 'scheduled', 'claimed', 'committing', 'unknown']),
      ),
    )
    .orderBy(asc(task.notBefore));
}

function byHold(hold: HoldRow): Explanation {
  const entry = holdReasons[hold.reason];
  return {
    sentence: hold.detail ? `${entry.label}: ${hold.detail}` : entry.meaning,
    waitsFor: entry.clearedBy,
    whoMustAct: entry.who,
    expectedAt: hold.until,
    limit: hold.reason,
  };
}

function say(
  sentence: string,
  waitsFor: string | null,
  who: WhoMustAct,
  limit: string | null = null,
): Explanation {
  return { sentence, waitsFor, whoMustAct: who, expectedAt: null, limit };
}

function until(sentence: string, waitsFor: string, at: number | null, who: WhoMustAct): Explanation {
  return { sentence, waitsFor, whoMustAct: who, expectedAt: at, limit: null };
}

function label(status: string): string {
  return status.charAt(0).toUpperCase() + status.slice(1).replaceAll('_', ' ');
}

function because(reason: string | null): string {
  return reason ? ` ${reasonSentence(reason)}` : '';
}

const names: Record<TaskRow['kind'], string> = {
  visit: 'Reading the profile',
  connect: 'The invitation',
  message: 'The message',
  inmail: 'The InMail',
  group_message: 'The message to a fellow member',
  follow: 'Following',
  like: 'The like',
  withdraw: 'Taking the invitation back',
  send_email: 'The email',
};
