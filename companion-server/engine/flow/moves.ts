import { and, asc, eq, inArray, isNull, lt, ne, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import {
  type Move,
  moveEnrollment,
  type Origin,
  restoreEnrollment,
  standing,
} from '#shared/automation/migrate.ts';
import { isFinal } from '#shared/automation/reducer.ts';
import { segmentsOf } from '#shared/automation/segments.ts';
import { changedEvents, changedSteps } from '#shared/automation/versionDiff.ts';
import { isDefect, type Queryable, schema } from '../../db/index.ts';
import { type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from '../context.ts';
import { isLive, lacksData, moveIsOpen, originEnded } from '../predicates.ts';
import { publish } from '../record.ts';
import { enrollmentById, graphOf, senderById } from '../rows.ts';
import { isLeaving } from '../senders/automationSenders.ts';
import { setAside } from '../setAside.ts';
import { endBeforeStart } from '../wayIn/enrichment.ts';
import { askAdmission, blockedOn, retakeSlots } from '../wayIn/slots.ts';
import { isLatest } from './comeBack.ts';
import { factsOf } from './facts.ts';
import { loadState, storeAdvance } from './interpret.ts';
import { needsNoData } from './missingData.ts';
import { hasStarted, setStanding } from './standing.ts';
import { undoWithinMs } from './versions.ts';

const { cursor, enrollment, moveOrigin, task, versionMove } = schema;

type MoveRow = typeof versionMove.$inferSelect;
type Graphs = Pick<Move, 'from' | 'to'>;

/**
 * Moves contacts to the version that was published, `limit` in one transaction; the version published first goes first.
 * Until then they run in their own version. True: there may be more.
 */
export async function moveContacts(ctx: EngineContext, limit: number): Promise<boolean> {
  const [open] = await ctx.db.reader
    .select({ id: versionMove.fromVersionId })
    .from(versionMove)
    .where(moveIsOpen)
    .orderBy(asc(versionMove.fromVersionId))
    .limit(1);
  if (!open) {
    await forgetOrigins(ctx, limit);
    return false;
  }
  await moveApart(ctx, open.id, limit);
  return true;
}

/** Where one of them fails, each is moved alone; who fails alone is Paused with the reason and follows as they are. */
async function moveApart(ctx: EngineContext, fromVersionId: string, limit: number): Promise<void> {
  try {
    await unitOfWork(ctx, (unit) => moveSome(unit, fromVersionId, limit));
  } catch (error) {
    if (!isDefect(error)) throw error;
    if (limit > 1) {
      for (let i = 0; i < limit; i++) await moveApart(ctx, fromVersionId, 1);
      return;
    }
    const [first] = await openIn(ctx.db.reader, fromVersionId, 1);
    if (!first) throw error;
    await setAside(ctx, first.id, error);
    await unitOfWork(ctx, async ({ tx }) => {
      const [row] = await tx.select().from(versionMove).where(eq(versionMove.fromVersionId, fromVersionId));
      if (!row) return;
      await tx.update(enrollment).set({ versionId: row.toVersionId }).where(eq(enrollment.id, first.id));
      await tx
        .update(versionMove)
        .set({ moved: row.moved + 1 })
        .where(eq(versionMove.fromVersionId, fromVersionId));
    });
  }
}

async function openIn(q: Queryable, versionId: string, limit: number): Promise<EnrollmentRow[]> {
  return await q
    .select()
    .from(enrollment)
    .where(and(eq(enrollment.versionId, versionId), isNull(enrollment.endedAt)))
    .orderBy(asc(enrollment.id))
    .limit(limit);
}

async function moveSome(unit: Unit, fromVersionId: string, limit: number): Promise<void> {
  const [row] = await unit.tx.select().from(versionMove).where(eq(versionMove.fromVersionId, fromVersionId));
  if (!row) return;
  const graphs: Graphs = {
    from: await graphOf(unit.tx, row.fromVersionId),
    to: await graphOf(unit.tx, row.toVersionId),
  };
  const rows = await openIn(unit.tx, fromVersionId, limit);
  const affected = await affectedBy(unit, row, graphs, rows);
  for (const each of rows) {
    if (each.live === 0 && !hasStarted(each)) await keepsWayIn(unit, each, graphs.to, row.toVersionId);
    else if (affected.has(each.id)) await moveOne(unit, row, graphs, each);
  }
  await unit.tx
    .update(enrollment)
    .set({ versionId: row.toVersionId })
    .where(
      inArray(
        enrollment.id,
        rows.map(({ id }) => id),
      ),
    );
  await renderAnew(unit, graphs, rows);
  const revived = rows.length < limit && row.restores ? await reviveSome(unit, row, graphs, limit) : 0;
  const finished = rows.length < limit && revived < limit;
  await unit.tx
    .update(versionMove)
    .set({ moved: sql`${versionMove.moved} + ${rows.length}`, finishedAt: finished ? unit.now : null })
    .where(eq(versionMove.fromVersionId, fromVersionId));
  publish(unit, row.workspaceId, 'automation', row.automationId);
}

/** Steps that waited for what their text lacked are rendered with the text that was edited. */
async function renderAnew(unit: Unit, { from, to }: Graphs, rows: readonly EnrollmentRow[]): Promise<void> {
  const edited = changedSteps(from, to).filter(({ change }) => change === 'changed');
  if (edited.length === 0 || rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  const nodeIds = edited.map(({ node }) => node.id);
  const waiting = await unit.tx
    .selectDistinct({ id: task.enrollmentId, workspaceId: task.workspaceId })
    .from(task)
    .where(and(inArray(task.enrollmentId, ids), inArray(task.nodeId, nodeIds), lacksData));
  for (const each of waiting) await needsNoData(unit, each);
}

/**
 * Those with a branch on a step that is gone, recomputed or awaits something else, or with a position to restore; for all
 * others nothing changes.
 */
async function affectedBy(
  unit: Unit,
  { plan, restores }: MoveRow,
  { from, to }: Graphs,
  rows: readonly EnrollmentRow[],
): Promise<Set<string>> {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return new Set();
  const stands = await unit.tx
    .select({ id: cursor.enrollmentId, nodeId: cursor.nodeId })
    .from(cursor)
    .where(and(inArray(cursor.enrollmentId, ids), ne(cursor.state, 'ended')));
  const kept = new Set(to.nodes.map(({ id }) => id));
  const events = changedEvents(from, to);
  const isAffected = (nodeId: string) =>
    !kept.has(nodeId) || nodeId in plan.targets || plan.recompute.includes(nodeId) || events.has(nodeId);
  const affected = new Set(stands.filter(({ nodeId }) => isAffected(nodeId)).map(({ id }) => id));
  if (!restores) return affected;
  const origins = await unit.tx
    .select({ id: moveOrigin.enrollmentId })
    .from(moveOrigin)
    .where(inArray(moveOrigin.enrollmentId, ids));
  for (const { id } of origins) affected.add(id);
  return affected;
}

/** Somebody who has not entered yet only changes the version; without their segment there is no way in, false. */
export async function keepsWayIn(
  unit: Unit,
  row: EnrollmentRow,
  graph: Graph,
  versionId: string,
): Promise<boolean> {
  if (segmentsOf(graph).some(({ id }) => id === row.segmentNodeId)) return true;
  const before = { status: row.status, reason: row.reason, cursors: [], visited: [] };
  await keepOrigin(unit, versionId, row, { before, after: '' }, true);
  await endBeforeStart(unit, row, 'canceled', 'segment_removed');
  return false;
}

async function moveOne(unit: Unit, row: MoveRow, graphs: Graphs, contact: EnrollmentRow): Promise<void> {
  const state = await loadState(unit, contact);
  const move: Move = { ...graphs, plan: row.plan, uncertain: await uncertainOf(unit, contact.id) };
  const context = {
    now: unit.now,
    facts: await factsOf(unit.tx, contact, graphs.to),
    newCursorId: unit.newId,
  };
  const origin = row.restores ? await originOf(unit, contact.id, row.fromVersionId) : null;
  const result = origin
    ? restoreEnrollment(state, origin, move, context)
    : moveEnrollment(state, move, context);
  const moved = { ...contact, versionId: row.toVersionId };
  await unit.tx.update(enrollment).set({ versionId: row.toVersionId }).where(eq(enrollment.id, contact.id));
  await storeAdvance(unit, moved, graphs.to, state, result);
  if (row.restores) await unit.tx.delete(moveOrigin).where(eq(moveOrigin.enrollmentId, contact.id));
  else if (result.state !== state) {
    const { status, reason, cursors, visited } = state;
    const place = { before: { status, reason, cursors, visited }, after: standing(result.state) };
    await keepOrigin(unit, row.toVersionId, contact, place, isFinal(result.state.status));
  }
}

/** Branches whose step may have happened. */
export async function uncertainOf(unit: Unit, enrollmentId: string): Promise<Set<string>> {
  const rows = await unit.tx
    .select({ cursorId: task.cursorId, state: task.state })
    .from(task)
    .where(eq(task.enrollmentId, enrollmentId));
  const open = rows.filter(({ state }) => state === 'committing' || state === 'unknown');
  return new Set(open.map(({ cursorId }) => cursorId));
}

async function originOf(unit: Unit, enrollmentId: string, versionId: string): Promise<Origin | null> {
  const [row] = await unit.tx.select().from(moveOrigin).where(eq(moveOrigin.enrollmentId, enrollmentId));
  return row?.versionId === versionId ? row.origin : null;
}

async function keepOrigin(
  unit: Unit,
  versionId: string,
  contact: EnrollmentRow,
  origin: Origin,
  ended: boolean,
): Promise<void> {
  const values = { versionId, origin, ended, at: unit.now };
  await unit.tx
    .insert(moveOrigin)
    .values({ enrollmentId: contact.id, workspaceId: contact.workspaceId, ...values })
    .onConflictDoUpdate({ target: moveOrigin.enrollmentId, set: values });
}

/**
 * Who was ended by the publishing that is undone goes on, unless they entered once more since, another automation has
 * them now, or their sender left.
 */
async function reviveSome(unit: Unit, row: MoveRow, graphs: Graphs, limit: number): Promise<number> {
  const ended = await unit.tx
    .select({ id: moveOrigin.enrollmentId, origin: moveOrigin.origin })
    .from(moveOrigin)
    .where(and(eq(moveOrigin.versionId, row.fromVersionId), originEnded))
    .orderBy(asc(moveOrigin.enrollmentId))
    .limit(limit);
  for (const { id, origin } of ended) {
    const contact = await enrollmentById(unit.tx, id);
    const ended = (await isLatest(unit.tx, contact)) ? await endedBy(unit, contact, origin) : null;
    if (ended === 'segment_removed') {
      await waitAgain(unit, { ...contact, versionId: row.toVersionId }, origin);
    } else if (ended === 'node_deleted' && (await mayGoOn(unit, contact))) {
      const alive = { ...contact, live: 1, endedAt: null };
      await unit.tx.update(enrollment).set({ live: 1, endedAt: null }).where(eq(enrollment.id, id));
      await retakeSlots(unit, alive);
      await moveOne(unit, row, graphs, alive);
    } else {
      await unit.tx.delete(moveOrigin).where(eq(moveOrigin.enrollmentId, id));
    }
  }
  return ended.length;
}

/**
 * What the edit took away from one that it ended; null: they have ended otherwise since. The enrollment's own reason may
 * be that of a branch that failed before.
 */
async function endedBy(
  unit: Unit,
  contact: EnrollmentRow,
  { after }: Origin,
): Promise<'segment_removed' | 'node_deleted' | null> {
  if (contact.reason === 'segment_removed') return contact.reason;
  const state = await loadState(unit, contact);
  if (!isFinal(state.status) || standing(state) !== after) return null;
  return state.cursors.some(({ reason }) => reason === 'node_deleted') ? 'node_deleted' : null;
}

/** Their segment is back: they wait outside once more, the paused ones for a person. */
async function waitAgain(unit: Unit, contact: EnrollmentRow, { before }: Origin): Promise<void> {
  const { id, versionId, automationId, workspaceId } = contact;
  const isPaused = before.status === 'paused';
  await setStanding(unit, contact, {
    versionId,
    endedAt: null,
    status: isPaused ? 'paused' : 'ready',
    reason: isPaused ? before.reason : null,
    blockedOn: isPaused ? blockedOn.reply(id) : null,
  });
  await unit.tx.delete(moveOrigin).where(eq(moveOrigin.enrollmentId, id));
  await askAdmission(unit, automationId, workspaceId);
}

async function mayGoOn(unit: Unit, contact: EnrollmentRow): Promise<boolean> {
  const { senderId } = contact;
  if (senderId === null || (await senderById(unit.tx, senderId)).state !== 'active') return false;
  return !(await isLeaving(unit, senderId, contact)) && !(await isElsewhere(unit, contact));
}

async function isElsewhere(unit: Unit, { workspaceId, contactId }: EnrollmentRow): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.workspaceId, workspaceId), eq(enrollment.contactId, contactId), isLive))
    .limit(1);
  return rows.length > 0;
}

/** Positions that no undo can ask for any more. */
async function forgetOrigins(ctx: EngineContext, limit: number): Promise<void> {
  const old = await ctx.db.reader
    .select({ id: moveOrigin.enrollmentId })
    .from(moveOrigin)
    .where(lt(moveOrigin.at, ctx.clocks.schedule.now() - 2 * undoWithinMs))
    .limit(limit);
  if (old.length === 0) return;
  await ctx.db.write((tx) =>
    tx.delete(moveOrigin).where(
      inArray(
        moveOrigin.enrollmentId,
        old.map(({ id }) => id),
      ),
    ),
  );
}
