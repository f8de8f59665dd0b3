import { eq } from 'drizzle-orm';
import type { BulkInput, BulkSnapshot } from '#shared/automation/bulk.ts';
import { moveToNode, restoreEnrollment, standing } from '#shared/automation/migrate.ts';
import { isFinal } from '#shared/automation/reducer.ts';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { restoreEnded, retryFailed } from '../flow/comeBack.ts';
import {
  cancelEnrichment,
  pauseEnrollment,
  resumeEnrollment,
  stopEnrollment,
} from '../flow/enrollmentDecisions.ts';
import { relationOf } from '../flow/facts.ts';
import { applyEvent, loadState, transform } from '../flow/interpret.ts';
import { uncertainOf } from '../flow/moves.ts';
import { setStanding } from '../flow/standing.ts';
import { contactById, enrollmentById, graphOf } from '../rows.ts';
import { endBeforeStart } from '../wayIn/enrichment.ts';
import { enterOnceMore } from '../wayIn/enroll.ts';
import { askAdmission } from '../wayIn/slots.ts';

const { contact, enrollment } = schema;

export type Change =
  | { changed: true; note: string | null; before: BulkSnapshot }
  | { changed: false; note: string };

/** Who ordered it, and when. */
interface Order {
  by: string;
  at: number;
}

/** Does a bulk action with one enrollment. `note` of one that was left as it is: why. */
export async function changeOne(
  unit: Unit,
  row: EnrollmentRow,
  input: BulkInput,
  order: Order,
): Promise<Change> {
  const before = await snapshotOf(unit, row);
  const result = await apply(unit, row, input, order);
  if ('skipped' in result) return { changed: false, note: result.skipped };
  return { changed: true, note: result.note ?? null, before: { ...before, after: result.after ?? null } };
}

type Applied = { skipped: string } | { note?: string; after?: string };

async function apply(unit: Unit, row: EnrollmentRow, input: BulkInput, order: Order): Promise<Applied> {
  if (input.action === 'retry') {
    const refused = await retryFailed(unit, row);
    return refused ? { skipped: refused } : { after: await placeOf(unit, row) };
  }
  if (input.action === 'enroll_again') return await again(unit, row);
  if (input.action === 'set_sender') return await pin(unit, row, input.senderId);
  if (isFinal(row.status)) return { skipped: 'ended' };
  switch (input.action) {
    case 'pause':
      return (await pauseEnrollment(unit, row, 'paused_by_person')) ? {} : { skipped: 'paused_already' };
    case 'resume':
      if (row.status !== 'paused') return { skipped: 'not_paused' };
      // Who ordered it knew nothing of an answer, theirs or a colleague's, that was read since.
      if (isForReply(row) && row.updatedAt > order.at) return { skipped: 'changed_since' };
      await resumeEnrollment(unit, row, order.by);
      return {};
    case 'cancel':
      await stopEnrollment(unit, row, 'manual');
      return {};
    case 'move':
      return await move(unit, row, input.nodeId);
  }
}

function isForReply({ reason }: EnrollmentRow): boolean {
  return reason === 'replied' || reason === 'colleague_replied';
}

async function move(unit: Unit, row: EnrollmentRow, nodeId: string): Promise<Applied> {
  const graph = await graphOf(unit.tx, row.versionId);
  const node = graph.nodes.find(({ id }) => id === nodeId);
  if (!node || node.type === 'segment' || node.type === 'sender_profile') return { skipped: 'no_such_step' };
  if (row.live === 0) return { skipped: 'not_started' };
  const uncertain = await uncertainOf(unit, row.id);
  await transform(unit, row.id, (state, current, context) =>
    moveToNode(state, nodeId, current, uncertain, context),
  );
  const after = await placeOf(unit, row);
  return uncertain.size > 0 ? { note: 'waits_for_step', after } : { after };
}

async function placeOf(unit: Unit, { id }: EnrollmentRow): Promise<string> {
  return standing(await loadState(unit, await enrollmentById(unit.tx, id)));
}

/** For future enrollments only: who is under way moves by Change sender. */
async function pin(unit: Unit, row: EnrollmentRow, senderId: string | null): Promise<Applied> {
  const person = await contactById(unit.tx, row.contactId);
  if (person.pinnedSenderId === senderId) return { skipped: 'pinned_already' };
  await unit.tx.update(contact).set({ pinnedSenderId: senderId }).where(eq(contact.id, person.id));
  const connected = senderId === null || (await relationOf(unit.tx, person.id, senderId)) === 'connected';
  return connected ? {} : { note: 'not_connected_to_sender' };
}

