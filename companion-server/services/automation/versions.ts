import { and, asc, count, desc, eq, gte, inArray, isNull, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { VersionDetail, VersionList } from '#shared/contract/version.ts';
import { type Queryable, schema } from '../../db/index.ts';
import * as engine from '../../engine/index.ts';
import type { Call } from '../context.ts';
import { notFound } from '../refusal.ts';
import type { VersionRow } from './preview.ts';
import { type AutomationRow, automationOf } from './view.ts';

const { automationVersion, enrollment, nodeCount, user, versionMove } = schema;

/** Older ones are opened by their number. */
const LISTED = 200;

/** The latest versions, the newest first, with who still runs in which. */
export async function listVersions(call: Call, automationId: string): Promise<VersionList> {
  const { reader } = call.db;
  const row = await automationOf(reader, call, automationId);
  return {
    items: await summaries(reader, row),
    move: await openMove(reader, automationId),
    undoUntil: await undoUntil(call, row),
  };
}

/** One version as it was, with what its steps counted while it was the running one. */
export async function getVersion(call: Call, automationId: string, number: number): Promise<VersionDetail> {
  const { reader } = call.db;
  const row = await automationOf(reader, call, automationId);
  const [summary] = await summaries(reader, row, eq(automationVersion.number, number));
  const [version, next] = await reader
    .select()
    .from(automationVersion)
    .where(and(eq(automationVersion.automationId, automationId), gte(automationVersion.number, number)))
    .orderBy(asc(automationVersion.number))
    .limit(2);
  if (!summary || !version) throw notFound('version');
  const counts = await reader.select().from(nodeCount).where(eq(nodeCount.automationId, automationId));
  return { ...summary, graph: version.graph, nodeCounts: countsOf(version, next, counts) };
}

/** A version's own figures: what was counted when the next one was published, less what was before it. */
function countsOf(
  { graph, countsBefore }: VersionRow,
  next: VersionRow | undefined,
  now: readonly (typeof nodeCount.$inferSelect)[],
) {
  const [before, after] = [byNode(countsBefore ?? []), byNode(next?.countsBefore ?? now)];
  const standing = byNode(now);
  return graph.nodes.map(({ id: nodeId }) => ({
    nodeId,
    standing: standing.get(nodeId)?.standing ?? 0,
    passed: (after.get(nodeId)?.passed ?? 0) - (before.get(nodeId)?.passed ?? 0),
    failed: (after.get(nodeId)?.failed ?? 0) - (before.get(nodeId)?.failed ?? 0),
  }));
}

function byNode<T extends { nodeId: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.nodeId, row]));
}

/** Without their graphs; `which`: only those. */
async function summaries(db: Queryable, row: AutomationRow, which?: SQL): Promise<VersionList['items']> {
  const restored = alias(automationVersion, 'restored');
  const { id, number, createdAt, createdBy } = automationVersion;
  const versions = await db
    .select({ id, number, createdAt, createdBy, restores: restored.number })
    .from(automationVersion)
    .leftJoin(restored, eq(restored.id, automationVersion.restores))
    .where(and(eq(automationVersion.automationId, row.id), which))
    .orderBy(desc(number))
    .limit(LISTED);
  const ids = versions.map(({ id }) => id);
  const people = await db
    .select({ id: user.id, name: user.name })
    .from(user)
    .where(
      inArray(
        user.id,
        versions.map(({ createdBy }) => createdBy),
      ),
    );
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const open = await db
    .select({ versionId: enrollment.versionId, times: count() })
    .from(enrollment)
    .where(and(inArray(enrollment.versionId, ids), isNull(enrollment.endedAt)))
    .groupBy(enrollment.versionId);
  const contacts = new Map(open.map(({ versionId, times }) => [versionId, times]));
  return versions.map((version) => ({
    number: version.number,
    publishedAt: version.createdAt ?? 0,
    publishedBy: names.get(version.createdBy) ?? 'Somebody who left',
    restores: version.restores,
    isCurrent: version.id === row.versionId,
    contacts: contacts.get(version.id) ?? 0,
  }));
}

async function openMove(db: Queryable, automationId: string): Promise<VersionList['move']> {
  const open = await db
    .select({ moved: versionMove.moved, total: versionMove.total })
    .from(versionMove)
    .where(and(eq(versionMove.automationId, automationId), isNull(versionMove.finishedAt)));
  if (open.length === 0) return null;
  const moved = open.reduce((sum, each) => sum + each.moved, 0);
  const total = open.reduce((sum, each) => sum + Math.max(each.total, each.moved), 0);
  return { moved, total };
}

async function undoUntil(call: Call, row: AutomationRow): Promise<number | null> {
  const undoable = await engine.undoableVersion(call.db.reader, call.clocks.schedule.now(), row);
  return undoable?.current.createdAt ? undoable.current.createdAt + engine.undoWithinMs : null;
}
