import { and, eq, gte, sql } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { must } from '#shared/kernel/assert.ts';
import type { TaskState } from '#shared/statuses/engine.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { EnrollmentRow, TaskRow, Unit } from '../context.ts';
import { publish } from '../record.ts';
import { taskById } from '../rows.ts';
import { channelKindOf, channelOf, openChannel } from '../senders/channels.ts';
import { shapes } from '../shapes.ts';
import { bringBack } from '../upkeep/taskArchive.ts';
import { passOnReading } from '../wayIn/readAhead.ts';
import { asksApproval } from './approvals.ts';

const { task } = schema;

/** Lower goes first: follow-ups before first touches, then reading profiles and withdrawing old invitations. */
export const priority = { followUp: 10, firstTouch: 20, enrichment: 30, withdrawal: 40 } as const;

/** The pseudo node of the profile read that comes before admission. */
export const ENRICHMENT_NODE = '_enrichment';

/** Before the id of the node that invited: the pseudo node of withdrawing that invitation after its time. */
export const WITHDRAWAL_NODE = '_withdraw:';

/** Whether the engine asks for this task, not a step of the graph. */
export function isEngineTask({ nodeId }: Pick<TaskRow, 'nodeId'>): boolean {
  return nodeId === ENRICHMENT_NODE || nodeId.startsWith(WITHDRAWAL_NODE);
}

/** In flight: claimed or committing. Only these hold their channel. */
export function isHeld(row: Pick<TaskRow, 'state'>): boolean {
  return row.state === 'claimed' || row.state === 'committing';
}

export interface TaskPlan {
  enrollment: EnrollmentRow;
  senderId: string;
  cursorId: string;
  nodeId: string;
  visit: number;
  kind: ActionKind;
  priority: number;
  notBefore: number;
}

/**
 * Makes the task of (enrollment, node, visit). Idempotent: one canceled before its effect becomes plannable
 * again, any other that exists stays as it is, so that nothing happens twice, and is the answer.
 */
export async function createTask(unit: Unit, plan: TaskPlan): Promise<TaskRow | null> {
  const { enrollment } = plan;
  if (enrollment.archivedAt !== null) await bringBack(unit, enrollment.id);
  const steps = await rowsOf(unit.tx).group(shapes.task, 'enrollment', enrollment.id);
  const before = steps.find((step) => step.nodeId === plan.nodeId && step.visit === plan.visit);
  if (before) {
    if (before.state !== 'canceled') return before;
    const { senderId } = plan;
    const channelId = await channelFor(unit, plan);
    await moveTo(unit, { ...before, channelId }, await firstState(unit, plan), {
      approval: null,
      shown: null,
      senderId,
      channelId,
      notBefore: plan.notBefore,
      cursorId: plan.cursorId,
      priority: plan.priority,
      finishedAt: null,
      blockedOn: null,
      reason: null,
      detail: null,
    });
    return null;
  }
  const owner = { workspaceId: enrollment.workspaceId, senderId: plan.senderId };
  const channelId = await channelFor(unit, plan);
  const state = await firstState(unit, plan);
  rowsOf(unit.tx).insert(shapes.task, {
    id: unit.newId(),
    ...owner,
    automationId: enrollment.automationId,
    enrollmentId: enrollment.id,
    cursorId: plan.cursorId,
    contactId: enrollment.contactId,
    channelId,
    nodeId: plan.nodeId,
    visit: plan.visit,
    kind: plan.kind,
    priority: plan.priority,
    notBefore: plan.notBefore,
    state,
    createdAt: unit.now,
  });
  if (state === 'ready') await countReady(unit, channelId, plan.kind, 1);
  return null;
}

/** One whose text a person sees first is rendered and shown in the next round of the engine. */
async function firstState(unit: Unit, plan: TaskPlan): Promise<'ready' | 'scheduled'> {
  if (plan.notBefore > unit.now) return 'scheduled';
  const { enrollment, senderId, kind } = plan;
  const asks = await asksApproval(unit, { senderId, kind, automationId: enrollment.automationId });
  return asks ? 'scheduled' : 'ready';
}

/** Where a task runs: the sender's own channel of that kind. */
async function channelFor(unit: Unit, { enrollment, senderId, kind }: TaskPlan): Promise<string> {
  const channel = await channelOf(unit.tx, senderId, channelKindOf(kind));
  if (channel && (await rowsOf(unit.tx).get(shapes.lane, channel.id, kind))) return channel.id;
  return await openChannel(unit, { workspaceId: enrollment.workspaceId, senderId }, channelKindOf(kind));
}

