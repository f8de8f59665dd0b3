import { and, eq } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import type { EventType } from '#shared/statuses/engine.ts';
import { schema } from '../db/index.ts';
import type { TaskRow, Unit } from './context.ts';
import { endEnrichment } from './enrichment.ts';
import { relationOf, setRelation } from './facts.ts';
import { checkAcceptance, noteSuccess } from './guards.ts';
import { applyEvent } from './interpret.ts';
import { appendTaskEvent } from './record.ts';
import { ENRICHMENT_NODE, finish } from './tasks.ts';

const { lane } = schema;

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

/** The effect took place: recorded with its proof, and the branch goes on. */
export async function completeTask(unit: Unit, task: TaskRow, evidence: Evidence): Promise<void> {
  await finish(unit, task, 'done', { proof: evidence.proof, verified: evidence.verified });
  const isEnrichment = task.nodeId === ENRICHMENT_NODE;
  await appendTaskEvent(unit, task, isEnrichment ? 'profile_read' : doneEvent[task.kind], 'done', {
    result: 'success',
    kind: task.kind,
    proof: evidence.proof,
    verified: evidence.verified,
    noteDropped: evidence.noteDropped,
  });
  await noteSuccess(unit, task.channelId);
  await unit.tx
    .update(lane)
    .set({ holdTimes: 0 })
    .where(and(eq(lane.channelId, task.channelId), eq(lane.kind, task.kind)));
  if (task.kind !== 'visit') {
    const pair = { workspaceId: task.workspaceId, contactId: task.contactId, senderId: task.senderId };
    // An acceptance may be known before the invite's own result: it is not taken back.
    const isNews =
      task.kind === 'connect' && (await relationOf(unit.tx, pair.contactId, pair.senderId)) !== 'connected';
    await setRelation(unit, pair, { ...(isNews ? { status: 'invite_sent' } : {}), interaction: true });
    if (task.kind === 'connect') await checkAcceptance(unit, task.channelId);
  }
  if (isEnrichment) {
    await endEnrichment(unit, task, 'read');
    return;
  }
  await applyEvent(unit, task.enrollmentId, {
    type: 'task_ended',
    cursorId: task.cursorId,
    nodeId: task.nodeId,
    result: { kind: 'done' },
  });
}
