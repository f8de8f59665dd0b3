import { and, asc, eq, inArray, ne, not, type SQL, sql } from 'drizzle-orm';
import { isFinal } from '#shared/automation/reducer.ts';
import { hasConsented } from '#shared/contract/device.ts';
import type { HoldReason, WhoMustAct } from '#shared/statuses/engine.ts';
import { holdReasons, STOPS_ENTRY } from '#shared/statuses/holds.ts';
import { limitName, reasonSentence } from '#shared/statuses/reasons.ts';
import { admissionWaits, branchWaits, stepWaits, type Wait } from '#shared/statuses/waits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { isStoplisted } from '../contacts/stoplist.ts';
import type { ChannelRow, ContactRow, EnrollmentRow, TaskRow } from '../context.ts';
import { channelsUsed } from '../flow/facts.ts';
import { type HoldRow, isHeldRow, openHolds } from '../holds/holds.ts';
import { isOnline } from '../holds/presence.ts';
import { askedUntil, MAYBE_REPLY } from '../inbound/maybeReplies.ts';
import { type Ahead, type Bound, lookAhead } from '../pace/ahead.ts';
import { slotFor } from '../pace/pacing.ts';
import { isLive, isReady } from '../predicates.ts';
import { channelById, contactById, enrollmentById, graphOf, senderById, settingsOf } from '../rows.ts';
import { channelOf, hasInbox } from '../senders/channels.ts';
import { isHousekeeping } from '../steps/invitationGate.ts';
import { noNoteUntil } from '../steps/notes.ts';
import { contactHoursFrom, longestPersonLimit } from '../steps/personLimits.ts';
import { nodeOf } from '../steps/render.ts';
import { holdsOn } from '../steps/taskHolds.ts';

const { automation, cursor, enrollment, lane, task } = schema;
type CursorRow = typeof cursor.$inferSelect;

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

/** For one contact in one automation. `ahead` and `real` are shared by the rows of one answer. */
export async function explainEnrollment(
  q: Queryable,
  row: EnrollmentRow,
  now: number,
  { ahead = lookAhead(q, now), real = null }: { ahead?: Ahead; real?: number | null } = {},
): Promise<Explanation> {
  if (isFinal(row.status)) return say(`${label(row.status)}.${because(row.reason)}`, null, 'nobody');
  const contact = await contactById(q, row.contactId);
  if (await isStoplisted(q, contact)) return byStoplist;
  if (row.status === 'paused') {
    const what =
      row.reason === 'replied' ? 'Paused because the contact replied.' : `Paused.${because(row.reason)}`;
    return say(`${what} Resume, complete, skip the step or cancel.`, 'a decision', 'rep');
  }
  const [hold] = await holdsOf(q, row);
  if (hold) return byHold(hold);
  const tasks = await openTasksOf(q, row.id);
  const unknown = tasks.find((each) => each.state === 'unknown');
  if (unknown) return inWords(stepWaits.unknown, names[unknown.kind]);
  if (tasks[0]) return await explainStep(q, tasks[0], contact, now, { ahead, real });
  if (row.live === 0) return await explainWayIn(q, row, ahead);
  return await explainWait(q, row, real);
}

/** The gates refuse everything until the engine has ended it. */
const byStoplist: Explanation = { ...inWords(stepWaits.stoplisted), limit: 'stoplisted' };

/** The open holds that keep an enrollment where it is, whatever its branches do. */
export async function holdsOf(q: Queryable, row: EnrollmentRow): Promise<HoldRow[]> {
  const holds = await openHolds(q, [
    { scope: 'enrollment', scopeId: row.id },
    { scope: 'automation', scopeId: row.automationId },
    { scope: 'workspace', scopeId: row.workspaceId },
  ]);
  return holds.filter(({ reason }) => row.live === 0 || reason !== STOPS_ENTRY);
}

type WayIn = keyof typeof admissionWaits;

