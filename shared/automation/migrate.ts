import type { Graph } from './graph.ts';
import { nodeOfVisit, reaches, visitKey } from './paths.ts';
import { isFinal, settle } from './reducer.ts';
import type { Advance, CursorState, EnrollmentState } from './state.ts';
import { changedEvents, counterpart, lengthOf, type MovePlan, reachableFrom } from './versionDiff.ts';
import {
  type AdvanceContext,
  arrive,
  endCursor,
  liveCursors,
  newCursor,
  recheck,
  requestTask,
  startWalk,
  type Walk,
} from './walk.ts';

export interface Move {
  from: Graph;
  to: Graph;
  plan: MovePlan;
  /** Branches whose step is committing or unknown: it may have happened, its result is awaited. */
  uncertain: ReadonlySet<string>;
}

/** How an enrollment stood before a move, kept for as long as the move can be undone. */
export interface Origin {
  before: Pick<EnrollmentState, 'status' | 'reason' | 'cursors' | 'visited'>;
  /** Where the move put it: who still stands there has done nothing since. */
  after: string;
}

/**
 * Moves one enrollment to another version. Pure and total.
 *
 * - A branch on a step that the new graph has stays on it; its wait keeps the time that was promised unless the plan
 *   recomputes it, and looks at once for what it waits for now.
 * - A branch on a removed step is placed before its target, or ends as Failed (`node_deleted`). Its task is taken back
 *   where it cannot have happened; where it may have, the branch waits for the result (`waitsFor: 'step'`).
 * - What lies behind the target counts as not reached, except where another branch stands: there the two merge.
 *   So a branch that is moved back goes on to the end, and a step whose task was done is passed at once: a task
 *   exists once per step, and its result counts again (engine/flow/interpret.ts).
 */
export function moveEnrollment(state: EnrollmentState, move: Move, context: AdvanceContext): Advance {
  const walk = startWalk(state, move.to, context);
  if (isFinal(state.status)) return unchanged(state);
  const leaving: CursorState[] = [];
  const renewed: CursorState[] = [];
  const events = changedEvents(move.from, move.to);
  let touched = false;
  for (const cursor of liveCursors(walk.state)) {
    if (isRemoved(cursor, move)) {
      leaving.push(cursor);
      continue;
    }
    touched = recompute(cursor, move) || touched;
    if (events.has(cursor.nodeId) && awaitAnew(cursor, move)) renewed.push(cursor);
  }
  if (leaving.length === 0 && renewed.length === 0 && !touched) return unchanged(state);
  for (const cursor of leaving) leave(walk, cursor, move.plan.targets[cursor.nodeId] ?? null, move.uncertain);
  enterAll(walk, leaving);
  for (const cursor of renewed) recheck(walk, cursor);
  settle(walk);
  return { state: walk.state, commands: walk.commands, passed: walk.passed };
}

/**
 * Takes a move back: who still stands where it put them returns to the exact step and the exact wait of before, also
 * where the move ended them. Who has gone on since stays; `moveEnrollment` brings them to the restored version.
 */
export function restoreEnrollment(
  state: EnrollmentState,
  origin: Origin,
  move: Move,
  context: AdvanceContext,
): Advance {
  if (standing(state) !== origin.after) return moveEnrollment(state, move, context);
  const ended = isFinal(state.status);
  const { status, reason } = ended ? origin.before : state;
  const walk = startWalk({ ...state, status, reason, visited: [...origin.before.visited] }, move.to, context);
  const returning: CursorState[] = [];
  const waits: CursorState[] = [];
  for (const cursor of walk.state.cursors) {
    const before = origin.before.cursors.find(({ id }) => id === cursor.id);
    if (before && isSamePlace(before, cursor)) continue;
    const awaited = move.uncertain.has(cursor.id) && cursor.state === 'acting';
    if (cursor.state === 'acting' && !awaited) takeBack(walk, cursor);
    if (!before) {
      endCursor(cursor, 'merged', null);
    } else if (awaited) {
      place(walk, cursor, before.nodeId, 'step');
      returning.push(cursor);
    } else {
      Object.assign(cursor, before);
      // The hold that kept it back may be gone since.
      if (cursor.waitsFor === 'data') cursor.wakeAt = context.now;
      // What it waits for may have come while it waited for something else.
      if (cursor.deadlineAt !== null) waits.push(cursor);
      if (cursor.state === 'acting' && !walk.paused) requestTask(walk, cursor);
      if (cursor.waitsFor === 'step' && !move.uncertain.has(cursor.id)) {
        // Its result came while the branch counted as ended.
        cursor.waitsFor = 'resume';
        returning.push(cursor);
      }
    }
  }
  enterAll(walk, returning);
  for (const cursor of waits) recheck(walk, cursor);
  settle(walk);
  return { state: walk.state, commands: walk.commands, passed: walk.passed };
}

