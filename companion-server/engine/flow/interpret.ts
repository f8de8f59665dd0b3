import { and, eq } from 'drizzle-orm';
import { type Graph, isActionType, isDataNode } from '#shared/automation/graph.ts';
import { type AdvanceContext, advance, isFinal } from '#shared/automation/reducer.ts';
import type {
  Advance,
  CursorState,
  EnrollmentEvent,
  EnrollmentState,
  ReducerCommand,
  TaskEnding,
} from '#shared/automation/state.ts';
import { assert, must } from '#shared/kernel/assert.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { EnrollmentRow, TaskRow, Unit } from '../context.ts';
import { isHeld } from '../holds/holds.ts';
import { isOutreach } from '../pace/usage.ts';
import { isLive } from '../predicates.ts';
import { enrollmentById, graphOf } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { cancelTask, createTask, priority } from '../steps/tasks.ts';
import { bringBack } from '../upkeep/taskArchive.ts';
import { releaseSlots } from '../wayIn/slots.ts';
import { applyNode } from './applyNode.ts';
import { factsOf } from './facts.ts';
import { cancelManualTask, openManualTask } from './manualTasks.ts';
import { isWithoutData, needsNoData } from './missingData.ts';
import { setStanding } from './standing.ts';

const { enrollment: enrollmentTable } = schema;

/** Moves one enrollment by one event through the reducer and stores what follows, all in this transaction. */
export async function applyEvent(unit: Unit, enrollmentId: string, event: EnrollmentEvent): Promise<void> {
  await transform(unit, enrollmentId, (state, graph, context) => advance(state, event, graph, context));
}

/** The same for a change that is no event: a move, a way back. It gives the state itself where nothing changes. */
export async function transform(
  unit: Unit,
  enrollmentId: string,
  change: (state: EnrollmentState, graph: Graph, context: AdvanceContext) => Advance,
): Promise<void> {
  const row = await enrollmentById(unit.tx, enrollmentId);
  if (row.archivedAt !== null) await bringBack(unit, row.id);
  const graph = await graphOf(unit.tx, row.versionId);
  const before = await loadState(unit, row);
  const facts = await factsOf(unit.tx, row, graph);
  const result = change(before, graph, { now: unit.now, facts, newCursorId: unit.newId });
  await storeAdvance(unit, row, graph, before, result);
}

/** Stores what the reducer, or a move to another version, made of an enrollment. */
export async function storeAdvance(
  unit: Unit,
  row: EnrollmentRow,
  graph: Graph,
  before: EnrollmentState,
  result: Advance,
): Promise<void> {
  if (result.state === before) return;
  await storeState(unit, row, before, result.state);
  await storeCounts(unit, row, before.cursors, result);
  // What data nodes do comes last: a new sender finds the tasks that it takes over.
  for (const command of result.commands) if (command.type !== 'apply') await run(unit, row, graph, command);
  for (const command of result.commands) if (command.type === 'apply') await apply(unit, row, command);
  if (!isFinal(before.status) && isFinal(result.state.status)) await releaseSlots(unit, row);
}

/** The same event for every live enrollment of a contact. */
export async function applyToContact(
  unit: Unit,
  contactId: string,
  event: EnrollmentEvent,
  only?: { senderId?: string },
): Promise<void> {
  const rows = await unit.tx
    .select({ id: enrollmentTable.id, senderId: enrollmentTable.senderId })
    .from(enrollmentTable)
    .where(and(eq(enrollmentTable.contactId, contactId), isLive));
  for (const row of rows) {
    if (only?.senderId && row.senderId !== only.senderId) continue;
    await applyEvent(unit, row.id, event);
  }
}

