import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { type ActionKind, actionChannel, type Graph } from '#shared/automation/graph.ts';
import { planOf } from '#shared/schedule/planOf.ts';
import { atPace, type Run, type RunLimits, runForward } from '#shared/schedule/runForward.ts';
import type { Job } from '#shared/schedule/workAhead.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, EnrollmentRow } from '../context.ts';
import { isLive } from '../predicates.ts';
import { graphOf, personSpacingOf, senderById, settingsOf } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { NO_LIMIT } from '../wayIn/slots.ts';
import { budgetKinds, usageTimes } from './usage.ts';

const { channel, cursor, enrollment, lane } = schema;

/** Branches under way that are run forward for one answer, of so many sender profiles. */
const BRANCHES = 200;
const PROFILES = 4;
/** Who waits further back than this gets the answer of the one who stands here. */
const PLACES = 1000;

interface Branch {
  enrollmentId: string;
  senderId: string;
  versionId: string;
  nodeId: string;
  wakeAt: number | null;
}

/** The moments at which active contacts give their places back, and what share of them was looked at. */
interface Leaving {
  times: number[];
  share: number;
  /** How many must leave before the first of those who wait enters: places may lie over the limit. */
  surplus: number;
}

/**
 * When an enrollment that waits for a place of its segment or company has one: every active contact goes the longest
 * way it may have left, run forward by the pacing functions, and the places go to those who wait in their order. Null:
 * nobody leaves by themselves (all are paused, or their account does nothing now).
 */
export async function placeFreeAt(
  q: Queryable,
  row: EnrollmentRow,
  { times, share, surplus }: Leaving,
  limits: { now: number; horizon: number },
): Promise<number | null> {
  if (times.length === 0) return null;
  const needed = Math.ceil((surplus + (await placeInLine(q, row))) * share);
  return atPace(times, needed - 1, limits);
}

/** From 1 on, among those who wait for the same. */
export async function placeInLine(q: Queryable, { blockedOn: key, id }: EnrollmentRow): Promise<number> {
  if (key === null) return 1;
  const before = q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.blockedOn, key), lte(enrollment.id, id)))
    .limit(PLACES);
  const [found] = await q.all<{ n: number }>(sql`SELECT count(*) AS n FROM (${before})`);
  return Math.max(1, found?.n ?? 1);
}

/** Of a segment or a company: what all who wait for its places share. */
export async function leaving(
  q: Queryable,
  row: EnrollmentRow,
  now: number,
  limits: RunLimits,
): Promise<Leaving> {
  const { active, limit } = await slotOf(q, row);
  const branches = await branchesUnderWay(q, row);
  const bySender = new Map<string, Branch[]>();
  for (const each of branches) bySender.set(each.senderId, [...(bySender.get(each.senderId) ?? []), each]);
  const busiest = [...bySender].sort(([, a], [, b]) => b.length - a.length).slice(0, PROFILES);
  const graph = await graphOf(q, row.versionId);
  const ends = new Map<string, number | null>();
  for (const [senderId, own] of busiest) {
    const run = await runSender(q, senderId, own, { graph, workspaceId: row.workspaceId, now, limits });
    own.forEach(({ enrollmentId }, at) => {
      const end = run?.ends[at]?.[0] ?? null;
      const known = ends.get(enrollmentId);
      // The place is free when the last branch ends; of a branch that does not, nobody can tell.
      ends.set(enrollmentId, end === null || known === null ? null : Math.max(end, known ?? end));
    });
  }
  const times = [...ends.values()].filter((each) => each !== null).sort((a, b) => a - b);
  const surplus = limit >= NO_LIMIT ? 0 : Math.max(0, active - limit);
  return { times, share: active === 0 ? 1 : Math.min(1, ends.size / active), surplus };
}

async function slotOf(q: Queryable, row: EnrollmentRow): Promise<{ active: number; limit: number }> {
  const { automationId, segmentNodeId, companyId } = row;
  if (row.status === 'coworkers_limit') {
    const slot = await rowsOf(q).get(shapes.companySlot, automationId, segmentNodeId, companyId ?? '');
    return { active: slot?.active ?? 0, limit: slot?.slotLimit ?? 0 };
  }
  const slot = await rowsOf(q).get(shapes.segmentSlot, automationId, segmentNodeId);
  return { active: slot?.active ?? 0, limit: slot?.activeLimit ?? 0 };
}

