import { must } from '#shared/kernel/assert.ts';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { rowsOf } from '../../db/index.ts';
import type { TaskPayload } from '../../db/schema/tasks.ts';
import type {
  AutomationRow,
  ChannelRow,
  ContactRow,
  EnrollmentRow,
  LaneRow,
  SenderRow,
  TaskRow,
  Unit,
} from '../context.ts';
import { firstParked, headOfLane } from '../lookups.ts';
import { spend } from '../pace/usage.ts';
import { loadGates, loadTasks } from '../prefetch.ts';
import { takeFound } from '../restore/found.ts';
import { contactById, enrollmentById, taskById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { blockedOn } from '../wayIn/slots.ts';
import { dispose } from './dispose.ts';
import { firstRefusal } from './gates/chain.ts';
import { outgoingOf } from './outgoing.ts';
import { hashOf } from './render.ts';
import { moveTo } from './tasks.ts';

/** Lease times are real time. */
export const claimLeaseMs = 60 * SECOND;
export const claimLimitMs = 5 * MINUTE;
export const commitLeaseMs = 90 * SECOND;
const CANDIDATES = 20;

export interface Claimed {
  task: TaskRow;
  payload: TaskPayload;
  contact: ContactRow;
  enrollment: EnrollmentRow;
  automation: AutomationRow;
}

/** Claims the best due task of a free channel. Those that may not go are put where they belong on the way. */
export async function claimTask(
  unit: Unit,
  channel: ChannelRow,
  sender: SenderRow,
  executorId: string,
): Promise<Claimed | null> {
  if (channel.inflight > 0 || channel.holdCount > 0) return null;
  for (let i = 0; i < CANDIDATES; i++) {
    const head = await bestHead(unit, channel);
    if (!head) return null;
    if (await takeFound(unit, head)) continue;
    const context = await contextOf(unit, head);
    const refusal = await firstRefusal({
      unit,
      stage: 'claim',
      task: head,
      channel,
      sender,
      lastInboundAt: null,
      ...context,
    });
    if (refusal) {
      await dispose(unit, head, context.enrollment, refusal);
      if (refusal.disposition.do === 'wait_lane') return null;
      continue;
    }
    const claimed = await prepare(unit, head, channel, sender, executorId, context);
    if (claimed) return claimed;
  }
  return null;
}

/** Follow-ups before first touches, then the oldest, over all lanes that may fire. */
async function bestHead(unit: Unit, channel: ChannelRow): Promise<TaskRow | null> {
  const rows = rowsOf(unit.tx);
  const due = await dueLanes(unit, channel);
  await rows.ask(
    headOfLane,
    due.map(({ kind }) => [channel.id, kind]),
  );
  let best: TaskRow | null = null;
  for (const { kind } of due) {
    const [id] = await rows.look(headOfLane, channel.id, kind);
    const head = id === undefined ? null : await taskById(unit.tx, id);
    if (head && (!best || goesBefore(head, best))) best = head;
  }
  return best;
}

/** The heads of the channels' due lanes with all that their claim looks at, read together. */
export async function loadHeads(unit: Unit, channels: readonly ChannelRow[]): Promise<void> {
  const rows = rowsOf(unit.tx);
  await rows.loadGroups(
    shapes.lane,
    'channel',
    channels.map(({ id }) => [id]),
  );
  const lanes: [string, string][] = [];
  for (const channel of channels) {
    for (const { kind } of await dueLanes(unit, channel)) lanes.push([channel.id, kind]);
  }
  await rows.ask(headOfLane, lanes);
  const ids: string[] = [];
  for (const lane of lanes) ids.push(...(await rows.look(headOfLane, ...lane)));
  const tasks = await loadTasks(unit, ids);
  await rows.loadGroups(
    shapes.attempt,
    'task',
    ids.map((id) => [id]),
  );
  await loadGates(unit, tasks);
  const visits = tasks.filter(({ kind }) => kind === 'visit');
  await rows.ask(
    firstParked,
    visits.map(({ senderId }) => [blockedOn.sender(senderId)]),
  );
}

async function dueLanes(unit: Unit, channel: Pick<ChannelRow, 'id'>): Promise<LaneRow[]> {
  const lanes = await rowsOf(unit.tx).group(shapes.lane, 'channel', channel.id);
  return lanes.filter((lane) => lane.readyCount > 0 && lane.holdCount === 0 && lane.nextAt <= unit.now);
}

function goesBefore(a: TaskRow, b: TaskRow): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  const [atA, atB] = [a.notBefore ?? 0, b.notBefore ?? 0];
  return atA === atB ? a.id < b.id : atA < atB;
}

/** The rows around a task, as gates and rendering need them. */
export async function contextOf(unit: Unit, task: TaskRow) {
  const enrollment = await enrollmentById(unit.tx, task.enrollmentId);
  const contact = await contactById(unit.tx, task.contactId);
  const row = await rowsOf(unit.tx).get(shapes.automation, task.automationId);
  return { enrollment, contact, automation: must(row, `automation ${task.automationId} of a task`) };
}

async function prepare(
  unit: Unit,
  head: TaskRow,
  channel: ChannelRow,
  sender: SenderRow,
  executorId: string,
  context: Awaited<ReturnType<typeof contextOf>>,
): Promise<Claimed | null> {
  const payload = await outgoingOf(unit, head, { ...context, channel, sender });
  if (!payload) return null;
  const fence = head.fence + 1;
  await moveTo(unit, head, 'claimed', {
    fence,
    attempt: head.attempt + 1,
    leaseOwner: executorId,
    leaseUntil: unit.real + claimLeaseMs,
    payload,
    payloadHash: hashOf(payload),
    messageId: head.kind === 'send_email' ? (head.messageId ?? newMessageId(unit, channel)) : null,
    committedAt: null,
    reason: null,
    detail: null,
  });
  rowsOf(unit.tx).insert(shapes.attempt, {
    taskId: head.id,
    fence,
    workspaceId: head.workspaceId,
    executor: executorId,
    claimedAt: unit.real,
  });
  spend(unit, channel, head, 'claim');
  return { task: await taskById(unit.tx, head.id), payload, ...context };
}

/** Our own Message-ID, fixed before sending and kept for every try of this task. */
function newMessageId(unit: Unit, channel: ChannelRow): string {
  const domain = channel.address?.split('@')[1] ?? 'localhost';
  return `<${unit.newId()}@${domain}>`;
}