/** The state of an enrollment as the reducer takes it, cursors in the order they were made. */
export async function loadState(unit: Unit, row: EnrollmentRow): Promise<EnrollmentState> {
  const found = await rowsOf(unit.tx).group(shapes.cursor, 'enrollment', row.id);
  const rows = found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    status: row.status,
    reason: row.reason,
    visited: row.visited,
    transitions: row.transitions,
    cursors: rows.map(({ id, nodeId, visit, state, wakeAt, waitsFor, deadlineAt, ending, reason }) => ({
      id,
      nodeId,
      visit,
      state,
      wakeAt,
      waitsFor,
      deadlineAt,
      ending,
      reason,
    })),
  };
}

async function storeState(
  unit: Unit,
  row: EnrollmentRow,
  before: EnrollmentState,
  after: EnrollmentState,
): Promise<void> {
  const rows = rowsOf(unit.tx);
  const known = new Map(before.cursors.map((each) => [each.id, JSON.stringify(each)]));
  for (const each of after.cursors) {
    if (known.get(each.id) === JSON.stringify(each)) continue;
    const { id, ...values } = each;
    const { workspaceId, automationId } = row;
    if (known.has(id)) rows.update(shapes.cursor, [id], values);
    else rows.insert(shapes.cursor, { id, enrollmentId: row.id, workspaceId, automationId, ...values });
  }
  const ended = isFinal(after.status);
  await setStanding(unit, row, {
    status: after.status,
    reason: after.reason,
    visited: after.visited,
    transitions: after.transitions,
    ...(ended ? { live: 0, endedAt: row.endedAt ?? unit.now, blockedOn: null } : { endedAt: null }),
  });
}

async function storeCounts(
  unit: Unit,
  row: EnrollmentRow,
  before: CursorState[],
  { state, passed }: Advance,
): Promise<void> {
  const change = new Map<string, { standing: number; passed: number; failed: number }>();
  const at = (nodeId: string) => {
    const known = change.get(nodeId) ?? { standing: 0, passed: 0, failed: 0 };
    change.set(nodeId, known);
    return known;
  };
  const tally = (cursors: CursorState[], sign: 1 | -1) => {
    for (const each of cursors) {
      if (each.state !== 'ended') at(each.nodeId).standing += sign;
      if (each.ending === 'failed') at(each.nodeId).failed += sign;
    }
  };
  tally(before, -1);
  tally(state.cursors, 1);
  for (const { nodeId } of passed) at(nodeId).passed += 1;
  for (const [nodeId, delta] of change) {
    if (delta.standing === 0 && delta.passed === 0 && delta.failed === 0) continue;
    const { automationId, workspaceId } = row;
    rowsOf(unit.tx).increase(shapes.nodeCount, { automationId, nodeId, workspaceId }, delta);
  }
}

type Command<T extends ReducerCommand['type']> = Extract<ReducerCommand, { type: T }>;

async function run(
  unit: Unit,
  row: EnrollmentRow,
  graph: Graph,
  command: Command<'create_task' | 'cancel_task'>,
): Promise<void> {
  if (command.type === 'cancel_task') {
    const open = await openTasks(unit, row, command.cursorId);
    for (const each of open) await cancelTask(unit, each, command.reason);
    if (open.some(isWithoutData) && !(await lacksDataStill(unit, row))) await needsNoData(unit, row);
    await cancelManualTask(unit, command.cursorId, command.reason);
    return;
  }
  const { cursorId, nodeId, visit, kind, notBefore } = command;
  if (kind === 'manual_task') {
    const node = graph.nodes.find(({ id }) => id === nodeId);
    assert(node?.type === 'manual_task', `manual task ${nodeId}`);
    const result = await openManualTask(unit, { enrollment: row, node, cursorId, visit });
    if (result) await applyEvent(unit, row.id, { type: 'task_ended', cursorId, nodeId, result });
    return;
  }
  const earlier = await createTask(unit, {
    enrollment: row,
    senderId: must(row.senderId, 'sender of a started enrollment'),
    cursorId,
    nodeId,
    visit,
    kind,
    priority: (await isFollowUp(unit, row, graph)) ? priority.followUp : priority.firstTouch,
    notBefore,
  });
  if (earlier) await takeResult(unit, row, command, earlier);
}