/** Paused ones keep their place until a person decides: they are not among those who leave. */
async function branchesUnderWay(q: Queryable, row: EnrollmentRow): Promise<Branch[]> {
  const { automationId, segmentNodeId, companyId } = row;
  const found = await q
    .select({
      enrollmentId: enrollment.id,
      senderId: enrollment.senderId,
      versionId: enrollment.versionId,
      status: enrollment.status,
      nodeId: cursor.nodeId,
      wakeAt: cursor.wakeAt,
      state: cursor.state,
    })
    .from(enrollment)
    .innerJoin(cursor, eq(cursor.enrollmentId, enrollment.id))
    .where(
      and(
        eq(enrollment.automationId, automationId),
        eq(enrollment.segmentNodeId, segmentNodeId),
        row.status === 'coworkers_limit' ? eq(enrollment.companyId, companyId ?? '') : undefined,
        isLive,
      ),
    )
    .limit(BRANCHES);
  return found.flatMap(({ senderId, status, state, ...each }) =>
    senderId !== null && status !== 'paused' && state !== 'ended' ? [{ ...each, senderId }] : [],
  );
}

interface Ground {
  graph: Graph;
  workspaceId: string;
  now: number;
  limits: RunLimits;
}

/** Null: an account of this sender profile does nothing now. */
async function runSender(
  q: Queryable,
  senderId: string,
  branches: readonly Branch[],
  { graph, workspaceId, now, limits }: Ground,
): Promise<Run | null> {
  const jobs = branches.map((branch) => jobFrom(graph, branch, now));
  const wanted = new Set(jobs.flatMap(({ plan }) => plan.steps.map(({ channel: kind }) => kind)));
  const channels = (await q.select().from(channel).where(eq(channel.senderId, senderId))).filter(({ kind }) =>
    wanted.has(kind),
  );
  if (channels.length < wanted.size || channels.some(isDown)) return null;
  const others: Job[] = [];
  const byKind: Record<string, ChannelRow & { usage: Record<string, number[]> }> = {};
  for (const each of channels) {
    others.push(...(await workOfOthers(q, each, jobs)));
    byKind[each.kind] = { ...each, usage: await usageNow(q, each, [...jobs, ...others], now) };
  }
  const settings = settingsOf(await senderById(q, senderId));
  const spacingMs = await personSpacingOf(q, workspaceId);
  // Its own come first, so that their ends have their indexes.
  return runForward(
    { id: senderId, settings, channels: byKind, jobs: [...jobs, ...others], spacingMs },
    now,
    limits,
  );
}

function isDown({ kind, status, smtpStatus }: ChannelRow): boolean {
  return (kind === 'email' ? smtpStatus : status) !== 'active';
}

function jobFrom(graph: Graph, { nodeId, wakeAt }: Branch, now: number): Job {
  const left = wakeAt === null ? undefined : Math.max(0, wakeAt - now);
  return oneContact(planOf(graph, nodeId, budgetKinds, left), true);
}

function oneContact(plan: Job['plan'], counted: boolean): Job {
  return { plan, contacts: 1, unread: 0, withEmail: 1, activeLimit: null, counted };
}

/** What stands in the queues beside the steps of these contacts. */
async function workOfOthers(q: Queryable, row: ChannelRow, jobs: readonly Job[]): Promise<Job[]> {
  const lanes = await q
    .select({ kind: lane.kind, ready: lane.readyCount })
    .from(lane)
    .where(and(eq(lane.channelId, row.id), inArray(lane.kind, Object.keys(actionChannel))))
    .orderBy(asc(lane.kind));
  return lanes.flatMap(({ kind: name, ready }) => {
    const kind = name as ActionKind;
    const own = jobs.filter(({ plan }) => plan.steps[0]?.kind === kind && plan.steps[0].delayMs === 0).length;
    const contacts = Math.max(0, ready - own);
    const step = { kind, channel: row.kind, spends: budgetKinds(kind), after: null, delayMs: 0 };
    return contacts === 0
      ? []
      : [{ ...oneContact({ steps: [step], tailMs: 0 }, false), contacts, withEmail: contacts }];
  });
}

async function usageNow(
  q: Queryable,
  row: ChannelRow,
  jobs: readonly Job[],
  now: number,
): Promise<Record<string, number[]>> {
  const kinds = new Set(jobs.flatMap(({ plan }) => plan.steps.flatMap(({ spends }) => spends)));
  const usage: Record<string, number[]> = {};
  for (const kind of kinds) usage[kind] = await usageTimes(q, row, kind, now);
  return usage;
}
