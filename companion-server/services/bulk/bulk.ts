import { and, desc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { BulkView, bulkRoutes } from '#shared/contract/bulk.ts';
import { bulkNoteSentence } from '#shared/statuses/bulk.ts';
import { type Queryable, schema, type Tx } from '../../db/index.ts';
import {
  type BulkRow,
  bulkUndoMs,
  type Connections,
  connectionsTo,
  startBulk,
  stopBulk,
  undoBulk,
} from '../../engine/index.ts';
import { automationOf } from '../automation/view.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { isManager, senderToManage } from '../scope.ts';

const { bulkAction } = schema;
const SHOWN = 10;

function view(call: Call, row: BulkRow): BulkView {
  const { id, automationId, input, state, total, changed, skipped, restored } = row;
  const until = (row.createdAt ?? 0) + bulkUndoMs;
  const ended = state === 'done' || state === 'stopped';
  const canUndo = ended && changed > 0 && row.undoneAt === null && until > call.clocks.schedule.now();
  const notes = Object.entries(row.notes ?? {})
    .map(([note, contacts]) => ({ note, sentence: bulkNoteSentence(note), contacts }))
    .sort((a, b) => b.contacts - a.contacts);
  return {
    id,
    automationId,
    input,
    state,
    total,
    changed,
    skipped,
    restored,
    notes,
    undoUntil: canUndo ? until : null,
    createdAt: row.createdAt ?? 0,
  };
}

async function bulkOf(q: Queryable, call: Call, bulkId: string): Promise<BulkRow> {
  const [row] = await q
    .select()
    .from(bulkAction)
    .where(and(eq(bulkAction.id, bulkId), eq(bulkAction.workspaceId, call.workspaceId)));
  if (!row) throw notFound('bulk action');
  return row;
}

/** How far a mass action is. Refuses with `not_found`. */
export async function getBulk(call: MemberCall, bulkId: string): Promise<BulkView> {
  return view(call, await bulkOf(call.db.reader, call, bulkId));
}

/** The mass actions on an automation, newest first. */
export async function listBulk(call: MemberCall, automationId: string): Promise<{ items: BulkView[] }> {
  await automationOf(call.db.reader, call, automationId);
  const rows = await call.db.reader
    .select()
    .from(bulkAction)
    .where(eq(bulkAction.automationId, automationId))
    .orderBy(desc(bulkAction.id))
    .limit(SHOWN);
  return { items: rows.map((row) => view(call, row)) };
}

/** A manager acts on everybody, a rep on the contacts of their own sender profiles. */
export async function beginBulk(
  call: MemberCall,
  automationId: string,
  { input, selection }: z.output<typeof bulkRoutes.start.body>,
): Promise<BulkView> {
  const id = await call.db.write(async (tx) => {
    await automationOf(tx, call, automationId);
    if (input.action === 'set_sender' && input.senderId !== null) {
      await senderToManage(tx, call, input.senderId);
    }
    const bulkId = await startBulk(unitOf(call, tx), {
      workspaceId: call.workspaceId,
      automationId,
      input,
      selection,
      onlyOwner: isManager(call) ? null : call.actor.userId,
      by: call.actor.id,
    });
    const chosen = 'ids' in selection ? { contacts: selection.ids.length } : { filter: selection.filter };
    await auditBulk(tx, call, bulkId, 'started', { ...input, ...chosen });
    return bulkId;
  });
  return getBulk(call, id);
}

/** What to know before a sender profile is fixed for these contacts. */
export async function checkSender(
  call: MemberCall,
  automationId: string,
  { senderId, selection }: z.output<typeof bulkRoutes.checkSender.body>,
): Promise<Connections> {
  const { reader } = call.db;
  await automationOf(reader, call, automationId);
  await senderToManage(reader, call, senderId);
  const onlyOwner = isManager(call) ? null : call.actor.userId;
  return connectionsTo(reader, automationId, { selection, senderId, onlyOwner });
}

/** Ends a running mass action where it stands. Refuses with `not_running`. */
export function endBulk(call: MemberCall, bulkId: string): Promise<BulkView> {
  return change(call, bulkId, 'stopped', async (tx, row) => {
    if (await stopBulk(unitOf(call, tx), row)) return;
    throw new Refusal(409, 'not_running', 'This action has ended already.', 'Undo it instead.');
  });
}

/** Undoes a mass action of the last 24 hours. Refuses with `cannot_undo`. */
export function takeBack(call: MemberCall, bulkId: string): Promise<BulkView> {
  return change(call, bulkId, 'undone', async (tx, row) => {
    if (await undoBulk(unitOf(call, tx), row)) return;
    throw new Refusal(
      409,
      'cannot_undo',
      'This action runs still, was undone, or is older than 24 hours.',
      'Choose the contacts again and act on them anew.',
    );
  });
}

async function change(
  call: MemberCall,
  bulkId: string,
  verb: string,
  work: (tx: Tx, row: BulkRow) => Promise<void>,
): Promise<BulkView> {
  await call.db.write(async (tx) => {
    const row = await bulkOf(tx, call, bulkId);
    if (!isManager(call) && row.createdBy !== call.actor.id) {
      throw notAllowed('Somebody else began this action.', 'Ask them, or a manager.');
    }
    await work(tx, row);
    await auditBulk(tx, call, bulkId, verb);
  });
  return getBulk(call, bulkId);
}

/** Names of contacts may stand in a search: the audit row keeps only that there was one. */
async function auditBulk(
  tx: Tx,
  call: MemberCall,
  bulkId: string,
  verb: string,
  data?: Record<string, unknown>,
): Promise<void> {
  const text = JSON.stringify(data ?? {}, (key, value) => (key === 'search' ? true : value));
  await audit(tx, call, {
    action: `bulk.${verb}`,
    entity: 'bulk',
    entityId: bulkId,
    data: JSON.parse(text) as Record<string, unknown>,
  });
}