/**
 * Carries out a data node and lets its branch go on with the facts as they are then. While a hold stops the automation
 * the branch stays before it; the lift wakes it.
 */
async function apply(
  unit: Unit,
  row: EnrollmentRow,
  { cursorId, node, visit }: Omit<Command<'apply'>, 'type'>,
): Promise<void> {
  if (await isHeld(unit, row)) return;
  const { id: enrollmentId } = row;
  const reason = await applyNode(unit, enrollmentId, node, visit);
  const next = reason === null ? ({ type: 'woke' } as const) : ({ type: 'apply_failed', reason } as const);
  await applyEvent(unit, enrollmentId, { ...next, cursorId });
}

/** The time of a branch came, or the hold lifted that kept it before a data node. */
export async function wakeBranch(unit: Unit, row: EnrollmentRow, cursorId: string): Promise<void> {
  const branch = await rowsOf(unit.tx).get(shapes.cursor, cursorId);
  const graph = await graphOf(unit.tx, row.versionId);
  const node = graph.nodes.find(({ id }) => id === branch?.nodeId);
  if (branch?.waitsFor !== 'data' || !node || !isDataNode(node))
    return await applyEvent(unit, row.id, { type: 'woke', cursorId });
  await apply(unit, row, { cursorId, node, visit: branch.visit });
}

/**
 * The step has its task already: a move to another version brought the branch back to it. Nothing is repeated; a
 * result that is known counts at once, one that is awaited comes to this branch.
 */
async function takeResult(
  unit: Unit,
  row: EnrollmentRow,
  { cursorId, nodeId, visit }: Command<'create_task'>,
  earlier: TaskRow,
): Promise<void> {
  if (earlier.cursorId !== cursorId) {
    rowsOf(unit.tx).update(shapes.task, [earlier.id], { cursorId });
    const before = await rowsOf(unit.tx).get(shapes.cursor, earlier.cursorId);
    if (before?.waitsFor === 'step') {
      // The branch that waited for it need not any more: this one does.
      const passed = { kind: 'skipped', reason: 'merged' } as const;
      await applyEvent(unit, row.id, { type: 'task_ended', cursorId: before.id, nodeId, result: passed });
    }
  }
  const result = endingOf(earlier);
  if (result) await applyEvent(unit, row.id, { type: 'task_ended', cursorId, nodeId, visit, result });
}

function endingOf({ state, reason }: TaskRow): TaskEnding | null {
  switch (state) {
    case 'done':
      return { kind: 'done' };
    case 'closed':
    case 'skipped':
      return { kind: state, reason: reason ?? state };
    case 'failed':
      return { kind: 'failed', code: reason ?? state };
    default:
      return null;
  }
}

/** Whether something went to this person in this enrollment before; visits are no touch. */
async function isFollowUp(unit: Unit, row: EnrollmentRow, graph: Graph): Promise<boolean> {
  const touches = graph.nodes
    .filter((node) => isActionType(node.type) && isOutreach(node.type))
    .map((node) => node.id);
  if (touches.length === 0) return false;
  const steps = await rowsOf(unit.tx).group(shapes.task, 'enrollment', row.id);
  return steps.some((step) => step.state === 'done' && touches.includes(step.nodeId));
}

async function lacksDataStill(unit: Unit, { id }: EnrollmentRow): Promise<boolean> {
  return (await rowsOf(unit.tx).group(shapes.task, 'enrollment', id)).some(isWithoutData);
}

async function openTasks(unit: Unit, { id }: EnrollmentRow, cursorId: string) {
  const steps = await rowsOf(unit.tx).group(shapes.task, 'enrollment', id);
  const open = ['scheduled', 'ready', 'claimed', 'waiting_approval'];
  return steps.filter((step) => step.cursorId === cursorId && open.includes(step.state));
}
