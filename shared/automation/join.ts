import { limits } from '#shared/kernel/limits.ts';
import { reachesAhead, visitKey } from './paths.ts';
import type { CursorState } from './state.ts';
import { endCursor, leaveBy, liveCursors, type Walk } from './walk.ts';

/**
 * Join "all". Every branch that arrives waits there. It opens as soon as no other live branch of the enrollment can
 * still reach it without going round a loop; then the first that waits goes on and the others end as merged. Branches
 * that ended, failed, or merged elsewhere are not live, so nothing is waited for that cannot come. (Join "first" is a
 * step like any other: the first arrival runs it, later ones merge.)
 *
 * In a valid graph the Join that no other leads to always opens. Where Joins wait for each other all the same, and
 * nothing else is under way, the first one opens: nobody is ever stranded.
 */
export function openJoins(walk: Walk): void {
  for (let next = nextToOpen(walk); next; next = nextToOpen(walk)) open(walk, next);
}

function nextToOpen(walk: Walk): CursorState | undefined {
  const live = liveCursors(walk.state);
  const waiting = live.filter(({ waitsFor }) => waitsFor === 'join');
  const free = waiting.find((joined) => !live.some((other) => isAwaited(walk, joined, other)));
  return free ?? (waiting.length === live.length ? waiting[0] : undefined);
}

function isAwaited(walk: Walk, joined: CursorState, other: CursorState): boolean {
  const standsBefore = other.waitsFor === 'resume' || other.waitsFor === 'step';
  if (standsBefore && other.nodeId === joined.nodeId) return true;
  return other.nodeId !== joined.nodeId && reachesAhead(walk.graph, other.nodeId, joined.nodeId);
}

function open(walk: Walk, first: CursorState): void {
  const { state } = walk;
  const here = liveCursors(state).filter(
    ({ waitsFor, nodeId, visit }) => waitsFor === 'join' && nodeId === first.nodeId && visit === first.visit,
  );
  for (const cursor of here) if (cursor !== first) endCursor(cursor, 'merged', null);
  if (state.transitions >= limits.enrollmentTransitions) {
    endCursor(first, 'failed', 'too_many_steps');
    return;
  }
  state.visited.push(visitKey(first.nodeId, first.visit));
  state.transitions += 1;
  leaveBy(walk, first, 'next');
}