async function explainWayIn(q: Queryable, row: EnrollmentRow, ahead: Ahead): Promise<Explanation> {
  const why = wayInOf(row);
  const said = inWords(admissionWaits[why]);
  switch (why) {
    case 'other_automation':
      return { ...said, sentence: await firstAutomation(q, row), limit: why };
    case 'active_limit':
    case 'coworkers_limit':
      return { ...said, expectedAt: await ahead.expectPlace(row), limit: why };
    case 'sender_busy':
      return { ...said, expectedAt: await ahead.expectReading(row), limit: 'page_load' };
    default:
      return said;
  }
}

function wayInOf({ status, reason }: EnrollmentRow): WayIn {
  if (status === 'active_limit' || status === 'coworkers_limit') return status;
  if (reason !== null && Object.hasOwn(admissionWaits, reason)) return reason as WayIn;
  return status === 'waiting_enrichment' ? 'enrichment' : 'turn';
}

/** A second automation names the first. */
async function firstAutomation(q: Queryable, row: EnrollmentRow): Promise<string> {
  const [first] = await q
    .select({ name: automation.name })
    .from(enrollment)
    .innerJoin(automation, eq(automation.id, enrollment.automationId))
    .where(and(eq(enrollment.contactId, row.contactId), isLive))
    .limit(1);
  return first ? `Active in "${first.name}".` : admissionWaits.other_automation.sentence;
}

/** Why one step does not go now, and when it will. */
export async function explainTask(
  q: Queryable,
  row: TaskRow,
  now: number,
  { ahead = lookAhead(q, now), real = null }: { ahead?: Ahead; real?: number | null } = {},
): Promise<Explanation> {
  const contact = await contactById(q, row.contactId);
  const mayHaveHappened = row.state === 'unknown' || row.state === 'committing';
  if (!mayHaveHappened && !isHousekeeping(row) && (await isStoplisted(q, contact))) return byStoplist;
  return await explainStep(q, row, contact, now, { ahead, real });
}

async function explainStep(
  q: Queryable,
  row: TaskRow,
  contact: ContactRow,
  now: number,
  { ahead, real }: { ahead: Ahead; real: number | null },
): Promise<Explanation> {
  const what = names[row.kind];
  if (row.state === 'unknown' || row.state === 'waiting_approval') return inWords(stepWaits[row.state], what);
  if (row.state === 'claimed' || row.state === 'committing') return inWords(stepWaits.under_way, what);
  const askedFor = await askedUntil(q, row, now);
  if (askedFor !== null)
    return { ...inWords(stepWaits.maybe_reply, what), expectedAt: askedFor, limit: MAYBE_REPLY };
  const channel = await channelById(q, row.channelId);
  const [held] = await holdsOn(q, row, row.payload?.recipient ?? contact.email);
  if (held) return await afterHold(q, held, row, channel, now);
  const stopped = await notReady(q, channel, real);
  if (stopped) return inWords(stepWaits[stopped], stopped === 'offline' ? what.toLowerCase() : what);
  const kept = later(await longestPersonLimit(q, row, contact), await noteLimit(q, row, channel, now));
  const { at, limit: paced, before } = await ahead.expect(row, channel, kept);
  const [queue] = await q
    .select({ nextAt: lane.nextAt, limit: lane.nextLimit })
    .from(lane)
    .where(and(eq(lane.channelId, channel.id), eq(lane.kind, row.kind)));
  const laneBinds = before === 0 && queue !== undefined && queue.nextAt > at;
  const bound = laneBinds ? (queue.limit === 'none' ? null : queue.limit) : paced;
  // What it waits for by itself binds where no limit of the channel lasts longer.
  const limit = bound === null && row.state === 'scheduled' ? row.reason : bound;
  const expectedAt = laneBinds ? queue.nextAt : at;
  const shared = contactHoursFrom(settingsOf(await senderById(q, row.senderId)), contact, expectedAt);
  if (shared > expectedAt) return planned(row, shared, 'contact_hours');
  return planned(row, expectedAt, limit);
}

