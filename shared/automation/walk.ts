import { must } from '#shared/kernel/assert.ts';
import { limits } from '#shared/kernel/limits.ts';
import { evaluateCondition } from './conditions.ts';
import { type ExitName, type Graph, type GraphNode, isActionType, type NodeOf } from './graph.ts';
import type { Advance, CursorState, EnrollmentState, Facts } from './state.ts';

/** What the reducer may know besides its state: everything injected, so that it stays pure. */
export interface AdvanceContext {
  /** Schedule time, unix ms UTC. */
  now: number;
  facts: Facts;
  /** Ids for the cursors of new parallel branches. */
  newCursorId: () => string;
}

/** One step in the making: a private copy of the state that the walk may change. */
export interface Walk extends Advance {
  graph: Graph;
  context: AdvanceContext;
  /** Branches are placed but not moved: the enrollment is paused. */
  paused: boolean;
}

export function startWalk(state: EnrollmentState, graph: Graph, context: AdvanceContext): Walk {
  const copy: EnrollmentState = {
    ...state,
    cursors: state.cursors.map((cursor) => ({ ...cursor })),
    visited: [...state.visited],
  };
  return { state: copy, commands: [], passed: [], graph, context, paused: state.status === 'paused' };
}

export function nodeById(graph: Graph, id: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.id === id);
}

export function liveCursors(state: EnrollmentState): CursorState[] {
  return state.cursors.filter((cursor) => cursor.state !== 'ended');
}

/** A cursor that stands before its node; `arrive` takes it in. */
export function newCursor(id: string, nodeId: string): CursorState {
  return {
    id,
    nodeId,
    visit: 1,
    state: 'waiting',
    wakeAt: null,
    waitsFor: 'resume',
    deadlineAt: null,
    ending: null,
    reason: null,
  };
}

export function endCursor(cursor: CursorState, ending: CursorState['ending'], reason: string | null): void {
  Object.assign(cursor, {
    state: 'ended',
    ending,
    reason,
    wakeAt: null,
    waitsFor: null,
    deadlineAt: null,
  } satisfies Partial<CursorState>);
}

/** Asks for the task of an acting cursor; the same (node, visit) always means the same task. */
export function requestTask(walk: Walk, cursor: CursorState): void {
  const node = nodeById(walk.graph, cursor.nodeId);
  if (!node || !isActionType(node.type)) {
    endCursor(cursor, 'failed', 'node_missing');
    return;
  }
  walk.commands.push({
    type: 'create_task',
    cursorId: cursor.id,
    nodeId: cursor.nodeId,
    visit: cursor.visit,
    kind: node.type,
    notBefore: walk.context.now,
  });
}

/** Leaves the cursor's node by `exit`: the cursor itself takes the first edge, new cursors the others. */
export function leaveBy(walk: Walk, cursor: CursorState, exit: ExitName): void {
  walk.passed.push({ nodeId: cursor.nodeId, exit });
  const targets = walk.graph.edges
    .filter((edge) => edge.source === cursor.nodeId && edge.exit === exit)
    .map((edge) => edge.target);
  const first = targets.shift();
  if (first === undefined) {
    endCursor(cursor, 'finished', null);
    return;
  }
  const branches = [Object.assign(cursor, newCursor(cursor.id, first))];
  for (const target of targets) {
    const branch = newCursor(walk.context.newCursorId(), target);
    walk.state.cursors.push(branch);
    branches.push(branch);
  }
  for (const branch of branches) arrive(walk, branch);
}

/**
 * Takes a cursor into the node it stands before. Terminates: every node is entered once per enrollment
 * (later arrivals merge), and the transitions are bounded besides.
 */
export function arrive(walk: Walk, cursor: CursorState): void {
  if (walk.paused) return;
  const { state } = walk;
  const node = nodeById(walk.graph, cursor.nodeId);
  if (!node) {
    endCursor(cursor, 'failed', 'node_missing');
    return;
  }
  if (state.visited.includes(node.id)) {
    endCursor(cursor, 'merged', null);
    return;
  }
  if (state.transitions >= limits.enrollmentTransitions || cursor.visit > limits.nodeVisits) {
    endCursor(cursor, 'failed', 'too_many_steps');
    return;
  }
  state.visited.push(node.id);
  state.transitions += 1;
  enter(walk, cursor, node);
}

function enter(walk: Walk, cursor: CursorState, node: GraphNode): void {
  const { now, facts } = walk.context;
  cursor.waitsFor = null;
  switch (node.type) {
    case 'segment':
    case 'sender_profile':
      leaveBy(walk, cursor, 'next');
      return;
    case 'visit':
    case 'connect':
    case 'message':
    case 'send_email':
      cursor.state = 'acting';
      requestTask(walk, cursor);
      return;
    case 'delay':
      cursor.waitsFor = 'time';
      cursor.wakeAt = now + node.config.durationMs;
      return;
    case 'wait_until':
      cursor.waitsFor = node.config.event;
      cursor.deadlineAt = now + node.config.timeoutMs;
      cursor.wakeAt = cursor.deadlineAt;
      recheck(walk, cursor);
      return;
    case 'condition':
      leaveBy(walk, cursor, evaluateCondition(node.config, facts) ? 'yes' : 'no');
      return;
    case 'end':
      walk.passed.push({ nodeId: node.id, exit: null });
      endCursor(cursor, 'finished', null);
      return;
  }
}

/** Looks again at a waiting cursor: has its time or its fact come? Otherwise it stays as it is. */
export function recheck(walk: Walk, cursor: CursorState): void {
  if (walk.paused || cursor.state !== 'waiting' || cursor.waitsFor === 'step') return;
  if (cursor.waitsFor === 'resume') {
    arrive(walk, cursor);
    return;
  }
  const node = nodeById(walk.graph, cursor.nodeId);
  if (node?.type === 'delay') {
    if (walk.context.now >= (cursor.wakeAt ?? 0)) leaveBy(walk, cursor, 'next');
  } else if (node?.type === 'wait_until') {
    recheckWait(walk, cursor, node);
  } else {
    endCursor(cursor, 'failed', 'node_missing');
  }
}

/** The timeout exit needs a successful read made after the deadline: until then the answer is not known. */
function recheckWait(walk: Walk, cursor: CursorState, node: NodeOf<'wait_until'>): void {
  const { now, facts } = walk.context;
  const waitsForAcceptance = node.config.event === 'accepted';
  const happened = waitsForAcceptance ? facts.relation === 'connected' : facts.replied;
  if (happened) {
    leaveBy(walk, cursor, 'happened');
    return;
  }
  if (waitsForAcceptance && facts.relation === 'invitation_withdrawn') {
    leaveBy(walk, cursor, 'timeout');
    return;
  }
  const deadline = must(cursor.deadlineAt ?? cursor.wakeAt, 'deadline of a wait');
  if (now < deadline) return;
  const readAt = waitsForAcceptance ? facts.acceptancesReadAt : facts.inboxReadAt;
  if (readAt !== null && readAt > deadline) {
    leaveBy(walk, cursor, 'timeout');
    return;
  }
  cursor.waitsFor = 'fresh_read';
  cursor.wakeAt = null;
}
