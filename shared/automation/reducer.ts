import { unreachable } from '#shared/kernel/assert.ts';
import { finalEnrollmentStatuses } from '#shared/statuses/engine.ts';
import { type Graph, isDataNode, isTaskNode } from './graph.ts';
import { openJoins } from './join.ts';
import { wasEntered } from './paths.ts';
import type { Advance, CursorState, EnrollmentEvent, EnrollmentState, Facts, TaskEnding } from './state.ts';
import {
  type AdvanceContext,
  arrive,
  endCursor,
  leaveBy,
  liveCursors,
  newCursor,
  nodeById,
  recheck,
  startWalk,
  takeUp,
  type Walk,
} from './walk.ts';

export type { AdvanceContext } from './walk.ts';

/** The state of an enrollment that was not started: Ready, no branches. */
export function initialState(): EnrollmentState {
  return { status: 'ready', reason: null, cursors: [], visited: [], transitions: 0 };
}

/** Whether nothing can move any more (an opt-out or a late bounce may still change the label). */
export function isFinal(status: EnrollmentState['status']): boolean {
  return (finalEnrollmentStatuses as readonly string[]).includes(status);
}

/**
 * Moves one enrollment by one event. Pure and total: an event that no longer applies (late, duplicate, for an
 * ended branch, after the end) gives the same state and no commands.
 *
 * Paused enrollments: acting cursors stay `acting` and their tasks are canceled where no effect can exist;
 * a task that ends nevertheless ends its step and leaves the branch before the next node (`waitsFor: resume`).
 * `resumed` asks for every acting cursor's task again, for the same (node, visit), and rechecks every wait.
 */
export function advance(
  state: EnrollmentState,
  event: EnrollmentEvent,
  graph: Graph,
  context: AdvanceContext,
): Advance {
  const walk = startWalk(state, graph, context);
  const applied = apply(walk, event);
  if (!applied) return { state, commands: [], passed: [] };
  return { state: walk.state, commands: walk.commands, passed: walk.passed };
}

/** False: the event does not apply, the state stays. */
function apply(walk: Walk, event: EnrollmentEvent): boolean {
  if (isFinal(walk.state.status)) return applyAfterEnd(walk, event);
  switch (event.type) {
    case 'started':
      return start(walk, event.segmentNodeId);
    case 'woke':
      return wake(walk, event.cursorId);
    case 'task_ended':
      return endTask(walk, event);
    case 'accepted':
      return learn(walk, { relation: 'connected' });
    case 'email_opened':
      return learn(walk, { emailOpened: true });
    case 'email_clicked':
      return learn(walk, { emailClicked: true });
    case 'replied':
      return pause(walk, 'replied');
    case 'apply_failed':
      return failData(walk, event.cursorId, event.reason);
    case 'paused':
      return pause(walk, event.reason);
    case 'resumed':
      return resume(walk);
    case 'reopened':
      return reopen(walk);
    case 'skipped':
      return skip(walk);
    case 'completed':
      return complete(walk);
    case 'bounced':
      return bounce(walk, event.cursorId);
    case 'duplicate':
      endAll(walk, 'duplicate');
      return setStatus(walk, 'duplicate', 'duplicate');
    case 'failed':
      endAll(walk, event.reason);
      return setStatus(walk, 'failed', event.reason);
    case 'unsubscribed':
      endAll(walk, 'unsubscribed');
      return setStatus(walk, 'unsubscribed', null);
    case 'stoplisted':
      endAll(walk, 'stoplisted');
      return setStatus(walk, 'canceled', 'stoplisted');
    case 'canceled':
      return cancel(walk, event.reason);
    default:
      return unreachable(event);
  }
}

/** After the end nothing runs; what became known later still counts in the status (product §4.3). */
function applyAfterEnd(walk: Walk, event: EnrollmentEvent): boolean {
  const { status } = walk.state;
  if (event.type === 'unsubscribed' && status !== 'duplicate' && status !== 'unsubscribed') {
    return setStatus(walk, 'unsubscribed', null);
  }
  if (event.type === 'bounced' && (status === 'finished' || status === 'failed')) {
    return bounce(walk, event.cursorId);
  }
  return false;
}