/** A step that waits where no note is possible; one that goes without, or is skipped, waits for none. */
async function noteLimit(
  q: Queryable,
  row: TaskRow,
  channel: ChannelRow,
  now: number,
): Promise<Bound | null> {
  if (row.kind !== 'connect') return null;
  const graph = await graphOf(q, (await enrollmentById(q, row.enrollmentId)).versionId);
  const node = nodeOf({ task: row, graph });
  if (node?.type !== 'connect' || node.config.note === null || node.config.whenNoNote !== 'wait') return null;
  const none = await noNoteUntil(q, channel, now);
  return none && { limit: 'note_quota_reached', at: none.until };
}

function later(one: Bound, other: Bound | null): Bound {
  return other && other.at > one.at ? other : one;
}

function planned(row: TaskRow, expectedAt: number, limit: string | null): Explanation {
  const why = row.reason ? ` again. ${reasonSentence(row.reason)}` : '.';
  return {
    sentence: `${names[row.kind]} is planned${why}`,
    waitsFor: limit === null ? 'its turn' : limitName(limit),
    whoMustAct: 'nobody',
    expectedAt,
    limit,
  };
}

/** A hold with an end: the step goes at its next slot after it, never in the moment the hold lifts. */
async function afterHold(
  q: Queryable,
  held: HoldRow,
  row: TaskRow,
  channel: ChannelRow,
  now: number,
): Promise<Explanation> {
  const said = byHold(held);
  if (said.expectedAt === null) return said;
  const settings = settingsOf(await senderById(q, channel.senderId));
  const from = Math.max(now, said.expectedAt, row.notBefore ?? 0);
  return { ...said, expectedAt: (await slotFor(q, channel, settings, row.kind, from)).at };
}

async function notReady(
  q: Queryable,
  channel: ChannelRow,
  real: number | null,
): Promise<keyof typeof stepWaits | null> {
  if (channel.kind === 'email') {
    return channel.smtpStatus === 'active' && channel.imapStatus === 'active'
      ? null
      : 'mailbox_not_connected';
  }
  if (channel.status !== 'active') return 'linkedin_not_connected';
  if (!hasConsented(await senderById(q, channel.senderId))) return 'consent';
  return real !== null && !isOnline(channel, real) ? 'offline' : null;
}

async function explainWait(q: Queryable, row: EnrollmentRow, real: number | null): Promise<Explanation> {
  const cursors = await q
    .select()
    .from(cursor)
    .where(and(eq(cursor.enrollmentId, row.id), ne(cursor.state, 'ended')))
    .orderBy(asc(cursor.wakeAt));
  const acting = cursors.find(({ state }) => state === 'acting');
  if (acting) return inWords(stepWaits.manual_task);
  // A Join waits for the other branches: what those wait for says more.
  const first = cursors.find(({ waitsFor }) => waitsFor !== 'join') ?? cursors[0];
  return await explainCursor(q, row, first, real);
}

/** What a waiting branch waits for. */
export async function explainCursor(
  q: Queryable,
  row: EnrollmentRow,
  branch: CursorRow | undefined,
  real: number | null,
): Promise<Explanation> {
  if (!branch?.waitsFor) return inWords(branchWaits.resume);
  const unread = branch.waitsFor === 'fresh_read' ? await unreadable(q, row, branch, real) : null;
  return unread ?? { ...inWords(branchWaits[branch.waitsFor]), expectedAt: branch.wakeAt };
}

/** Why the read that a branch waits for does not come by itself; null: it does. */
async function unreadable(
  q: Queryable,
  { versionId, senderId }: EnrollmentRow,
  { nodeId }: CursorRow,
  real: number | null,
): Promise<Explanation | null> {
  const graph = await graphOf(q, versionId);
  const node = graph.nodes.find(({ id }) => id === nodeId);
  const isAcceptance = node?.type === 'wait_until' && node.config.event === 'accepted';
  const kinds = isAcceptance ? (['linkedin'] as const) : [...channelsUsed(graph)];
  const channels: ChannelRow[] = [];
  for (const kind of kinds) {
    const channel = senderId === null ? null : await channelOf(q, senderId, kind);
    if (channel) channels.push(channel);
  }
  const read = isAcceptance ? channels : channels.filter(hasInbox);
  for (const channel of read.length > 0 ? read : channels) {
    const stopped = await notReady(q, channel, real);
    if (!stopped) continue;
    const holds = await openHolds(q, [{ scope: 'channel', scopeId: channel.id }]);
    const lost = holds.find(({ reason }) => sessionHolds.has(reason));
    return lost ? byHold(lost) : inWords(stepWaits[stopped], 'the reading');
  }
  return null;
}

