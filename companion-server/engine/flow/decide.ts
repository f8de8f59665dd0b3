import { and, eq } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { assert } from '#shared/kernel/assert.ts';
import type { HoldReason } from '#shared/statuses/engine.ts';
import { schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { clearFailureWindow, clearGuardWindow } from '../holds/guards.ts';
import { FIRST_EMAIL, liftHold, openHolds, setHold } from '../holds/holds.ts';
import { appendTaskEvent, publish } from '../record.ts';
import { heedSettled } from '../restore/doubt.ts';
import { channelById, enrollmentById, findTask, taskById } from '../rows.ts';
import { completeTask } from '../steps/complete.ts';
import { cancelTask, requeue } from '../steps/tasks.ts';
import { undoCommit } from '../steps/undo.ts';
import { layOut } from '../wayIn/enroll.ts';
import { enterSegments } from '../wayIn/entering.ts';
import { askAdmission, blockedOn, wakeParked } from '../wayIn/slots.ts';
import { giveUp, isStoodOn } from './passOver.ts';

const { automation: automationTable, automationVersion, taskAttempt } = schema;

/** Contacts without a usable sender that one resume tries again; the rest follow at the next. */
const RESUME_AT_MOST = 1000;

/** Stores the draft as an immutable version, starts it and enrolls its lists. The caller validated it. */
export async function startAutomation(
  unit: Unit,
  automationId: string,
  graph: Graph,
  by: string,
): Promise<{ versionId: string; enrolled: number }> {
  const [row] = await unit.tx.select().from(automationTable).where(eq(automationTable.id, automationId));
  assert(row?.status === 'draft', 'only a draft can be started');
  const versionId = unit.newId();
  const { workspaceId } = row;
  await unit.tx.insert(automationVersion).values({
    id: versionId,
    workspaceId,
    automationId,
    number: 1,
    graph,
    createdBy: by,
    createdAt: unit.now,
  });
  await unit.tx
    .update(automationTable)
    .set({ status: 'running', versionId, startedAt: unit.now, updatedAt: unit.now })
    .where(eq(automationTable.id, automationId));
  const started = { id: automationId, workspaceId, versionId };
  await layOut(unit, started, graph);
  const enrolled = await enterSegments(unit, started, graph);
  publish(unit, workspaceId, 'automation', automationId);
  return { versionId, enrolled };
}

/** A person pauses an automation: nothing of it moves until a person resumes it. */
export async function pauseAutomation(unit: Unit, automationId: string, by: string): Promise<void> {
  await setHold(unit, { ...(await automationHold(unit, automationId)), reason: 'manual', by });
}

/** Ends the pause of an automation and wakes what waited for that. */
export async function resumeAutomation(unit: Unit, automationId: string, by: string): Promise<void> {
  const key = await automationHold(unit, automationId);
  await liftHold(unit, { ...key, reason: 'manual' }, by);
  await wakeParked(unit, blockedOn.automation(automationId), RESUME_AT_MOST);
  await askAdmission(unit, automationId, key.workspaceId);
}

/** A person saw whether an unknown task happened. False: it is not unknown any more. */
export async function settleTask(
  unit: Unit,
  taskId: string,
  happened: boolean,
  by: string,
  saw: string | null = null,
): Promise<boolean> {
  const row = await findTask(unit.tx, taskId);
  if (row?.state !== 'unknown') return false;
  appendTaskEvent(unit, row, 'task_settled', `settled:${row.fence}`, {
    result: 'success',
    happened,
    by,
    ...(saw ? { detail: saw } : {}),
  });
  await heedSettled(unit, row, happened);
  if (happened) {
    await completeTask(unit, row, { verified: false, proof: 'Seen by a person', noteDropped: false });
    return true;
  }
  // Tells the device that armed it that this claim came to nothing: without that its journal would never act again.
  await unit.tx
    .update(taskAttempt)
    .set({ outcome: 'not_happened' })
    .where(and(eq(taskAttempt.taskId, taskId), eq(taskAttempt.fence, row.fence)));
  await undoCommit(unit, row);
  await returnToLine(unit, await taskById(unit.tx, taskId));
  return true;
}

async function returnToLine(unit: Unit, row: TaskRow): Promise<void> {
  const owner = await enrollmentById(unit.tx, row.enrollmentId);
  const runs = owner.status === 'in_progress' || owner.status === 'waiting_enrichment';
  // A paused contact's step is asked for again by the resume; an ended one's never.
  await requeue(unit, row, unit.now, null);
  const back = await taskById(unit.tx, row.id);
  if (!runs) await cancelTask(unit, back, 'not_running');
  else if (!(await isStoodOn(unit, back))) await giveUp(unit, back, 'passed_by');
}

/** Stop everything: the workspace-wide manual hold. */
export async function stopEverything(unit: Unit, workspaceId: string, by: string): Promise<void> {
  await setHold(unit, { workspaceId, scope: 'workspace', scopeId: workspaceId, reason: 'manual', by });
}

/** Ends *Stop everything*. What was held for other reasons stays so. */
export async function resumeEverything(unit: Unit, workspaceId: string, by: string): Promise<void> {
  await liftHold(unit, { workspaceId, scope: 'workspace', scopeId: workspaceId, reason: 'manual' }, by);
}

/** Ended by a person who saw the evidence: what it was found in does not count again. */
const guards: readonly HoldReason[] = ['high_failure_rate', 'low_acceptance', 'bounce_guard', 'mail_refused'];

/** A person pauses one channel, whatever automation its steps are of. */
export async function pauseChannel(unit: Unit, channelId: string, by: string): Promise<void> {
  const { workspaceId } = await channelById(unit.tx, channelId);
  await setHold(unit, { workspaceId, scope: 'channel', scopeId: channelId, reason: 'manual', by });
}

/** Ends a person's pause and nothing else: whoever ends it this way was shown no evidence of a guard. */
export async function endPause(unit: Unit, channelId: string, by: string): Promise<void> {
  const { workspaceId } = await channelById(unit.tx, channelId);
  await liftHold(unit, { workspaceId, scope: 'channel', scopeId: channelId, reason: 'manual' }, by);
}

/** A person who sees what holds the channel ends it: the pause, guards with what they count, stops at unknown pages. */
export async function resumeChannel(unit: Unit, channelId: string, by: string): Promise<void> {
  const { workspaceId } = await channelById(unit.tx, channelId);
  const key = { workspaceId, scope: 'channel' as const, scopeId: channelId };
  await endPause(unit, channelId, by);
  const firstEmails = { ...key, scope: 'kind' as const, kind: FIRST_EMAIL, reason: 'bounce_guard' as const };
  let seen = await liftHold(unit, firstEmails, by);
  for (const reason of guards) seen = (await liftHold(unit, { ...key, reason }, by)) || seen;
  if (seen) await clearGuardWindow(unit, channelId);
  await liftCatalogueHolds(unit, { workspaceId, channelId }, by);
  await clearFailureWindow(unit, channelId);
}

/** A person may try again what stopped at an unknown page: if it is still unknown, it stops again. */
async function liftCatalogueHolds(
  unit: Unit,
  { workspaceId, channelId }: { workspaceId: string; channelId: string },
  by: string,
): Promise<void> {
  const open = await openHolds(unit.tx, [{ scope: 'kind', scopeId: channelId }]);
  for (const { kind, reason } of open) {
    if (reason !== 'layout_unknown' && reason !== 'kill_switch') continue;
    await liftHold(unit, { workspaceId, scope: 'kind', scopeId: channelId, kind, reason }, by);
  }
}

async function automationHold(unit: Unit, automationId: string) {
  const [row] = await unit.tx.select().from(automationTable).where(eq(automationTable.id, automationId));
  assert(row, `automation ${automationId}`);
  return { workspaceId: row.workspaceId, scope: 'automation' as const, scopeId: automationId };
}
