import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import { actionChannel, type Graph, isActionType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import type { AutomationDetail, AutomationSummary } from '#shared/contract/automation.ts';
import type { HoldView } from '#shared/contract/sender.ts';
import type { AutomationStatus, ChannelKind } from '#shared/statuses/engine.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { Call } from '../context.ts';
import { listEnrollments, listReasons } from '../enrollment/view.ts';
import { notFound } from '../refusal.ts';
import { viewHold } from '../sender/holdView.ts';

const {
  automation,
  automationVersion,
  automationSender,
  channel,
  enrollmentCount,
  entering,
  hold,
  nodeCount,
} = schema;

export type AutomationRow = typeof automation.$inferSelect;

export async function automationOf(db: Queryable, call: Call, automationId: string): Promise<AutomationRow> {
  const rows = await db
    .select()
    .from(automation)
    .where(and(eq(automation.workspaceId, call.workspaceId), eq(automation.id, automationId)));
  const row = rows[0];
  if (!row) throw notFound('automation');
  return row;
}

export async function listAutomations(call: Call): Promise<{ items: AutomationSummary[] }> {
  const rows = await call.db.reader
    .select()
    .from(automation)
    .where(eq(automation.workspaceId, call.workspaceId))
    .orderBy(desc(automation.id));
  const items: AutomationSummary[] = [];
  for (const row of rows) items.push(await summarize(call.db.reader, call, row));
  return { items };
}

export async function getAutomation(call: Call, automationId: string): Promise<AutomationDetail> {
  const { reader } = call.db;
  const row = await automationOf(reader, call, automationId);
  const version = row.versionId
    ? (await reader.select().from(automationVersion).where(eq(automationVersion.id, row.versionId)))[0]
    : undefined;
  const graph = version?.graph ?? row.draft;
  const counts = await reader.select().from(nodeCount).where(eq(nodeCount.automationId, automationId));
  return {
    ...(await summarize(reader, call, row)),
    graph,
    versionNumber: version?.number ?? null,
    pauseColleagues: row.pauseColleagues,
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
  const { looked, total } = entering;
  const [row] = await db
    .select({ looked, total })
    .from(entering)
    .where(eq(entering.automationId, automationId));
  return row ?? null;
}

async function summarize(db: Queryable, call: Call, row: AutomationRow): Promise<AutomationSummary> {
  const counts = await db.select().from(enrollmentCount).where(eq(enrollmentCount.automationId, row.id));
  const { holds, status } = await standing(db, call, row);
  return {
    id: row.id,
    name: row.name,
    status,
    holds,
    counts: Object.fromEntries(counts.filter(({ n }) => n > 0).map(({ status, n }) => [status, n])),
    startedAt: row.startedAt,
    updatedAt: row.updatedAt ?? 0,
  };
}

async function graphFor(db: Queryable, row: AutomationRow): Promise<Graph> {
  if (!row.versionId) return row.draft;
  const rows = await db
    .select({ graph: automationVersion.graph })
    .from(automationVersion)
    .where(eq(automationVersion.id, row.versionId));
  return rows[0]?.graph ?? row.draft;
}

/** Paused when nothing of it can move, Partly paused when something cannot: derived from the open holds. */
async function standing(
  db: Queryable,
  call: Call,
  row: AutomationRow,
): Promise<{ holds: HoldView[]; status: AutomationStatus }> {
  if (row.status !== 'running') return { holds: [], status: row.status };
  const used = new Set<ChannelKind>();
  const graph = await graphFor(db, row);
  for (const node of graph.nodes) if (isActionType(node.type)) used.add(actionChannel[node.type]);
  const channels = await channelsFor(db, row, [...used]);
  const open = await db
    .select()
    .from(hold)
    .where(and(eq(hold.workspaceId, call.workspaceId), isNull(hold.liftedAt)));
  const whole = open.filter(
    (one) =>
      (one.scope === 'workspace' && one.scopeId === call.workspaceId) ||
      (one.scope === 'automation' && one.scopeId === row.id),
  );
  const onChannel = (channelId: string, senderId: string) =>
    open.filter(
      (one) =>
        (one.scope === 'sender' && one.scopeId === senderId) ||
        (one.scope === 'channel' && one.scopeId === channelId),
    );
  const perChannel = channels.map((each) => onChannel(each.id, each.senderId));
  const ofKind = open.filter(
    (one) => one.scope === 'kind' && channels.some((each) => each.id === one.scopeId),
  );
  const blocked = perChannel.filter((found) => found.length > 0).length;
  const isPaused = whole.length > 0 || (channels.length > 0 && blocked === channels.length);
  const isPartly = blocked > 0 || ofKind.length > 0;
  const all = new Map([...whole, ...perChannel.flat(), ...ofKind].map((one) => [one.id, one]));
  return {
    holds: [...all.values()].map(viewHold),
    status: isPaused ? 'paused' : isPartly ? 'partly_paused' : 'running',
  };
}

/** The channels this automation acts on: of its senders, the kinds its steps use. */
async function channelsFor(db: Queryable, row: AutomationRow, used: ChannelKind[]) {
  if (used.length === 0) return [];
  return db
    .select({ id: channel.id, senderId: channel.senderId })
    .from(channel)
    .innerJoin(automationSender, eq(automationSender.senderId, channel.senderId))
    .where(
      and(
        eq(automationSender.automationId, row.id),
        eq(automationSender.enabled, true),
        inArray(channel.kind, used),
      ),
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