/** Where the account itself is lost, so that nothing is read from it. */
const sessionHolds: ReadonlySet<HoldReason> = new Set([
  'linkedin_account_disconnected',
  'disconnected_by_user',
  'account_restricted',
  'email_disconnected',
]);

/** What something waits for, in words. */
export function inWords({ sentence, waitsFor, who }: Wait, step = 'The step'): Explanation {
  return say(sentence.replace('{step}', step), waitsFor, who);
}

/** What a channel does next, and when; null: it has nothing to do. */
export async function explainChannel(
  q: Queryable,
  channel: ChannelRow,
  now: number,
): Promise<NextAction | null> {
  const next = (await firstReady(q, channel.id, not(isHeldRow(task)))) ?? (await firstReady(q, channel.id));
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

/** The first of each kind is found in its index, and the first of those goes next. */
async function firstReady(q: Queryable, channelId: string, which?: SQL): Promise<TaskRow | null> {
  const lanes = await q
    .select({ kind: lane.kind, ready: lane.readyCount })
    .from(lane)
    .where(eq(lane.channelId, channelId));
  const firsts: TaskRow[] = [];
  for (const { kind, ready } of lanes) {
    if (ready === 0) continue;
    const [first] = await q
      .select()
      .from(task)
      .where(and(eq(task.channelId, channelId), sql`${task.kind} = ${kind}`, isReady, which))
      .orderBy(asc(task.priority), asc(task.notBefore), asc(task.id))
      .limit(1);
    if (first) firsts.push(first);
  }
  const place = (row: TaskRow) => [row.priority, row.notBefore ?? 0, row.id] as const;
  const isBefore = (a: TaskRow, b: TaskRow) => {
    const [x, y] = [place(a), place(b)];
    return x[0] !== y[0] ? x[0] < y[0] : x[1] !== y[1] ? x[1] < y[1] : x[2] < y[2];
  };
  return firsts.reduce<TaskRow | null>((best, row) => (best && isBefore(best, row) ? best : row), null);
}

/** The steps of an enrollment that have not ended, what is due first on top. */
export async function openTasksOf(q: Queryable, enrollmentId: string): Promise<TaskRow[]> {
  return await q
    .select()
    .from(task)
    .where(
      and(
        eq(task.enrollmentId, enrollmentId),
        inArray(task.state, ['ready', 'scheduled', 'claimed', 'committing', 'unknown', 'waiting_approval']),
      ),
    )
    .orderBy(asc(task.notBefore));
}

/** What a hold means for whoever stands behind it, who must act, and until when it lasts. */
export function byHold(hold: HoldRow): Explanation {
  const entry = holdReasons[hold.reason];
  if (hold.reconciling) {
    return say(
      'The account is back; what happened meanwhile is read first.',
      entry.clearedBy,
      'nobody',
      hold.reason,
    );
  }
  return {
    sentence: hold.detail ? `${entry.label}: ${hold.detail}` : entry.meaning,
    waitsFor: entry.clearedBy,
    whoMustAct: entry.who,
    expectedAt: hold.until,
    limit: hold.reason,
  };
}

/** An answer without a time. */
export function say(
  sentence: string,
  waitsFor: string | null,
  who: WhoMustAct,
  limit: string | null = null,
): Explanation {
  return { sentence, waitsFor, whoMustAct: who, expectedAt: null, limit };
}

/** A status as people read it. */
export function label(status: string): string {
  return status.charAt(0).toUpperCase() + status.slice(1).replaceAll('_', ' ');
}

/** The sentence of a machine reason, to stand behind another one. */
export function because(reason: string | null): string {
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