/** Back in line: ready at once or at `notBefore`, rendered anew when claimed. Frees the channel if it held it. */
export async function requeue(
  unit: Unit,
  row: TaskRow,
  notBefore: number,
  reason: string | null,
  detail: string | null = null,
): Promise<void> {
  const state = notBefore <= unit.now ? 'ready' : 'scheduled';
  await moveTo(unit, row, state, { notBefore, reason, detail, blockedOn: null });
}

/** Waits for a hold to be lifted, or for a person's decision. */
export async function park(
  unit: Unit,
  row: TaskRow,
  blockedOn: string,
  reason: string,
  detail: string | null = null,
): Promise<void> {
  await moveTo(unit, row, 'scheduled', { blockedOn, reason, detail });
}

/** Ends the task in a final state. */
export async function finish(
  unit: Unit,
  row: TaskRow,
  state: 'done' | 'failed' | 'closed' | 'skipped' | 'canceled',
  end: { reason?: string | null; detail?: string | null; proof?: string | null; verified?: boolean },
): Promise<void> {
  await moveTo(unit, row, state, {
    reason: end.reason ?? null,
    detail: end.detail ?? null,
    proof: end.proof ?? null,
    verified: end.verified ?? null,
    blockedOn: null,
    finishedAt: unit.now,
  });
  if (state === 'canceled' && row.nodeId.startsWith(WITHDRAWAL_NODE)) await withdrawAgain(unit, row);
}

/** The invitation stays pending: its withdrawal is asked for anew after the next reading of the sent list. */
async function withdrawAgain(unit: Unit, { contactId, senderId }: TaskRow): Promise<void> {
  const rows = rowsOf(unit.tx);
  const pair = await rows.get(shapes.relation, contactId, senderId);
  if (pair?.status !== 'invite_sent') return;
  rows.update(shapes.relation, [contactId, senderId], { withdrawAt: unit.now });
}

/** It may have happened: never repeated automatically. */
export async function markUnknown(unit: Unit, row: TaskRow, detail: string): Promise<void> {
  await moveTo(unit, row, 'unknown', { reason: 'unsure', detail });
}

/** Takes a task back whose effect cannot have happened; any other stays. True: it was canceled. */
export async function cancelTask(unit: Unit, row: TaskRow, reason: string): Promise<boolean> {
  if (!['scheduled', 'ready', 'claimed', 'waiting_approval'].includes(row.state)) return false;
  await finish(unit, row, 'canceled', { reason });
  return true;
}

/** The only way a task changes its state: keeps ready counts, in-flight marks and leases right. */
export async function moveTo(
  unit: Unit,
  row: TaskRow,
  state: TaskState,
  change: Partial<TaskRow>,
): Promise<void> {
  const holds = state === 'claimed' || state === 'committing';
  const rows = rowsOf(unit.tx);
  const lease = holds ? {} : { leaseOwner: null, leaseUntil: null };
  rows.update(shapes.task, [row.id], { ...lease, ...change, state });
  const delta = (state === 'ready' ? 1 : 0) - (row.state === 'ready' ? 1 : 0);
  if (delta !== 0) await countReady(unit, row.channelId, row.kind, delta);
  if (delta < 0 && row.kind === 'visit') await passOnReading(unit, row.senderId);
  if (holds !== isHeld(row)) {
    rows.update(shapes.channel, [row.channelId], { inflight: holds ? 1 : 0 });
  }
  if (isHeld(row) && !holds) {
    const end = { endedAt: unit.now, outcome: state, detail: change.detail ?? null };
    rows.update(shapes.attempt, [row.id, row.fence], end);
  }
  publish(unit, row.workspaceId, 'task', row.id);
}

/**
 * Nothing more for this person before `until`: an automatic reply. What writes to nobody goes on; what waits for
 * something else keeps saying so.
 */
export async function postponeTasksOf(unit: Unit, contactId: string, until: number): Promise<void> {
  const rows = await unit.tx
    .select({ id: task.id })
    .from(task)
    .where(
      and(
        eq(task.contactId, contactId),
        sql`${task.state} IN ('ready', 'scheduled')`,
        sql`${task.notBefore} < ${until}`,
        gte(task.id, ''),
      ),
    );
  for (const { id } of rows) {
    const row = await taskById(unit.tx, id);
    if (row.kind === 'visit' || isEngineTask(row)) continue;
    const why = row.blockedOn === null ? { reason: 'auto_reply' } : {};
    await moveTo(unit, row, 'scheduled', { notBefore: until, ...why });
  }
}

async function countReady(unit: Unit, channelId: string, kind: string, delta: number): Promise<void> {
  const rows = rowsOf(unit.tx);
  const { readyCount } = must(await rows.get(shapes.lane, channelId, kind), `lane ${channelId} ${kind}`);
  rows.update(shapes.lane, [channelId, kind], { readyCount: readyCount + delta });
}
