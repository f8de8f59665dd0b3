import type { TaskRow, Unit } from '../context.ts';
import { liftHold } from '../holds/holds.ts';
import { appendTaskEvent } from '../record.ts';
import { findTask } from '../rows.ts';
import { textHash } from '../steps/approvals.ts';
import { moveTo } from '../steps/tasks.ts';
import { passOver } from './passOver.ts';

/** What a person wants to go out; `seen` names the text that they were shown. */
interface ApprovalWish {
  seen: string;
  /** Omitted: the text as it was shown. */
  edited?: { text: string; subject: string | null };
  by: string;
}

/** Binds the text and puts the step in line; holds, gates and caps still rule. False: this text does not wait (any more). */
export async function approveTask(unit: Unit, taskId: string, wish: ApprovalWish): Promise<boolean> {
  const row = await findTask(unit.tx, taskId);
  if (row?.state !== 'waiting_approval' || !row.payload) return false;
  const basis = textHash(row.payload);
  if (basis !== wish.seen) return false;
  const { recipient, text, subject } = row.payload;
  const { by } = wish;
  await moveTo(unit, row, 'ready', {
    approval: { basis, recipient, text, subject, ...wish.edited, by, at: unit.now },
    reason: null,
    detail: null,
  });
  const isEdited = wish.edited !== undefined && wish.edited.text !== text;
  appendTaskEvent(unit, row, 'text_approved', `approved:${unit.newId()}`, {
    result: 'success',
    kind: row.kind,
    edited: isEdited,
    by,
  });
  return true;
}

/** Takes an approval back while nothing was done with it; the step asks again. False: too late. */
export async function withdrawApproval(unit: Unit, taskId: string): Promise<boolean> {
  const row = await findTask(unit.tx, taskId);
  const isWaiting = row?.state === 'ready' || row?.state === 'scheduled';
  // A claim stores the text that goes out in the place of the one that was asked about.
  if (!row?.approval || !row.payload || !isWaiting || textHash(row.payload) !== row.approval.basis)
    return false;
  await moveTo(unit, row, 'waiting_approval', { approval: null, reason: null, detail: null });
  return true;
}

/** Whether a step waits for a person: for an approval of its text, or for data. */
function asksPerson({ state, reason, blockedOn }: TaskRow): boolean {
  return (
    state === 'waiting_approval' || (state === 'scheduled' && reason === 'missing_data' && blockedOn !== null)
  );
}

/** A person goes past the step; its branch goes on. False: it does not wait for a person (any more). */
export async function skipTask(unit: Unit, taskId: string, by: string): Promise<boolean> {
  const row = await findTask(unit.tx, taskId);
  if (!row || !asksPerson(row)) return false;
  const { workspaceId, enrollmentId } = row;
  await passOver(unit, row, 'skipped', 'skipped_by_person');
  const key = { workspaceId, scope: 'enrollment', scopeId: enrollmentId, reason: 'missing_data' } as const;
  // Another branch that lacks data is held again when it is rendered.
  if (row.state === 'scheduled') await liftHold(unit, key, by);
  return true;
}
