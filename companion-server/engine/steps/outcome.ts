import { eq } from 'drizzle-orm';
import type { StepOutcome } from '#shared/contract/deviceWork.ts';
import { unreachable } from '#shared/kernel/assert.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import type { LinkedinFailure, ProfileRead } from '#shared/protocol/linkedin.ts';
import { mayHaveHappened } from '#shared/statuses/policy.ts';
import { rowsOf, schema } from '../../db/index.ts';
import { mergeDuplicate } from '../contacts/merge.ts';
import type { EngineContext, TaskRow, Unit } from '../context.ts';
import { passOver } from '../flow/passOver.ts';
import { noteFailure } from '../holds/guards.ts';
import { applyMailRefusal, type RefusedEmail } from '../holds/mailRefusal.ts';
import { learnProfile } from '../inbound/profiles.ts';
import { noteAction } from '../pace/pacing.ts';
import { isOutreach, spend } from '../pace/usage.ts';
import { loadEnds, loadTasks } from '../prefetch.ts';
import { appendTaskEvent } from '../record.ts';
import { channelById, findTask, taskById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { together } from '../together.ts';
import type { Fence } from './commit.ts';
import { completeTask } from './complete.ts';
import { applyFailure, closeByRelation, decideByPerson, demandHolds, waitForCeiling } from './failures.ts';
import { isHeld, markUnknown, requeue } from './tasks.ts';
import { undoCommit } from './undo.ts';

const { contact, task: taskTable } = schema;

/** How an email ended. `not_sent`: the server answered 4xx or 5xx, or never took it. */
export type EmailOutcome =
  | { result: 'sent'; response: string }
  | ({ result: 'not_sent' } & RefusedEmail)
  | { result: 'unsure'; detail: string };

export type Outcome = StepOutcome | EmailOutcome;

/** A step that dies unarmed this often in a row is put off, so that others get their turn. */
const FREE_RETURNS = 3;

/**
 * Stores how a step ended. Repeated until acknowledged: duplicates change nothing, results that come late for an
 * `unknown` task settle it, evidence of an effect always counts.
 */
export function recordOutcome(
  ctx: EngineContext,
  executorId: string,
  report: Fence & { outcome: Outcome },
): Promise<{ acknowledged: true; state: string }> {
  return record(ctx, { ...report, executorId });
}

interface Report extends Fence {
  executorId: string;
  outcome: Outcome;
}

const record = together<Report, { acknowledged: true; state: string }>({
  async prepare(unit, reports) {
    const tasks = await loadTasks(
      unit,
      reports.map(({ taskId }) => taskId),
    );
    await rowsOf(unit.tx).load(
      shapes.attempt,
      reports.map(({ taskId, fence }) => [taskId, fence]),
    );
    await loadEnds(unit, tasks);
  },
  async run(unit, report) {
    const task = await findTask(unit.tx, report.taskId);
    if (!task) return { acknowledged: true, state: 'gone' };
    const attempt = await rowsOf(unit.tx).get(shapes.attempt, report.taskId, report.fence);
    if (attempt?.executor !== report.executorId) return { acknowledged: true, state: task.state };
    if (accepts(task, report) || isLateDoubt(task, attempt, report)) await apply(unit, task, report.outcome);
    return { acknowledged: true, state: (await taskById(unit.tx, task.id)).state };
  },
});

/** Evidence that it took place counts however late: also after a person thought otherwise, or a newer claim. */
function accepts(task: TaskRow, { fence, outcome }: Fence & { outcome: Outcome }): boolean {
  const isCurrent = task.fence === fence;
  if (isCurrent && (isHeld(task) || task.state === 'unknown')) return true;
  const isOpen =
    isHeld(task) || ['ready', 'scheduled', 'waiting_approval', 'unknown', 'canceled'].includes(task.state);
  if (outcome.result === 'done' || outcome.result === 'sent') return isOpen;
  return isCurrent && outcome.result === 'closed' && (task.state === 'ready' || task.state === 'scheduled');
}

/**
 * Taken back when its lease ran out, and only now its browser says that a click while preparing may have had the effect:
 * it is not repeated. Told again after a person decided, it changes nothing.
 */
function isLateDoubt(
  task: TaskRow,
  attempt: typeof schema.taskAttempt.$inferSelect,
  { fence, outcome }: Report,
): boolean {
  const isDoubt =
    outcome.result === 'unsure' || (outcome.result === 'failed' && mayHaveHappened(outcome.failure.effect));
  const inLine = ['ready', 'scheduled'];
  const wasTakenBack = inLine.includes(task.state) && inLine.includes(attempt.outcome ?? '');
  return isDoubt && wasTakenBack && task.fence === fence;
}

async function apply(unit: Unit, task: TaskRow, outcome: Outcome): Promise<void> {
  switch (outcome.result) {
    case 'done':
      await paceUncommitted(unit, task);
      await countAgain(unit, task);
      if (!(await learn(unit, task, outcome.profile, 'after'))) return;
      await completeTask(unit, await taskById(unit.tx, task.id), outcome);
      return;
    case 'sent':
      await countAgain(unit, task);
      await completeTask(unit, task, { verified: true, proof: outcome.response, noteDropped: false });
      return;
    case 'closed':
      await paceUncommitted(unit, task);
      if (await learn(unit, task, outcome.profile, 'before')) {
        await close(unit, await taskById(unit.tx, task.id), outcome);
      }
      return;
    case 'not_started':
      await breakOff(unit, task, outcome.failure);
      return;
    case 'failed':
      await fail(unit, task, outcome);
      return;
    case 'not_sent':
      // A mail that came back stays counted, as one whose report comes later does: the bounce guard looks at these.
      if (outcome.verdict !== 'bounced') await undoCommit(unit, task);
      await applyMailRefusal(unit, task, outcome);
      return;
    case 'unsure':
      await countAgain(unit, task, await claimedAt(unit, task));
      await becomeUnknown(unit, task, outcome.detail);
      return;
    default:
      unreachable(outcome);
  }
}

/** Broken off before it was armed. A page that failed counts, as one does that was read. */
async function breakOff(unit: Unit, task: TaskRow, failure: LinkedinFailure | null): Promise<void> {
  const ownCeiling = failure && isOwnCeiling(failure);
  if (failure && !ownCeiling) {
    await paceUncommitted(unit, task);
    await noteFailure(unit, task.channelId, failure.code);
  }
  await undoCommit(unit, task);
  if (ownCeiling) await waitForCeiling(unit, task, failure);
  else if (failure) await applyFailure(unit, task, failure);
  else await giveBack(unit, task);
}

/** The browser's own books refuse before any page is opened, and name the date; a page that broke off names none. */
function isOwnCeiling({ code, until }: LinkedinFailure): boolean {
  return code === 'too_many_requests' && until !== null;
}

async function fail(
  unit: Unit,
  task: TaskRow,
  outcome: Extract<Outcome, { result: 'failed' }>,
): Promise<void> {
  const { failure, profile } = outcome;
  await paceUncommitted(unit, task);
  await noteFailure(unit, task.channelId, failure.code);
  if (mayHaveHappened(failure.effect)) {
    await countAgain(unit, task, await claimedAt(unit, task));
    await becomeUnknown(unit, task, failure.detail);
    await demandHolds(unit, task, failure);
    return;
  }
  await undoCommit(unit, task);
  if (failure.code !== 'wrong_person' && !(await learn(unit, task, profile, 'before'))) return;
  await applyFailure(unit, await taskById(unit.tx, task.id), failure);
}

/** It may have happened; a person or later evidence settles it. */
export async function becomeUnknown(unit: Unit, task: TaskRow, detail: string): Promise<void> {
  if (task.state === 'unknown') return;
  await markUnknown(unit, task, detail);
  appendTaskEvent(unit, task, 'task_unknown', `unknown:${task.fence}`, {
    result: 'pending',
    kind: task.kind,
    detail,
  });
}

async function close(
  unit: Unit,
  task: TaskRow,
  { reason, profile }: Extract<Outcome, { result: 'closed' }>,
): Promise<void> {
  if (reason === 'visited') {
    await completeTask(unit, task, { verified: true, proof: 'Profile read', noteDropped: false });
  } else if (reason === 'already_connected') {
    await closeByRelation(unit, task, reason, 'connected');
  } else if (reason === 'already_invited') {
    await closeByRelation(unit, task, reason, 'invite_sent');
  } else if (reason === 'nothing_to_withdraw' && profile?.relation === 'not_connected') {
    // LinkedIn was asked about this very person: the invitation is gone.
    await closeByRelation(unit, task, reason, 'not_connected');
  } else {
    await passOver(unit, task, 'closed', reason);
  }
}

/** False: the profile belongs to somebody else, and the task was stopped for that. */
async function learn(
  unit: Unit,
  task: TaskRow,
  profile: ProfileRead | null,
  effect: 'before' | 'after',
): Promise<boolean> {
  if (!profile) return true;
  const learned = await learnProfile(unit, task, profile);
  // An effect that took place stays recorded, whatever the page said afterwards.
  if (learned === 'bound' || effect === 'after') {
    if (learned === 'bound' || task.kind !== 'visit') return true;
  }
  const detail =
    learned === 'duplicate'
      ? 'This person is here already as another contact.'
      : 'The page shows another person than the one this contact is bound to.';
  await decideByPerson(unit, await taskById(unit.tx, task.id), learned, detail);
  if (learned === 'duplicate') await mergeDuplicate(unit, task, profile);
  return false;
}

/** Ready again, without a word of what broke it off; one that came back so several times makes room for others first. */
export async function giveBack(unit: Unit, task: TaskRow, detail: string | null = null): Promise<void> {
  const wait = task.attempt > FREE_RETURNS ? 15 * MINUTE : 0;
  // A browser that gave it back, or went away with it, may have opened the page; an email has none.
  if (task.kind !== 'send_email') await paceUncommitted(unit, task);
  await requeue(unit, task, unit.now + wait, wait > 0 ? 'given_back' : null, detail);
}

/** A page was opened, or may have been: the gap counts, also where nothing was committed. */
async function paceUncommitted(unit: Unit, task: TaskRow): Promise<void> {
  if (task.state === 'claimed') await noteAction(unit, await channelById(unit.tx, task.channelId));
}

/**
 * It took place, or may have, without a commit that stands: cap and spacing count. Either they were given back when it
 * seemed that it had not, or a click while preparing, from the claim on (`at`), had the effect already.
 */
async function countAgain(unit: Unit, task: TaskRow, at = unit.now): Promise<void> {
  if (task.committedAt !== null || task.kind === 'visit') return;
  spend(unit, await channelById(unit.tx, task.channelId), task, 'commit', at);
  await unit.tx.update(taskTable).set({ committedAt: at }).where(eq(taskTable.id, task.id));
  if (!isOutreach(task.kind)) return;
  await unit.tx.update(contact).set({ lastOutreachAt: unit.now }).where(eq(contact.id, task.contactId));
}

/** When the step was handed out, in schedule time. */
async function claimedAt(unit: Unit, { id, fence }: TaskRow): Promise<number> {
  const attempt = await rowsOf(unit.tx).get(shapes.attempt, id, fence);
  return unit.now - Math.max(0, unit.real - (attempt?.claimedAt ?? unit.real));
}
