import { and, desc, eq, exists, inArray, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { type ActionKind, actionChannel, type Graph, isActionType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import type { AutomationDetail, AutomationSummary } from '#shared/contract/automation.ts';
import type { HoldView } from '#shared/contract/sender.ts';
import { limits } from '#shared/kernel/limits.ts';
import {
  type AutomationStatus,
  type ChannelKind,
  type EnrollmentStatus,
  enrollmentStatus,
  finalEnrollmentStatuses,
} from '#shared/statuses/engine.ts';
import { STOPS_ENTRY } from '#shared/statuses/holds.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { FIRST_EMAIL, toDomain } from '../../engine/index.ts';
import type { Call } from '../context.ts';
import { listEnrollments, listReasons } from '../enrollment/view.ts';
import { notFound } from '../refusal.ts';
import { viewHold } from '../sender/holdView.ts';

const {
  automation,
  automationVersion,
  automationSender,
  channel,
  enrollment,
  enrollmentCount,
  entering,
  enteringBatch,
  hold,
  nodeCount,
  segmentSource,
  sender,
} = schema;

/** Those beyond are found through their contacts. */
const ARCHIVED_LISTED = 500;

export type AutomationRow = typeof automation.$inferSelect;

/** An automation of this workspace. Refuses with `not_found`. */
export async function automationOf(db: Queryable, call: Call, automationId: string): Promise<AutomationRow> {
  const rows = await db
    .select()
    .from(automation)
    .where(and(eq(automation.workspaceId, call.workspaceId), eq(automation.id, automationId)));
  const row = rows[0];
  if (!row) throw notFound('automation');
  return row;
}

/** What a summary is made of. */
type Summarized = Pick<AutomationRow, 'id' | 'name' | 'status' | 'versionId' | 'startedAt' | 'updatedAt'>;

/** The newest first; of the archived ones the latest. */
export async function listAutomations(call: Call): Promise<{ items: AutomationSummary[] }> {
  const { reader } = call.db;
  const current = await listed(call, ne(automation.status, 'archived'), limits.automations);
  const archived = await listed(call, eq(automation.status, 'archived'), ARCHIVED_LISTED);
  const rows = [...current, ...archived].sort((a, b) => (a.id < b.id ? 1 : -1));
  const counted = await countsOf(
    reader,
    rows.map(({ id }) => id),
  );
  const open = rows.some(({ status }) => status === 'running') ? await openHolds(reader, call) : [];
  const items: AutomationSummary[] = [];
  for (const row of rows) items.push(await summarize(reader, row, counted.get(row.id) ?? {}, open));
  return { items };
}

async function listed(call: Call, which: SQL, atMost: number): Promise<Summarized[]> {
  const { id, name, status, versionId, startedAt, updatedAt } = automation;
  return await call.db.reader
    .select({ id, name, status, versionId, startedAt, updatedAt })
    .from(automation)
    .where(and(eq(automation.workspaceId, call.workspaceId), which))
    .orderBy(desc(id))
    .limit(atMost);
}

/** Everything an automation's page shows. Refuses with `not_found`. */
export async function getAutomation(call: Call, automationId: string): Promise<AutomationDetail> {
  const { reader } = call.db;
  const row = await automationOf(reader, call, automationId);
  const version = row.versionId
    ? (await reader.select().from(automationVersion).where(eq(automationVersion.id, row.versionId)))[0]
    : undefined;
  const graph = version?.graph ?? row.draft;
  const counts = await reader.select().from(nodeCount).where(eq(nodeCount.automationId, automationId));
  return {
    ...(await summarize(
      reader,
      row,
      (await countsOf(reader, [automationId])).get(automationId) ?? {},
      await openHolds(reader, call),
    )),
    graph,
    versionNumber: version?.number ?? null,
    pauseColleagues: row.pauseColleagues,
    waitForInboxes: row.waitForInboxes,
    approveEach: row.approveEach,
    trackOpens: row.trackOpens,
    trackClicks: row.trackClicks,
    draft: row.draft,
    hasChanges: version !== undefined && JSON.stringify(row.draft) !== JSON.stringify(version.graph),
    nodeCounts: counts.map(({ nodeId, standing, passed, failed }) => ({ nodeId, standing, passed, failed })),
    problems: validateGraph(graph),
    entering: await enteringOf(reader, automationId),
  };
}

async function enteringOf(db: Queryable, automationId: string) {
  const [mark] = await db
    .select({ looked: entering.looked, total: entering.total })
    .from(entering)
    .where(eq(entering.automationId, automationId));
  const [fed] = await db
    .select({
      waiting: sql<number>`coalesce(sum(${enteringBatch.n}), 0)`,
      total: sql<number>`coalesce(max(${enteringBatch.total}), 0)`,
    })
    .from(enteringBatch)
    .where(eq(enteringBatch.automationId, automationId));
  if (!mark && !fed?.waiting) return null;
  // Of several imports at once the waiting ones may be more than the largest brought.
  const total = Math.max(fed?.total ?? 0, fed?.waiting ?? 0);
  return {
    looked: (mark?.looked ?? 0) + total - (fed?.waiting ?? 0),
    total: (mark?.total ?? 0) + total,
  };
}

async function countsOf(db: Queryable, automationIds: string[]): Promise<Map<string, Counts>> {
  const rows = await db
    .select()
    .from(enrollmentCount)
    .where(inArray(enrollmentCount.automationId, automationIds));
  const counts = new Map<string, Counts>();
  for (const { automationId, status, n } of rows) {
    if (n > 0) counts.set(automationId, { ...counts.get(automationId), [status]: n });
  }
  return counts;
}

type OpenHold = typeof hold.$inferSelect;

/** Of the whole workspace, but for those of single contacts: they are as many as contacts, and stand beside these. */
function openHolds(db: Queryable, call: Call): Promise<OpenHold[]> {
  return db
    .select()
    .from(hold)
    .where(and(eq(hold.workspaceId, call.workspaceId), isNull(hold.liftedAt), ne(hold.scope, 'enrollment')));
}

async function summarize(
  db: Queryable,
  row: Summarized,
  counts: Counts,
  open: readonly OpenHold[],
): Promise<AutomationSummary> {
  const { holds, status } = await standing(db, row, counts, open);
  return {
    id: row.id,
    name: row.name,
    status,
    holds,
    counts,
    startedAt: row.startedAt,
    updatedAt: row.updatedAt ?? 0,
  };
}

/** What the steps of the running version do. */
async function kindsOf(db: Queryable, { versionId }: Summarized): Promise<Set<ActionKind>> {
  if (!versionId) return new Set();
  const [version] = await db
    .select({ graph: automationVersion.graph })
    .from(automationVersion)
    .where(eq(automationVersion.id, versionId));
  return version ? kindsUsed(version.graph) : new Set();
}

type Counts = AutomationSummary['counts'];

/** Finished when everybody reached an end and nobody new enters; paused when nothing of it can move, partly when something cannot. */
async function standing(
  db: Queryable,
  row: Summarized,
  counts: Counts,
  open: readonly OpenHold[],
): Promise<{ holds: HoldView[]; status: AutomationStatus }> {
  if (row.status !== 'running') return { holds: [], status: row.status };
  const kinds = await kindsOf(db, row);
  const channels = await channelsFor(db, row, new Set([...kinds].map((kind) => actionChannel[kind])));
  const whole = open.filter(
    (one) => one.scope === 'workspace' || (one.scope === 'automation' && one.scopeId === row.id),
  );
  const perChannel = channels.map(({ id, senderId }) =>
    open.filter(
      (one) =>
        (one.scope === 'sender' && one.scopeId === senderId) ||
        (one.scope === 'channel' && one.scopeId === id),
    ),
  );
  const ofKind = open.filter(
    (one) => one.scope === 'kind' && channels.some(({ id }) => id === one.scopeId) && stops(one.kind, kinds),
  );
  const all = new Map([...whole, ...perChannel.flat(), ...ofKind].map((one) => [one.id, one]));
  const holds = [...all.values()].map(viewHold);
  if (await isOver(db, row, counts)) return { holds, status: 'finished' };
  const blocked = perChannel.filter((found) => found.length > 0).length;
  const moves = (counts.in_progress ?? 0) > 0;
  const stopped = whole.some(({ reason }) => reason !== STOPS_ENTRY || !moves);
  if (stopped || (channels.length > 0 && blocked === channels.length)) return { holds, status: 'paused' };
  return { holds, status: holds.length > 0 ? 'partly_paused' : 'running' };
}

/** What its steps do, and the profile reads that come before them. */
function kindsUsed({ nodes }: Graph): Set<ActionKind> {
  const kinds = new Set(nodes.flatMap(({ type }) => (isActionType(type) ? [type] : [])));
  if ([...kinds].some((kind) => actionChannel[kind] === 'linkedin')) kinds.add('visit');
  return kinds;
}

/** Holds of a mailbox may be on its first emails, or on those to one domain. */
function stops(held: string, kinds: ReadonlySet<ActionKind>): boolean {
  const isPartOfEmail = held === FIRST_EMAIL || held.startsWith(toDomain(''));
  return isPartOfEmail ? kinds.has('send_email') : [...kinds].some((kind) => kind === held);
}

/** Everybody who entered has ended, and no list, tag or mark lets anybody in by itself. */
async function isOver(db: Queryable, { id }: Summarized, counts: Counts): Promise<boolean> {
  const present = enrollmentStatus.options.filter((status) => (counts[status] ?? 0) > 0);
  const ended: readonly EnrollmentStatus[] = finalEnrollmentStatuses;
  if (present.length === 0 || !present.every((status) => ended.includes(status))) return false;
  const fed = db.select({ n: sql`1` }).from(segmentSource).where(eq(segmentSource.automationId, id)).limit(1);
  return (await fed).length === 0 && (await enteringOf(db, id)) === null;
}

/** The channels this automation acts on: of its senders, the kinds its steps use. */
async function channelsFor(db: Queryable, row: Summarized, used: ReadonlySet<ChannelKind>) {
  if (used.size === 0) return [];
  const rows = await db
    .select({ id: channel.id, senderId: channel.senderId })
    .from(channel)
    .innerJoin(automationSender, eq(automationSender.senderId, channel.senderId))
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(
      and(
        eq(automationSender.automationId, row.id),
        or(eq(automationSender.enabled, true), hasOnesUnderWay(db, row)),
        ne(sender.state, 'deleted'),
        inArray(channel.kind, [...used]),
      ),
    );
  // A sender may stand in several nodes.
  return [...new Map(rows.map((each) => [each.id, each])).values()];
}

/** A sender that was removed finishes what it has under way here. */
function hasOnesUnderWay(db: Queryable, { id }: Summarized): SQL {
  const { automationId, senderId } = enrollment;
  return exists(
    db
      .select({ n: sql`1` })
      .from(enrollment)
      .where(and(eq(senderId, automationSender.senderId), sql`${enrollment.live} = 1`, eq(automationId, id))),
  );
}

/** The contacts of one automation of this workspace. */
export async function automationEnrollments(
  call: Call,
  automationId: string,
  query: Parameters<typeof listEnrollments>[2],
) {
  await automationOf(call.db.reader, call, automationId);
  return listEnrollments(call, automationId, query);
}

/** What the contacts of one automation can be filtered by. */
export async function automationReasons(call: Call, automationId: string) {
  await automationOf(call.db.reader, call, automationId);
  return listReasons(call, automationId);
}
