import { and, eq } from 'drizzle-orm';
import type { ProfileRead, QuotasSeen } from '#shared/protocol/linkedin.ts';
import { rowsOf, schema } from '../../db/index.ts';
import { mergeDuplicate } from '../contacts/merge.ts';
import { type EngineContext, type TaskRow, type Unit, unitOfWork } from '../context.ts';
import { learnProfile } from '../inbound/profiles.ts';
import { noteAction } from '../pace/pacing.ts';
import { isOutreach, spend } from '../pace/usage.ts';
import { loadGates, loadTasks } from '../prefetch.ts';
import { channelById, contactById, findTask, senderById, taskById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { together } from '../together.ts';
import { claimLeaseMs, claimLimitMs, commitLeaseMs, contextOf } from './claim.ts';
import { dispose } from './dispose.ts';
import { decideByPerson } from './failures.ts';
import { firstRefusal, repeatGates } from './gates/chain.ts';
import type { GateInput } from './gates/gate.ts';
import { noteQuotas } from './notes.ts';
import { holdSwitchedOff } from './remoteRules.ts';
import { recipientOf } from './render.ts';
import { moveTo, requeue } from './tasks.ts';

const { task: taskTable, taskAttempt } = schema;

export interface Fence {
  taskId: string;
  fence: number;
}

export type CommitAnswer = { ok: true; leaseMs: number } | { ok: false; code: string; detail: string };

/** More time for preparing, up to five minutes after the claim; a commit's lease is never renewed. */
export function renew(
  ctx: EngineContext,
  executorId: string,
  { taskId, fence }: Fence,
): Promise<{ ok: boolean; leaseMs: number }> {
  return unitOfWork(ctx, async (unit) => {
    const task = await leased(unit, executorId, taskId, fence);
    if (task?.state !== 'claimed') return { ok: false, leaseMs: 0 };
    const [attempt] = await unit.tx
      .select()
      .from(taskAttempt)
      .where(and(eq(taskAttempt.taskId, taskId), eq(taskAttempt.fence, fence)));
    const until = Math.min(unit.real + claimLeaseMs, (attempt?.claimedAt ?? 0) + claimLimitMs);
    if (until <= unit.real) return { ok: false, leaseMs: 0 };
    await unit.tx.update(taskTable).set({ leaseUntil: until }).where(eq(taskTable.id, taskId));
    return { ok: true, leaseMs: until - unit.real };
  });
}

/** The gate before the effect. Only a yes allows it; asking again with the same fence is safe. */
export function commitTask(
  ctx: EngineContext,
  executorId: string,
  request: Fence & { lastInboundAt: number | null; profile: ProfileRead | null; quotas?: QuotasSeen | null },
): Promise<CommitAnswer> {
  return allow(ctx, { ...request, executorId });
}

interface Request extends Fence {
  executorId: string;
  lastInboundAt: number | null;
  profile: ProfileRead | null;
  quotas?: QuotasSeen | null;
}

const allow = together<Request, CommitAnswer>({
  async prepare(unit, requests) {
    const ids = requests.map(({ taskId }) => taskId);
    await loadGates(unit, await loadTasks(unit, ids));
  },
  async run(unit, request, ctx) {
    const { executorId } = request;
    const task = await leased(unit, executorId, request.taskId, request.fence);
    if (!task) return lost();
    const switches = ctx.remoteRules?.().killSwitch ?? [];
    if (switches.length > 0) await holdSwitchedOff(unit, task.channelId, executorId, switches);
    if (task.state === 'committing') return await repeat(unit, task, request.lastInboundAt);
    const answer = await answerOf(unit, task, request);
    if (!answer.ok) await pacePage(unit, task.channelId);
    return answer;
  },
});

async function answerOf(unit: Unit, task: TaskRow, request: Request): Promise<CommitAnswer> {
  if (!(await isForSamePerson(unit, task))) return await prepareAnew(unit, task);
  if (request.quotas) await noteQuotas(unit, task.channelId, request.quotas);
  if (request.profile) {
    const learned = await learnProfile(unit, task, request.profile);
    if (learned !== 'bound') {
      const detail = personDetail[learned];
      await decideByPerson(unit, task, learned, detail);
      if (learned === 'duplicate') await mergeDuplicate(unit, task, request.profile);
      return { ok: false, code: learned, detail };
    }
  }
  // What was learned may have moved the enrollment, and with it this task.
  const still = await leased(unit, request.executorId, request.taskId, request.fence);
  return still ? await decide(unit, still, request.lastInboundAt) : lost();
}

/** LinkedIn saw the page that was prepared in vain: the next waits the gap. A mail server saw nothing. */
async function pacePage(unit: Unit, channelId: string): Promise<void> {
  const channel = await channelById(unit.tx, channelId);
  if (channel.kind === 'linkedin') await noteAction(unit, channel);
}

/** Asked before the page's profile is learned: that may add ids, a changed link or address is another person. */
async function isForSamePerson(unit: Unit, task: TaskRow): Promise<boolean> {
  if (!task.payload) return true;
  const person = await contactById(unit.tx, task.contactId);
  return task.payload.recipient === recipientOf(task.kind, person);
}

async function prepareAnew(unit: Unit, task: TaskRow): Promise<CommitAnswer> {
  const detail = 'The profile link or the address was changed while the step was being prepared.';
  await requeue(unit, task, unit.now, 'recipient_changed', detail);
  return { ok: false, code: 'recipient_changed', detail };
}

/** The first answer may have been lost. A no changes nothing here: what became of the first yes is reported. */
async function repeat(unit: Unit, task: TaskRow, lastInboundAt: number | null): Promise<CommitAnswer> {
  const refusal = await firstRefusal(await gateInput(unit, task, lastInboundAt), repeatGates);
  if (refusal) return { ok: false, code: refusal.code, detail: refusal.detail };
  return { ok: true, leaseMs: (task.leaseUntil ?? 0) - unit.real };
}

async function gateInput(unit: Unit, task: TaskRow, lastInboundAt: number | null): Promise<GateInput> {
  const channel = await channelById(unit.tx, task.channelId);
  const sender = await senderById(unit.tx, task.senderId);
  return { unit, stage: 'commit', task, channel, sender, lastInboundAt, ...(await contextOf(unit, task)) };
}

const personDetail = {
  wrong_person: 'The page shows another person than the one this contact is bound to.',
  duplicate: 'This person is here already as another contact.',
} as const;

async function decide(unit: Unit, task: TaskRow, lastInboundAt: number | null): Promise<CommitAnswer> {
  const input = await gateInput(unit, task, lastInboundAt);
  const refusal = await firstRefusal(input);
  if (refusal) {
    await dispose(unit, task, input.enrollment, refusal);
    return { ok: false, code: refusal.code, detail: refusal.detail };
  }
  await moveTo(unit, task, 'committing', {
    leaseUntil: unit.real + commitLeaseMs,
    committedAt: unit.now,
  });
  const rows = rowsOf(unit.tx);
  rows.update(shapes.attempt, [task.id, task.fence], { committedAt: unit.real });
  spend(unit, input.channel, task, 'commit');
  if (isOutreach(task.kind)) rows.update(shapes.contact, [task.contactId], { lastOutreachAt: unit.now });
  await noteAction(unit, input.channel);
  return { ok: true, leaseMs: commitLeaseMs };
}

/** The task, if this executor holds it with this fence and an open lease. */
async function leased(
  unit: Unit,
  executorId: string,
  taskId: string,
  fence: number,
): Promise<TaskRow | null> {
  const task = await findTask(unit.tx, taskId);
  const holds = task?.fence === fence && task.leaseOwner === executorId && (task.leaseUntil ?? 0) > unit.real;
  return holds ? await taskById(unit.tx, taskId) : null;
}

function lost(): CommitAnswer {
  return { ok: false, code: 'lease_lost', detail: 'The task was given up or given to somebody else.' };
}