async function again(unit: Unit, row: EnrollmentRow): Promise<Applied> {
  const entered = await enterOnceMore(unit, row);
  return 'id' in entered ? { after: entered.id } : { skipped: entered.refused };
}

/** Takes the change back where nobody has changed the enrollment since; otherwise says why it stays. */
export async function undoOne(
  unit: Unit,
  row: EnrollmentRow,
  input: BulkInput,
  { before, revision }: { before: BulkSnapshot; revision: number | null },
): Promise<string | null> {
  if (input.action === 'set_sender') return await unpin(unit, row, input.senderId, before);
  if (input.action === 'enroll_again') return await takeOut(unit, before.after);
  if (input.action === 'retry') return await failAgain(unit, row, before);
  if (row.revision !== revision) return 'changed_since';
  switch (input.action) {
    case 'pause':
      if (row.live === 1) await applyEvent(unit, row.id, { type: 'resumed' });
      else {
        await setStanding(unit, row, { status: 'ready', reason: null, blockedOn: null });
        await askAdmission(unit, row.automationId, row.workspaceId);
      }
      return null;
    case 'resume':
      await unit.tx.update(contact).set({ repliedAt: before.repliedAt }).where(eq(contact.id, row.contactId));
      await unit.tx
        .update(enrollment)
        .set({ repliesFrom: before.repliesFrom })
        .where(eq(enrollment.id, row.id));
      await pauseEnrollment(unit, row, before.reason ?? 'paused_by_person');
      return null;
    case 'cancel':
      return await restoreEnded(unit, row, before);
    case 'move':
      return await moveBack(unit, row, before);
  }
}

/** Being let in again changed the enrollment too: what counts is whether its branches stand where the retry put them. */
async function failAgain(unit: Unit, row: EnrollmentRow, before: BulkSnapshot): Promise<string | null> {
  const { status, reason, cursors } = before;
  const hadEnded = isFinal(status);
  const hasChanged = isFinal(row.status) || (hadEnded && row.status === 'paused');
  if (hasChanged || (await placeOf(unit, row)) !== before.after) return 'changed_since';
  if ((await uncertainOf(unit, row.id)).size > 0) return 'changed_since';
  if (cursors.length === 0) {
    await cancelEnrichment(unit, row);
    await endBeforeStart(unit, row, 'failed', must(reason, 'reason of a failed enrollment'));
    return null;
  }
  await transform(unit, row.id, (state) => ({
    state: { ...state, ...(hadEnded ? { status, reason } : {}), cursors },
    commands: cursors
      .filter(({ ending }) => ending === 'failed')
      .map(({ id }) => ({ type: 'cancel_task', cursorId: id, reason: 'undone' })),
    passed: [],
  }));
  return null;
}

async function moveBack(unit: Unit, row: EnrollmentRow, before: BulkSnapshot): Promise<null> {
  const uncertain = await uncertainOf(unit, row.id);
  const origin = { before, after: before.after ?? '' };
  await transform(unit, row.id, (state, graph, context) => {
    const move = { from: graph, to: graph, plan: { targets: {}, recompute: [] }, uncertain };
    return restoreEnrollment(state, origin, move, context);
  });
  return null;
}

async function unpin(
  unit: Unit,
  row: EnrollmentRow,
  senderId: string | null,
  { pinnedSenderId }: BulkSnapshot,
): Promise<string | null> {
  const person = await contactById(unit.tx, row.contactId);
  if (person.pinnedSenderId !== senderId) return 'changed_since';
  await unit.tx.update(contact).set({ pinnedSenderId }).where(eq(contact.id, person.id));
  return null;
}

async function takeOut(unit: Unit, enrollmentId: string | null): Promise<string | null> {
  if (enrollmentId === null) return 'changed_since';
  const entered = await enrollmentById(unit.tx, enrollmentId);
  if (entered.live === 1 || isFinal(entered.status)) return 'changed_since';
  await stopEnrollment(unit, entered, 'manual');
  return null;
}

async function snapshotOf(unit: Unit, row: EnrollmentRow): Promise<BulkSnapshot> {
  const { cursors, visited } = await loadState(unit, row);
  const person = await contactById(unit.tx, row.contactId);
  return {
    status: row.status,
    reason: row.reason,
    cursors,
    visited,
    repliedAt: person.repliedAt,
    repliesFrom: row.repliesFrom ?? 0,
    pinnedSenderId: person.pinnedSenderId,
    after: null,
  };
}
