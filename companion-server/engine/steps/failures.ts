import { and, eq, sql } from 'drizzle-orm';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import type { LinkedinFailure, ShownPerson } from '#shared/protocol/linkedin.ts';
import type { RelationStatus } from '#shared/statuses/engine.ts';
import { type FailurePolicy, failurePolicy, holdLength, retryDelay } from '#shared/statuses/policy.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { relationOf, setRelation } from '../flow/facts.ts';
import { applyEvent } from '../flow/interpret.ts';
import { giveUp, isStoodOn, passOver } from '../flow/passOver.ts';
import { setHold } from '../holds/holds.ts';
import { heedRefusal } from '../holds/session.ts';
import { recordConnected } from '../inbound/profiles.ts';
import { pauseForReply } from '../inbound/replies.ts';
import { appendTaskEvent } from '../record.ts';
import { enrollmentById, graphOf } from '../rows.ts';
import { recordWithdrawn, withdrawLater } from '../senders/withdrawals.ts';
import { shapes } from '../shapes.ts';
import { endEnrichment } from '../wayIn/enrichment.ts';
import { holdForData, postponeLane, stoplistContact } from './dispose.ts';
import { isHousekeeping } from './invitationGate.ts';
import { noteQuotas } from './notes.ts';
import { learnOpenProfile } from './openProfile.ts';
import { nodeOf } from './render.ts';
import { cancelTask, ENRICHMENT_NODE, finish, requeue } from './tasks.ts';

const { lane, task: taskTable } = schema;

/** LinkedIn itself names no date further off. */
const FARTHEST_MS = 35 * DAY;

/** A LinkedIn step that had no effect: its code decides what comes next (product §4.5). */
export async function applyFailure(unit: Unit, task: TaskRow, failure: LinkedinFailure): Promise<void> {
  const policy = failurePolicy[failure.code];
  await demandHolds(unit, task, failure);
  switch (policy.do) {
    case 'set_relation':
      await closeByRelation(unit, task, failure.code, policy.relation);
      return;
    case 'wait_until':
      await waitOutLock(unit, task, dateOf(unit.now, failure.until, policy.fallbackMs), failure);
      return;
    case 'pause_replied':
      await cancelTask(unit, task, failure.code);
      await pauseForReply(unit, { contactId: task.contactId, at: unit.now });
      return;
    case 'cancel_stoplisted':
      await stoplistContact(unit, task);
      return;
    case 'retry':
      await retryLater(unit, task, failure.code, failure.detail);
      return;
    case 'hold_kind':
    case 'hold_kind_until_catalogue':
    case 'hold_account':
      // The hold is set; the task stands ready behind it.
      await requeue(unit, task, unit.now, failure.code, failure.detail);
      return;
    case 'wait_visible_tab':
      await requeue(unit, task, unit.now + 15 * MINUTE, failure.code, failure.detail);
      return;
    case 'when_no_note':
      await noteQuotas(unit, task.channelId, { notesLeft: 0, inmailCredits: null });
      await withoutNote(unit, task, {
        until: dateOf(unit.now, failure.until, policy.waitMs),
        detail: failure.detail,
      });
      return;
    case 'missing_data':
      await holdForData(unit, task, await enrollmentById(unit.tx, task.enrollmentId), failure.detail);
      return;
    case 'person_decides':
      await decideByPerson(unit, task, failure.code, failure.detail, failure.shown);
      return;
    case 'fail_branch':
      if (failure.code === 'inmail_not_allowed') learnOpenProfile(unit, task, false);
      if (failure.code === 'not_connected') await learnRemoved(unit, task);
      await failBranch(unit, task, failure.code, failure.detail);
      return;
  }
}

/** The holds a failure demands, also where the task itself becomes unknown. */
export async function demandHolds(unit: Unit, task: TaskRow, failure: LinkedinFailure): Promise<void> {
  await heedRefusal(unit, task.channelId, failure);
  const policy: FailurePolicy = failurePolicy[failure.code];
  if (policy.do !== 'hold_kind' && policy.do !== 'hold_kind_until_catalogue') return;
  const times = await raiseHoldTimes(unit, task);
  const until = policy.do === 'hold_kind' ? dateOf(unit.now, failure.until, holdLength(times)) : null;
  await setHold(unit, {
    workspaceId: task.workspaceId,
    scope: 'kind',
    scopeId: task.channelId,
    kind: task.kind,
    reason: policy.reason,
    detail: failure.detail,
    until,
    by: 'linkedin',
  });
}

/** The browser's own books forbid this kind until then. LinkedIn refused nothing: no hold says so, and none gets longer. */
export async function waitForCeiling(unit: Unit, task: TaskRow, failure: LinkedinFailure): Promise<void> {
  const limit = 'browser_ceiling';
  await requeue(unit, task, unit.now, limit, failure.detail);
  await postponeLane(unit, task, dateOf(unit.now, failure.until, DAY), limit);
}

