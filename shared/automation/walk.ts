import { must, unreachable } from '#shared/kernel/assert.ts';
import { limits } from '#shared/kernel/limits.ts';
import { evaluateCondition } from './conditions.ts';
import { type ExitName, type Graph, type GraphNode, isDataNode, isTaskNode, type NodeOf } from './graph.ts';
import { visitAfter, visitKey } from './paths.ts';
import { variantOf } from './split.ts';
import type { Advance, CursorState, EnrollmentState, Facts } from './state.ts';
import { answerOf } from './waits.ts';

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
  /** Branches are placed but not moved: the enrollment is paused, or came back and is not admitted yet. */
  paused: boolean;
}

/** A copy of the state to walk on; the one given is not changed. */
export function startWalk(state: EnrollmentState, graph: Graph, context: AdvanceContext): Walk {
  const copy: EnrollmentState = {
    ...state,
    cursors: state.cursors.map((cursor) => ({ ...cursor })),
    visited: [...state.visited],
  };
  return { state: copy, commands: [], passed: [], graph, context, paused: standsStill(state) };
}

/** Paused, or an ended one that came back (an undone cancel, a retry) and waits for its place. */
function standsStill({ status, cursors }: EnrollmentState): boolean {
  return status === 'paused' || (waysIn.has(status) && cursors.length > 0);
}

const waysIn: ReadonlySet<EnrollmentState['status']> = new Set([
  'waiting_enrichment',
  'active_limit',
  'coworkers_limit',
  'ready',
]);

/** The node with this id; undefined where the graph has none. */
export function nodeById(graph: Graph, id: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.id === id);
}

/** Branches that have not ended. */
export function liveCursors(state: EnrollmentState): CursorState[] {
  return state.cursors.filter((cursor) => cursor.state !== 'ended');
}

/** A cursor that stands before its node; `arrive` takes it in. */
export function newCursor(id: string, nodeId: string, visit = 1): CursorState {
  return {
    id,
    nodeId,
    visit,
    state: 'waiting',
    wakeAt: null,
    waitsFor: 'resume',
    deadlineAt: null,
    ending: null,
    reason: null,
  };
}

/** Ends a branch in place, with why. */
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
  if (!node || !isTaskNode(node)) {
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

/**
 * Leaves the cursor's node by `exit`: the cursor itself takes the first edge, new cursors the others. Loop edges go
 * before the others as long as they may be taken.
 */
export function leaveBy(walk: Walk, cursor: CursorState, exit: ExitName): void {
  const { nodeId, visit } = cursor;
  walk.passed.push({ nodeId, exit });
  const edges = walk.graph.edges.filter((edge) => edge.source === nodeId && edge.exit === exit);
  const back = edges.filter((edge) => edge.loop && visit < edge.loop.maxVisits);
  const [first, ...others] = back.length > 0 ? back : edges.filter((edge) => !edge.loop);
  if (first === undefined) {
    endCursor(cursor, 'finished', null);
    return;
  }
  const branches = [
    Object.assign(cursor, newCursor(cursor.id, first.target, visitAfter(walk.graph, first, visit))),
  ];
  for (const edge of others) {
    const id = walk.context.newCursorId();
    branches.push(newCursor(id, edge.target, visitAfter(walk.graph, edge, visit)));
  }
  walk.state.cursors.push(...branches.slice(1));
  for (const branch of branches) arrive(walk, branch);
}

/**
 * Takes a cursor into the node it stands before. Terminates: every visit of a node is entered once per enrollment
 * (later arrivals merge), visits are bounded, and so are the transitions.
 */
export function arrive(walk: Walk, cursor: CursorState): void {
  if (walk.paused) return;
  const { state } = walk;
  const node = nodeById(walk.graph, cursor.nodeId);
  if (!node) {
    endCursor(cursor, 'failed', 'node_missing');
    return;
  }
  const key = visitKey(node.id, cursor.visit);
  if (state.visited.includes(key)) {
    endCursor(cursor, 'merged', null);
    return;
  }
  if (state.transitions >= limits.enrollmentTransitions || cursor.visit > limits.nodeVisits) {
    endCursor(cursor, 'failed', 'too_many_steps');
    return;
  }
  if (node.type === 'join' && node.config.mode === 'all') {
    // Entered when it opens (join.ts): until then others arrive beside it.
    cursor.waitsFor = 'join';
    return;
  }
  state.visited.push(key);
  state.transitions += 1;
  enter(walk, cursor, node);
}

/** Takes up the step that a branch stands on and did not finish: its task is asked for again, any other tried anew. */
export function takeUp(walk: Walk, cursor: CursorState): void {
  const node = nodeById(walk.graph, cursor.nodeId);
  if (!node || isTaskNode(node)) requestTask(walk, cursor);
  else enter(walk, Object.assign(cursor, { state: 'waiting' as const }), node);
}

function enter(walk: Walk, cursor: CursorState, node: GraphNode): void {
  const { now, facts } = walk.context;
  cursor.waitsFor = null;
  if (isTaskNode(node)) {
    cursor.state = 'acting';
    requestTask(walk, cursor);
    return;
  }
  if (isDataNode(node)) {
    cursor.waitsFor = 'data';
    cursor.wakeAt = now;
    walk.commands.push({ type: 'apply', cursorId: cursor.id, node, visit: cursor.visit });
    return;
  }
  switch (node.type) {
    case 'segment':
    case 'sender_profile':
    case 'join':
      leaveBy(walk, cursor, 'next');
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
    case 'split':
      takeVariant(walk, cursor, node);
      return;
    case 'end':
      walk.passed.push({ nodeId: node.id, exit: null });
      endCursor(cursor, 'finished', null);
      return;
    default:
      unreachable(node);
  }
}

function takeVariant(walk: Walk, cursor: CursorState, node: NodeOf<'split'>): void {
  const variant = variantOf(node, walk.context.facts.contactId);
  if (variant === null) endCursor(cursor, 'failed', 'no_variant');
  else leaveBy(walk, cursor, variant);
}

/** Looks again at a waiting cursor: has its time or its fact come? Otherwise it stays as it is. */
export function recheck(walk: Walk, cursor: CursorState): void {
  if (walk.paused || cursor.state !== 'waiting') return;
  const node = nodeById(walk.graph, cursor.nodeId);
  if (cursor.waitsFor === 'resume') {
    arrive(walk, cursor);
  } else if (cursor.waitsFor === 'join' || cursor.waitsFor === 'step') {
    // Something else brings these on: the other branches (join.ts), the result of a removed step.
  } else if (cursor.waitsFor === 'data') {
    leaveBy(walk, cursor, 'next');
  } else if (node?.type === 'delay') {
    if (walk.context.now >= (cursor.wakeAt ?? 0)) leaveBy(walk, cursor, 'next');
  } else if (node?.type === 'wait_until') {
    recheckWait(walk, cursor, node);
  } else {
    endCursor(cursor, 'failed', 'node_missing');
  }
}

function recheckWait(walk: Walk, cursor: CursorState, node: NodeOf<'wait_until'>): void {
  const deadline = must(cursor.deadlineAt ?? cursor.wakeAt, 'deadline of a wait');
  const answer = answerOf(node.config.event, deadline, walk.context.facts, walk.context.now);
  if (answer === 'happened' || answer === 'timeout') leaveBy(walk, cursor, answer);
  else if (answer === 'fresh_read') Object.assign(cursor, { waitsFor: answer, wakeAt: null });
}
