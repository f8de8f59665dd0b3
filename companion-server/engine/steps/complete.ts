import type { ActionKind } from '#shared/automation/graph.ts';
import type { EventType } from '#shared/statuses/engine.ts';
import { rowsOf } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { relationOf, setRelation } from '../flow/facts.ts';
import { applyEvent } from '../flow/interpret.ts';
import { checkAcceptance, noteSuccess } from '../holds/guards.ts';
import { isOutreach, refundNote } from '../pace/usage.ts';
import { appendTaskEvent } from '../record.ts';
import { channelById } from '../rows.ts';
import { recordWithdrawn, withdrawalOf } from '../senders/withdrawals.ts';
import { shapes } from '../shapes.ts';
import { endEnrichment } from '../wayIn/enrichment.ts';
import { learnOpenProfile } from './openProfile.ts';
import { ENRICHMENT_NODE, finish } from './tasks.ts';

const doneEvent: Record<ActionKind, EventType> = {
  visit: 'visited',
  connect: 'invite_sent',
  message: 'message_sent',
  inmail: 'inmail_sent',
  group_message: 'group_message_sent',
  follow: 'followed',
  like: 'post_liked',
  withdraw: 'invite_withdrawn',
  send_email: 'email_sent',
};

export interface Evidence {
  verified: boolean;
  proof: string;
  noteDropped: boolean;
}

/** What the effect makes of the pair. */
async function moveRelation(unit: Unit, task: TaskRow): Promise<void> {
  const pair = { workspaceId: task.workspaceId, contactId: task.contactId, senderId: task.senderId };
  if (task.kind === 'withdraw') return await recordWithdrawn(unit, pair);
  if (!isOutreach(task.kind)) return;
  // An acceptance may be known before the invite's own result: it is not taken back.
  const isNews =
    task.kind === 'connect' && (await relationOf(unit.tx, pair.contactId, pair.senderId)) !== 'connected';
  const sent = { withdrawAt: isNews ? await withdrawalOf(unit, pair.senderId) : null };
  await setRelation(unit, pair, { ...(isNews ? { status: 'invite_sent', sent } : {}), interaction: true });
}

/** The effect took place: recorded with its proof, and the branch goes on. */
export async function completeTask(unit: Unit, task: TaskRow, evidence: Evidence): Promise<void> {
  await finish(unit, task, 'done', { proof: evidence.proof, verified: evidence.verified });
  const noteDropped = evidence.noteDropped || (task.payload?.noteDropped ?? false);
  if (evidence.noteDropped) await refundNote(unit, await channelById(unit.tx, task.channelId), task);
  const isEnrichment = task.nodeId === ENRICHMENT_NODE;
  appendTaskEvent(unit, task, isEnrichment ? 'profile_read' : doneEvent[task.kind], 'done', {
    result: 'success',
    kind: task.kind,
    proof: evidence.proof,
    verified: evidence.verified,
    noteDropped,
  });
  await noteSuccess(unit, task.channelId);
  const lane = await rowsOf(unit.tx).get(shapes.lane, task.channelId, task.kind);
  if (lane?.holdTimes) rowsOf(unit.tx).update(shapes.lane, [task.channelId, task.kind], { holdTimes: 0 });
  await moveRelation(unit, task);
  learnOpenProfile(unit, task, true);
  if (task.kind === 'connect') await checkAcceptance(unit, task.channelId);
  if (isEnrichment) {
    await endEnrichment(unit, task, 'read');
    return;
  }
  await applyEvent(unit, task.enrollmentId, {
    type: 'task_ended',
    cursorId: task.cursorId,
    nodeId: task.nodeId,
    visit: task.visit,
    result: { kind: 'done' },
  });
}