function start(walk: Walk, segmentNodeId: string): boolean {
  const { state, graph, context } = walk;
  if (state.cursors.length > 0) return false;
  const cursor = newCursor(context.newCursorId(), segmentNodeId);
  state.cursors.push(cursor);
  if (nodeById(graph, segmentNodeId)?.type !== 'segment') endCursor(cursor, 'failed', 'node_missing');
  else arrive(walk, cursor);
  return settle(walk);
}

function wake(walk: Walk, cursorId: string): boolean {
  const cursor = walk.state.cursors.find((candidate) => candidate.id === cursorId);
  if (cursor?.state !== 'waiting' || walk.paused) return false;
  recheck(walk, cursor);
  return settle(walk);
}

function failData(walk: Walk, cursorId: string, reason: string): boolean {
  const cursor = walk.state.cursors.find((candidate) => candidate.id === cursorId);
  if (cursor?.state !== 'waiting' || cursor.waitsFor !== 'data') return false;
  endCursor(cursor, 'failed', reason);
  return settle(walk);
}

type TaskEnded = Extract<EnrollmentEvent, { type: 'task_ended' }>;

/** While paused the fact is the engine's to keep: `resumed` looks at it. */
function learn(walk: Walk, news: Partial<Facts>): boolean {
  if (walk.paused) return false;
  walk.context = { ...walk.context, facts: { ...walk.context.facts, ...news } };
  const waiting = liveCursors(walk.state).filter((cursor) => cursor.deadlineAt !== null);
  if (waiting.length === 0) return false;
  for (const cursor of waiting) recheck(walk, cursor);
  return settle(walk);
}

function endTask(walk: Walk, { cursorId, nodeId, visit, result }: TaskEnded): boolean {
  const cursor = walk.state.cursors.find((candidate) => candidate.id === cursorId);
  if (cursor?.waitsFor === 'step') return endRemovedStep(walk, cursor, result);
  if (cursor?.state !== 'acting' || cursor.nodeId !== nodeId) return false;
  if (visit !== undefined && cursor.visit !== visit) return false;
  if (result.kind === 'failed') endCursor(cursor, 'failed', result.code);
  else leaveBy(walk, cursor, 'next');
  return settle(walk);
}

/** The result of a step that the graph has no more: the branch goes on where the edit placed it. */
function endRemovedStep(walk: Walk, cursor: CursorState, result: TaskEnding): boolean {
  if (result.kind === 'failed') endCursor(cursor, 'failed', result.code);
  else {
    cursor.waitsFor = 'resume';
    arrive(walk, cursor);
  }
  return settle(walk);
}

function pause(walk: Walk, reason: string): boolean {
  const { state } = walk;
  if (state.status === 'paused') {
    if (reason !== 'replied' || state.reason === 'replied') return false;
    return setStatus(walk, 'paused', reason);
  }
  cancelTasks(walk, liveCursors(state), reason);
  return setStatus(walk, 'paused', reason);
}

function resume(walk: Walk): boolean {
  const { state } = walk;
  if (state.status !== 'paused') return false;
  walk.paused = false;
  setStatus(walk, 'ready', null);
  goOn(walk, liveCursors(state));
  return settle(walk);
}

function reopen(walk: Walk): boolean {
  const live = liveCursors(walk.state);
  if (walk.state.status === 'paused' || live.length === 0) return false;
  walk.paused = false;
  goOn(walk, live);
  return settle(walk);
}

function goOn(walk: Walk, cursors: CursorState[]): void {
  for (const cursor of cursors) {
    if (cursor.state === 'acting' || cursor.waitsFor === 'data') takeUp(walk, cursor);
    else recheck(walk, cursor);
  }
}

