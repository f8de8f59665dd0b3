import { and, asc, desc, eq, lt, sql } from 'drizzle-orm';
import type { BulkInput, BulkSelection } from '#shared/automation/bulk.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { isDefect, type Queryable, schema } from '../../db/index.ts';
import { type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from '../context.ts';
import { bulkIsOpen } from '../predicates.ts';
import { publish } from '../record.ts';
import { enrollmentById } from '../rows.ts';
import { type Change, changeOne, undoOne } from './bulkChanges.ts';
import { countMatching, matchingIds } from './matching.ts';

const { bulkAction, bulkActionItem, enrollment, sender } = schema;

export type BulkRow = typeof bulkAction.$inferSelect;
type BulkItem = typeof bulkActionItem.$inferSelect;

/** How long a bulk action can be undone. */
export const bulkUndoMs = DAY;
/** Sorts after every id. */
const BEYOND = '~';
const KEPT_MS = 30 * DAY;
/** The note of one that could not be handled. */
const FAILED = 'internal_error';

export interface NewBulk {
  workspaceId: string;
  automationId: string;
  input: BulkInput;
  selection: BulkSelection;
  /** A rep acts on the contacts of their own profiles only; null: on all. */
  onlyOwner: string | null;
  by: string;
}

/** Takes on a bulk action; the tick works it off. Whoever enters later is not among those selected. */
export async function startBulk(unit: Unit, wanted: NewBulk): Promise<string> {
  const id = unit.newId();
  const { selection, automationId, by, ...rest } = wanted;
  await unit.tx.insert(bulkAction).values({
    ...rest,
    id,
    automationId,
    selection,
    state: 'running',
    ...(await sizeOf(unit.tx, automationId, selection)),
    createdBy: by,
    createdAt: unit.now,
  });
  publish(unit, wanted.workspaceId, 'bulk', id);
  return id;
}

/** The position is exclusive, so it begins just after the newest that matches now. */
async function sizeOf(q: Queryable, automationId: string, selection: BulkSelection) {
  if ('ids' in selection) return { total: new Set(selection.ids).size, position: BEYOND };
  const [newest] = await matchingIds(q, automationId, selection.filter, { before: null, limit: 1 });
  const { total } = await countMatching(q, automationId, selection.filter);
  return { total, position: `${newest ?? ''}${BEYOND}` };
}

/** What was done stays done; the rest is left alone. */
export async function stopBulk(unit: Unit, row: BulkRow): Promise<boolean> {
  if (row.state !== 'running' && row.state !== 'undoing') return false;
  await endBulk(unit, row, 'stopped');
  return true;
}

/** False: too late, or still running. */
export async function undoBulk(unit: Unit, row: BulkRow): Promise<boolean> {
  const open = row.state === 'done' || row.state === 'stopped';
  if (!open || row.undoneAt !== null || (row.createdAt ?? 0) + bulkUndoMs < unit.now) return false;
  await unit.tx
    .update(bulkAction)
    .set({ state: 'undoing', undoneAt: unit.now, endedAt: null, notes: {} })
    .where(eq(bulkAction.id, row.id));
  publish(unit, row.workspaceId, 'bulk', row.id);
  return true;
}

/** The engine's stage: up to `limit` enrollments of the oldest open bulk action, in one transaction. True: more to do. */
export async function workOffBulk(ctx: EngineContext, limit: number): Promise<boolean> {
  const [open] = await ctx.db.reader
    .select({ id: bulkAction.id })
    .from(bulkAction)
    .where(bulkIsOpen)
    .orderBy(asc(bulkAction.id))
    .limit(1);
  if (!open) return false;
  await workOff(ctx, open.id, limit);
  return true;
}

/** Where one of them fails, each is taken alone, and who fails alone is passed over. */
async function workOff(ctx: EngineContext, bulkId: string, limit: number): Promise<void> {
  try {
    await unitOfWork(ctx, (unit) => workSome(unit, bulkId, limit, { change: changeItem, undo: undoItem }));
  } catch (error) {
    if (!isDefect(error)) throw error;
    if (limit > 1) {
      for (let i = 0; i < limit; i++) await workOff(ctx, bulkId, 1);
      return;
    }
    ctx.log.error({ err: error, bulkId }, 'a bulk action passes over an enrollment that failed');
    const passOver = { change: passItem, undo: async () => FAILED };
    await unitOfWork(ctx, (unit) => workSome(unit, bulkId, 1, passOver)).catch((failure) =>
      stopFailed(ctx, bulkId, failure),
    );
  }
}

/** Not even the next ones can be found: it must not stand before other bulk actions for ever. */
async function stopFailed(ctx: EngineContext, bulkId: string, error: unknown): Promise<void> {
  if (!isDefect(error)) throw error;
  ctx.log.error({ err: error, bulkId }, 'a bulk action failed and is stopped');
  await unitOfWork(ctx, async (unit) => {
    const [row] = await unit.tx.select().from(bulkAction).where(eq(bulkAction.id, bulkId));
    if (!row) return;
    const notes = { ...row.notes, [FAILED]: (row.notes?.[FAILED] ?? 0) + 1 };
    await unit.tx.update(bulkAction).set({ notes }).where(eq(bulkAction.id, bulkId));
    await stopBulk(unit, row);
  });
}

/** What is done with each. */
interface ItemWork {
  change(unit: Unit, bulk: BulkRow, enrollmentId: string): Promise<Change>;
  /** Null: put back; else why it stays. */
  undo(unit: Unit, bulk: BulkRow, item: BulkItem): Promise<string | null>;
}

async function workSome(unit: Unit, bulkId: string, limit: number, work: ItemWork): Promise<void> {
  const [row] = await unit.tx.select().from(bulkAction).where(eq(bulkAction.id, bulkId));
  if (row?.state === 'running') await changeSome(unit, row, limit, work);
  else if (row?.state === 'undoing') await undoSome(unit, row, limit, work);
}

async function changeSome(unit: Unit, row: BulkRow, limit: number, work: ItemWork): Promise<void> {
  const ids = await nextIds(unit, row, limit);
  const notes = { ...row.notes };
  let changed = 0;
  for (const id of ids) {
    const change = await work.change(unit, row, id);
    if (change.changed) changed += 1;
    if (change.note !== null) notes[change.note] = (notes[change.note] ?? 0) + 1;
  }
  await unit.tx
    .update(bulkAction)
    .set({
      position: ids.at(-1) ?? row.position,
      changed: row.changed + changed,
      skipped: row.skipped + ids.length - changed,
      notes,
    })
    .where(eq(bulkAction.id, row.id));
  if (ids.length < limit) await endBulk(unit, row, 'done');
  else publish(unit, row.workspaceId, 'bulk', row.id);
}

async function nextIds(unit: Unit, row: BulkRow, limit: number): Promise<string[]> {
  const { selection, position, automationId } = row;
  if ('filter' in selection) {
    return await matchingIds(unit.tx, automationId, selection.filter, { before: position, limit });
  }
  const chosen = [...new Set(selection.ids)]
    .filter((id) => id < position)
    .sort()
    .reverse();
  return chosen.slice(0, limit);
}

async function changeItem(unit: Unit, bulk: BulkRow, enrollmentId: string): Promise<Change> {
  const [row] = await unit.tx
    .select()
    .from(enrollment)
    .where(and(eq(enrollment.id, enrollmentId), eq(enrollment.automationId, bulk.automationId)));
  if (!row) return { changed: false, note: 'not_found' };
  const change = (await mayTouch(unit, bulk, row))
    ? await changeOne(unit, row, bulk.input, { by: bulk.createdBy, at: bulk.createdAt ?? 0 })
    : { changed: false as const, note: 'not_yours' };
  await keepItem(unit, bulk, enrollmentId, change);
  return change;
}

/** It failed with nothing else beside it. */
async function passItem(unit: Unit, bulk: BulkRow, enrollmentId: string): Promise<Change> {
  const change = { changed: false, note: FAILED } as const;
  await keepItem(unit, bulk, enrollmentId, change);
  return change;
}

async function keepItem(unit: Unit, bulk: BulkRow, enrollmentId: string, change: Change): Promise<void> {
  await unit.tx.insert(bulkActionItem).values({
    bulkId: bulk.id,
    enrollmentId,
    workspaceId: bulk.workspaceId,
    outcome: change.changed ? 'changed' : 'skipped',
    note: change.note,
    ...(change.changed
      ? { before: change.before, revision: (await enrollmentById(unit.tx, enrollmentId)).revision }
      : {}),
  });
}

async function mayTouch(unit: Unit, { onlyOwner }: BulkRow, row: EnrollmentRow): Promise<boolean> {
  if (onlyOwner === null) return true;
  if (row.senderId === null) return false;
  const [owner] = await unit.tx.select().from(sender).where(eq(sender.id, row.senderId));
  return owner?.ownerUserId === onlyOwner;
}

async function undoSome(unit: Unit, row: BulkRow, limit: number, work: ItemWork): Promise<void> {
  const items = await unit.tx
    .select()
    .from(bulkActionItem)
    .where(and(eq(bulkActionItem.bulkId, row.id), eq(bulkActionItem.outcome, 'changed')))
    .orderBy(desc(bulkActionItem.enrollmentId))
    .limit(limit);
  const notes = { ...row.notes };
  let restored = 0;
  for (const item of items) {
    const { enrollmentId } = item;
    const kept = await work.undo(unit, row, item);
    if (kept === null) restored += 1;
    else notes[kept] = (notes[kept] ?? 0) + 1;
    await unit.tx
      .update(bulkActionItem)
      .set({ outcome: kept === null ? 'restored' : 'kept', note: kept })
      .where(and(eq(bulkActionItem.bulkId, row.id), eq(bulkActionItem.enrollmentId, enrollmentId)));
  }
  await unit.tx
    .update(bulkAction)
    .set({ restored: row.restored + restored, notes })
    .where(eq(bulkAction.id, row.id));
  if (items.length < limit) await endBulk(unit, row, 'undone');
  else publish(unit, row.workspaceId, 'bulk', row.id);
}

async function undoItem(unit: Unit, bulk: BulkRow, item: BulkItem): Promise<string | null> {
  const { enrollmentId, before, revision } = item;
  const now = await enrollmentById(unit.tx, enrollmentId);
  return before ? await undoOne(unit, now, bulk.input, { before, revision }) : 'changed_since';
}

async function endBulk(unit: Unit, row: BulkRow, state: 'done' | 'stopped' | 'undone'): Promise<void> {
  await unit.tx.update(bulkAction).set({ state, endedAt: unit.now }).where(eq(bulkAction.id, row.id));
  await unit.tx
    .delete(bulkActionItem)
    .where(sql`${bulkActionItem.bulkId} IN ${oldOnes(unit, row.automationId)}`);
  publish(unit, row.workspaceId, 'bulk', row.id);
  publish(unit, row.workspaceId, 'automation', row.automationId);
}

/** Nothing of them can be undone any more; what was done stands in the activity log of each contact. */
function oldOnes(unit: Unit, automationId: string) {
  return unit.tx
    .select({ id: bulkAction.id })
    .from(bulkAction)
    .where(and(eq(bulkAction.automationId, automationId), lt(bulkAction.createdAt, unit.now - KEPT_MS)));
}
