import { and, asc, desc, eq, lt, sql } from 'drizzle-orm';
import type { BulkInput, BulkSelection } from '#shared/automation/bulk.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../db/index.ts';
import { type Change, changeOne, undoOne } from './bulkChanges.ts';
import { type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from './context.ts';
import { countMatching, matchingIds } from './matching.ts';
import { bulkIsOpen } from './predicates.ts';
import { publish } from './record.ts';
import { enrollmentById } from './rows.ts';

const { bulkAction, bulkActionItem, enrollment, sender } = schema;

export type BulkRow = typeof bulkAction.$inferSelect;

/** How long a bulk action can be undone. */
export const bulkUndoMs = DAY;
/** Sorts after every id. */
const BEYOND = '~';
const KEPT_MS = 30 * DAY;

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
  await publish(unit, wanted.workspaceId, 'bulk', id);
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
  await publish(unit, row.workspaceId, 'bulk', row.id);
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
  return await unitOfWork(ctx, async (unit) => {
    const [row] = await unit.tx.select().from(bulkAction).where(eq(bulkAction.id, open.id));
    if (row?.state === 'running') await changeSome(unit, row, limit);
    else if (row?.state === 'undoing') await undoSome(unit, row, limit);
    return true;
  });
}

async function changeSome(unit: Unit, row: BulkRow, limit: number): Promise<void> {
  const ids = await nextIds(unit, row, limit);
  const notes = { ...row.notes };
  let changed = 0;
  for (const id of ids) {
    const change = await changeItem(unit, row, id);
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
  else await publish(unit, row.workspaceId, 'bulk', row.id);
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
    ? await changeOne(unit, row, bulk.input, bulk.createdBy)
    : { changed: false as const, note: 'not_yours' };
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
  return change;
}

async function mayTouch(unit: Unit, { onlyOwner }: BulkRow, row: EnrollmentRow): Promise<boolean> {
  if (onlyOwner === null) return true;
  if (row.senderId === null) return false;
  const [owner] = await unit.tx.select().from(sender).where(eq(sender.id, row.senderId));
  return owner?.ownerUserId === onlyOwner;
}

async function undoSome(unit: Unit, row: BulkRow, limit: number): Promise<void> {
  const items = await unit.tx
    .select()
    .from(bulkActionItem)
    .where(and(eq(bulkActionItem.bulkId, row.id), eq(bulkActionItem.outcome, 'changed')))
    .orderBy(desc(bulkActionItem.enrollmentId))
    .limit(limit);
  const notes = { ...row.notes };
  let restored = 0;
  for (const { enrollmentId, before, revision } of items) {
    const now = await enrollmentById(unit.tx, enrollmentId);
    const kept = before ? await undoOne(unit, now, row.input, { before, revision }) : 'changed_since';
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
  else await publish(unit, row.workspaceId, 'bulk', row.id);
}

async function endBulk(unit: Unit, row: BulkRow, state: 'done' | 'stopped' | 'undone'): Promise<void> {
  await unit.tx.update(bulkAction).set({ state, endedAt: unit.now }).where(eq(bulkAction.id, row.id));
  await unit.tx
    .delete(bulkActionItem)
    .where(sql`${bulkActionItem.bulkId} IN ${oldOnes(unit, row.automationId)}`);
  await publish(unit, row.workspaceId, 'bulk', row.id);
  await publish(unit, row.workspaceId, 'automation', row.automationId);
}

/** Nothing of them can be undone any more; what was done stands in the activity log of each contact. */
function oldOnes(unit: Unit, automationId: string) {
  return unit.tx
    .select({ id: bulkAction.id })
    .from(bulkAction)
    .where(and(eq(bulkAction.automationId, automationId), lt(bulkAction.createdAt, unit.now - KEPT_MS)));
}