/** Past the step itself; a wait for a fact is left by its timeout, for that is how one goes on without it. */
function skip(walk: Walk): boolean {
  if (walk.state.status !== 'paused') return false;
  walk.paused = false;
  setStatus(walk, 'ready', null);
  const live = liveCursors(walk.state);
  cancelTasks(walk, live, 'skipped');
  for (const cursor of live) {
    if (cursor.waitsFor === 'resume') passBy(walk, cursor);
    else if (cursor.state === 'acting' || cursor.waitsFor === 'time') leaveBy(walk, cursor, 'next');
    else if (cursor.deadlineAt !== null) leaveBy(walk, cursor, 'timeout');
    else recheck(walk, cursor);
  }
  return settle(walk);
}

/** A step that was not begun yet is the one to be skipped; a junction before it is no step. */
function passBy(walk: Walk, cursor: CursorState): void {
  const node = nodeById(walk.graph, cursor.nodeId);
  if (node && (isTaskNode(node) || isDataNode(node) || node.type === 'delay')) leaveBy(walk, cursor, 'next');
  else if (node?.type === 'wait_until') leaveBy(walk, cursor, 'timeout');
  else recheck(walk, cursor);
}

function complete(walk: Walk): boolean {
  const live = liveCursors(walk.state);
  cancelTasks(walk, live, 'completed');
  for (const cursor of live) endCursor(cursor, 'finished', 'completed');
  return walk.state.cursors.length === 0 ? setStatus(walk, 'finished', 'completed') : settle(walk);
}

function bounce(walk: Walk, cursorId: string | null): boolean {
  const { state } = walk;
  const affected = state.cursors.filter((cursor) => {
    if (cursor.ending === 'bounced') return false;
    return cursorId === null ? isAfterSentEmail(walk, cursor) : cursor.id === cursorId;
  });
  if (affected.length === 0) return false;
  cancelTasks(walk, affected, 'bounced');
  for (const cursor of affected) endCursor(cursor, 'bounced', 'bounced');
  return settle(walk);
}

/** Whether the cursor stands on or after an email step that was reached. */
function isAfterSentEmail(walk: Walk, cursor: CursorState): boolean {
  const { graph, state } = walk;
  const after = new Set(
    graph.nodes
      .filter((node) => node.type === 'send_email' && wasEntered(state, node.id))
      .map((node) => node.id),
  );
  for (const id of after) {
    for (const edge of graph.edges) if (edge.source === id) after.add(edge.target);
  }
  return after.has(cursor.nodeId);
}

function cancel(walk: Walk, reason: string): boolean {
  endAll(walk, reason);
  if (walk.state.cursors.length === 0) return setStatus(walk, 'canceled', reason);
  return settle(walk);
}

function endAll(walk: Walk, reason: string): void {
  const live = liveCursors(walk.state);
  cancelTasks(walk, live, reason);
  for (const cursor of live) endCursor(cursor, 'canceled', reason);
}

function cancelTasks(walk: Walk, cursors: CursorState[], reason: string): void {
  for (const cursor of cursors) {
    if (cursor.state === 'acting') walk.commands.push({ type: 'cancel_task', cursorId: cursor.id, reason });
  }
}

function setStatus(walk: Walk, status: EnrollmentState['status'], reason: string | null): true {
  walk.state.status = status;
  walk.state.reason = reason;
  return true;
}

/** The enrollment's status from its branches (product §4.3). */
export function settle(walk: Walk): true {
  if (!walk.paused) openJoins(walk);
  const { cursors } = walk.state;
  if (cursors.length === 0) return true;
  if (liveCursors(walk.state).length > 0) {
    return walk.paused ? true : setStatus(walk, 'in_progress', null);
  }
  for (const ending of ['bounced', 'failed', 'canceled'] as const) {
    const cursor = cursors.find((candidate) => candidate.ending === ending);
    if (cursor) return setStatus(walk, ending, cursor.reason);
  }
  return setStatus(walk, 'finished', null);
}