/** A person puts the contact before another step of the same graph: every branch goes there, where they merge. */
export function moveToNode(
  state: EnrollmentState,
  nodeId: string,
  graph: Graph,
  uncertain: ReadonlySet<string>,
  context: AdvanceContext,
): Advance {
  const moving = startWalk(state, graph, context);
  const live = liveCursors(moving.state);
  if (isFinal(state.status) || live.length === 0) return unchanged(state);
  for (const cursor of live) leave(moving, cursor, nodeId, uncertain);
  enterAll(moving, live);
  settle(moving);
  return moving;
}

/** Where all branches stand, in a form to compare. */
export function standing({ cursors }: Pick<EnrollmentState, 'cursors'>): string {
  return cursors
    .map(({ id, nodeId, visit, state, waitsFor }) => [id, nodeId, visit, state, waitsFor].join('/'))
    .sort()
    .join();
}

function unchanged(state: EnrollmentState): Advance {
  return { state, commands: [], passed: [] };
}

function isRemoved(cursor: CursorState, { from, to }: Move): boolean {
  const node = from.nodes.find(({ id }) => id === cursor.nodeId);
  return node ? !counterpart(to, node) : !to.nodes.some(({ id }) => id === cursor.nodeId);
}

function isSamePlace(a: CursorState, b: CursorState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Counts the new length of a wait from its beginning. True: something changed. */
function recompute(cursor: CursorState, { from, to, plan }: Move): boolean {
  if (cursor.state !== 'waiting' || !plan.recompute.includes(cursor.nodeId)) return false;
  const [old, next] = [from, to].map(({ nodes }) => nodes.find(({ id }) => id === cursor.nodeId));
  const [oldLength, nextLength] = [old && lengthOf(old), next && lengthOf(next)];
  const promised = cursor.deadlineAt ?? cursor.wakeAt;
  if (oldLength == null || nextLength == null || promised === null) return false;
  const at = promised - oldLength + nextLength;
  if (at === promised) return false;
  cursor.wakeAt = at;
  if (cursor.deadlineAt !== null) cursor.deadlineAt = at;
  if (cursor.waitsFor === 'fresh_read' && next?.type === 'wait_until') cursor.waitsFor = next.config.event;
  return true;
}

/** The wait is for what the new graph says. False: the branch does not wait there yet. */
function awaitAnew(cursor: CursorState, { to }: Move): boolean {
  const node = to.nodes.find(({ id }) => id === cursor.nodeId);
  if (cursor.deadlineAt === null || node?.type !== 'wait_until') return false;
  Object.assign(cursor, { waitsFor: node.config.event, wakeAt: cursor.deadlineAt });
  return true;
}

function leave(walk: Walk, cursor: CursorState, target: string | null, uncertain: ReadonlySet<string>): void {
  const awaited = uncertain.has(cursor.id) || cursor.waitsFor === 'step';
  if (cursor.state === 'acting' && !awaited) takeBack(walk, cursor);
  if (target === null) endCursor(cursor, 'failed', 'node_deleted');
  else place(walk, cursor, target, awaited ? 'step' : 'resume');
}

function takeBack(walk: Walk, cursor: CursorState): void {
  walk.commands.push({ type: 'cancel_task', cursorId: cursor.id, reason: 'node_deleted' });
}

/** Before the node, in the round of the loop that the branch was in. */
function place(walk: Walk, cursor: CursorState, nodeId: string, waitsFor: 'resume' | 'step'): void {
  const visit = isOnLoop(walk.graph, nodeId) ? cursor.visit : 1;
  Object.assign(cursor, newCursor(cursor.id, nodeId, visit), { waitsFor });
}

/** Takes the moved branches in; each at a step that counts as not reached. */
function enterAll(walk: Walk, moved: readonly CursorState[]): void {
  const live = moved.filter(({ state }) => state !== 'ended');
  const others = liveCursors(walk.state).filter((cursor) => !live.includes(cursor) && hasArrived(cursor));
  const taken = new Set(others.map(({ nodeId, visit }) => visitKey(nodeId, visit)));
  const isOpen = (key: string) => !taken.has(key) && live.some((cursor) => isAhead(walk.graph, cursor, key));
  walk.state.visited = walk.state.visited.filter((key) => !isOpen(key));
  for (const cursor of live) if (cursor.waitsFor === 'resume') arrive(walk, cursor);
}

function hasArrived({ waitsFor }: CursorState): boolean {
  return waitsFor !== 'resume' && waitsFor !== 'step';
}

/** Whether this visit of a node lies before the branch: what it did in earlier rounds of a loop stays done. */
function isAhead(graph: Graph, cursor: CursorState, key: string): boolean {
  const nodeId = nodeOfVisit(key);
  if (!reachableFrom(graph, cursor.nodeId).has(nodeId)) return false;
  return !isOnLoop(graph, nodeId) || visitOf(key) >= cursor.visit;
}

function isOnLoop(graph: Graph, nodeId: string): boolean {
  return reaches(graph, nodeId, nodeId);
}

function visitOf(key: string): number {
  return Number(key.split('#')[1] ?? 1);
}