/** LinkedIn itself was asked before a message: who was a connection is none any more. */
async function learnRemoved(unit: Unit, { kind, workspaceId, contactId, senderId }: TaskRow): Promise<void> {
  if (kind !== 'message' || (await relationOf(unit.tx, contactId, senderId)) !== 'connected') return;
  await setRelation(unit, { workspaceId, contactId, senderId }, { status: 'not_connected' });
}

/** LinkedIn remembers a withdrawal, whoever made it: the step waits, and the countdown is shown. */
async function waitOutLock(
  unit: Unit,
  task: TaskRow,
  until: number,
  { code, detail }: LinkedinFailure,
): Promise<void> {
  const { workspaceId, contactId, senderId } = task;
  await recordWithdrawn(unit, { workspaceId, contactId, senderId }, until);
  await requeue(unit, task, until, code, detail);
}

/** The date a failure names (unix ms), as far as it makes sense here: a browser's clock may be wrong by days or years. */
export function dateOf(now: number, until: number | null, elseMs: number): number {
  return until !== null && until > now && until <= now + FARTHEST_MS ? until : now + elseMs;
}

async function raiseHoldTimes(unit: Unit, task: TaskRow): Promise<number> {
  const rows = await unit.tx
    .update(lane)
    .set({ holdTimes: sql`${lane.holdTimes} + 1` })
    .where(and(eq(lane.channelId, task.channelId), eq(lane.kind, task.kind)))
    .returning({ times: lane.holdTimes });
  return rows[0]?.times ?? 1;
}

/** Ready again after 15 minutes, 1 hour, 4 hours; then the branch fails. */
export async function retryLater(unit: Unit, task: TaskRow, code: string, detail: string): Promise<void> {
  if (!(await isStoodOn(unit, task))) return await giveUp(unit, task, 'passed_by');
  const delay = retryDelay(task.retries + 1);
  if (delay === null) {
    await failBranch(unit, task, code, detail);
    return;
  }
  await unit.tx
    .update(taskTable)
    .set({ retries: task.retries + 1 })
    .where(eq(taskTable.id, task.id));
  await requeue(unit, task, unit.now + delay, code, detail);
}

/** Ends the task and its branch with the reason. */
export async function failBranch(unit: Unit, task: TaskRow, code: string, detail: string): Promise<void> {
  await finish(unit, task, 'failed', { reason: code, detail });
  appendTaskEvent(unit, task, 'task_failed', `failed:${task.fence}`, {
    result: 'error',
    kind: task.kind,
    code,
    detail,
  });
  if (task.nodeId === ENRICHMENT_NODE) {
    await endEnrichment(unit, task, { failed: code });
    return;
  }
  if (isHousekeeping(task)) {
    await withdrawLater(unit, task);
    return;
  }
  await applyEvent(unit, task.enrollmentId, {
    type: 'task_ended',
    cursorId: task.cursorId,
    nodeId: task.nodeId,
    visit: task.visit,
    result: { kind: 'failed', code },
  });
}

/** The step is moot: the pair stands where it would have led. */
export async function closeByRelation(
  unit: Unit,
  task: TaskRow,
  reason: string,
  relation: RelationStatus,
): Promise<void> {
  const pair = { workspaceId: task.workspaceId, contactId: task.contactId, senderId: task.senderId };
  if (relation === 'connected') await recordConnected(unit, pair, unit.now);
  else await setRelation(unit, pair, { status: relation });
  await passOver(unit, task, 'closed', reason);
}

/** Nothing more for this contact here until a person looked. */
export async function decideByPerson(
  unit: Unit,
  task: TaskRow,
  reason: string,
  detail: string,
  shown: ShownPerson | null = null,
): Promise<void> {
  await finish(unit, task, 'canceled', { reason, detail });
  rowsOf(unit.tx).update(shapes.task, [task.id], { shown });
  appendTaskEvent(unit, task, 'task_canceled', `canceled:${task.fence}`, {
    result: 'error',
    kind: task.kind,
    code: reason,
    detail,
  });
  if (task.nodeId === ENRICHMENT_NODE) {
    await endEnrichment(unit, task, reason === 'duplicate' ? 'duplicate' : 'wrong_person');
  } else {
    const stop =
      reason === 'duplicate' ? ({ type: 'duplicate' } as const) : ({ type: 'paused', reason } as const);
    await applyEvent(unit, task.enrollmentId, stop);
  }
}

/** No note is possible before `until`: the step goes without one, is skipped or waits, as its node says. */
export async function withoutNote(
  unit: Unit,
  task: TaskRow,
  { until, detail }: { until: number; detail: string },
): Promise<void> {
  const enrollment = await enrollmentById(unit.tx, task.enrollmentId);
  const node = nodeOf({ task, graph: await graphOf(unit.tx, enrollment.versionId) });
  const choice = node?.type === 'connect' ? node.config.whenNoNote : null;
  if (choice === 'skip') {
    await passOver(unit, task, 'skipped', 'note_quota_reached');
    return;
  }
  // One that carried a note is rendered anew without it; refused without a note, it waits like any other.
  const goesWithout = choice === 'send_without' && task.payload !== null && task.payload.text !== null;
  await requeue(unit, task, goesWithout ? unit.now : until, 'note_quota_reached', detail);
}
