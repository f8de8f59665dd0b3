import type { Graph } from '#shared/automation/graph.ts';
import type { TaskPayload } from '../../db/schema/tasks.ts';
import type { ChannelRow, ContactRow, EnrollmentRow, SenderRow, TaskRow, Unit } from '../context.ts';
import { applyEvent } from '../flow/interpret.ts';
import { giveUp, isStoodOn } from '../flow/passOver.ts';
import { graphOf } from '../rows.ts';
import { lostLink } from '../wayIn/confirmPerson.ts';
import { approvedPayload, asksApproval, isForSamePerson } from './approvals.ts';
import { filesProblem } from './attachments.ts';
import { dispose } from './dispose.ts';
import { subjectProblem } from './emailThread.ts';
import { failBranch, withoutNote } from './failures.ts';
import { noNoteUntil } from './notes.ts';
import { hashOf, nodeOf, renderTask } from './render.ts';
import { isEngineTask, moveTo } from './tasks.ts';

interface Parties {
  enrollment: EnrollmentRow;
  contact: ContactRow;
  sender: SenderRow;
  channel: ChannelRow;
}

/**
 * What a due task sends, rendered and approved where that is asked for; null: it may not go, and was put where it
 * belongs (it waits for data or an approval, its step was passed over, its branch failed).
 */
export async function outgoingOf(unit: Unit, head: TaskRow, parties: Parties): Promise<TaskPayload | null> {
  const { enrollment, contact, sender, channel } = parties;
  if (head.kind === 'send_email' && !contact.email) {
    await failBranch(unit, head, 'no_email', 'The contact has no email address.');
    return null;
  }
  if (head.kind === 'send_email' && contact.email === contact.undeliverableEmail) {
    await applyEvent(unit, head.enrollmentId, { type: 'bounced', cursorId: head.cursorId });
    return null;
  }
  if (head.kind !== 'send_email' && !contact.linkedinSlug && !contact.linkedinProfileId) {
    if (await lostLink(unit, contact.id)) {
      const detail = 'The link led to somebody else; the right one is missing.';
      const disposition = { do: 'missing_data' } as const;
      await dispose(unit, head, enrollment, { code: 'missing_data', detail, disposition });
      return null;
    }
    await failBranch(unit, head, 'no_linkedin', 'The contact has no LinkedIn profile.');
    return null;
  }
  const graph = await graphOf(unit.tx, enrollment.versionId);
  if (!isEngineTask(head) && !nodeOf({ task: head, graph })) {
    await giveUp(unit, head, 'node_deleted');
    return null;
  }
  // Before its first claim it has no life of its own: what moves the branch takes it back.
  if (head.fence > 0 && !(await isStoodOn(unit, head))) {
    await giveUp(unit, head, 'passed_by');
    return null;
  }
  const rendered = renderTask({ task: head, graph, contact, sender, channel });
  if (!rendered.ok) {
    const detail = rendered.error.message;
    await dispose(unit, head, enrollment, {
      code: 'missing_data',
      detail,
      disposition: { do: 'missing_data' },
    });
    return null;
  }
  const payload = await withinNotes(unit, head, channel, graph, rendered.value);
  const bound = payload ? await approved(unit, head, contact, payload) : null;
  const problem =
    bound && head.kind === 'send_email'
      ? ((await subjectProblem(unit.tx, head.enrollmentId, bound)) ??
        (await filesProblem(unit.tx, head.workspaceId, bound)))
      : null;
  if (problem === null) return bound;
  await dispose(unit, head, enrollment, {
    code: 'missing_data',
    detail: problem,
    disposition: { do: 'missing_data' },
  });
  return null;
}

/** Without a note left the step's own choice decides; null: the task waits for one, or was skipped. */
async function withinNotes(
  unit: Unit,
  head: TaskRow,
  channel: ChannelRow,
  graph: Graph,
  payload: TaskPayload,
): Promise<TaskPayload | null> {
  if (head.kind !== 'connect' || payload.text === null) return payload;
  const none = await noNoteUntil(unit.tx, channel, unit.now);
  if (none === null) return payload;
  const node = nodeOf({ task: head, graph });
  if (node?.type === 'connect' && node.config.whenNoNote === 'send_without') {
    return { ...payload, text: null, noteDropped: true };
  }
  await withoutNote(unit, head, none);
  return null;
}

/** The approved text; null: its approval is asked for, or asked for anew because the data behind it changed. */
async function approved(
  unit: Unit,
  head: TaskRow,
  contact: ContactRow,
  payload: TaskPayload,
): Promise<TaskPayload | null> {
  const { approval } = head;
  if (!approval && !(await asksApproval(unit, head))) return payload;
  const bound = approval && isForSamePerson(approval, contact) ? approvedPayload(approval, payload) : null;
  if (bound) return bound;
  await moveTo(unit, head, 'waiting_approval', {
    payload,
    payloadHash: hashOf(payload),
    approval: null,
    reason: approval ? 'text_changed' : null,
    detail: null,
    blockedOn: null,
  });
  return null;
}
