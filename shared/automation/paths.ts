import type { Graph, GraphEdge } from './graph.ts';
import type { EnrollmentState } from './state.ts';

/** Which way leads where, and which visit of a node that is. */

/** Whether at least one edge leads from one node to the other, over any number of edges. */
export function reaches(graph: Graph, from: string, to: string): boolean {
  return isReached(graph.edges, from, to);
}

/** The same without going round a loop. */
export function reachesAhead(graph: Graph, from: string, to: string): boolean {
  return isReached(
    graph.edges.filter((edge) => !edge.loop),
    from,
    to,
  );
}

function isReached(edges: readonly GraphEdge[], from: string, to: string): boolean {
  const reached = new Set([from]);
  // A Set hands out what is added while it is walked.
  for (const id of reached) {
    for (const edge of edges) {
      if (edge.source !== id) continue;
      if (edge.target === to) return true;
      reached.add(edge.target);
    }
  }
  return false;
}

/**
 * The visit at which an edge arrives. A loop edge begins the next one; within the loop it stays; a node that does
 * not lie on the same loop knows nothing of its rounds, so that nothing behind a loop is done once per round.
 */
export function visitAfter(graph: Graph, edge: GraphEdge, visit: number): number {
  if (edge.loop) return visit + 1;
  return visit > 1 && reaches(graph, edge.target, edge.source) ? visit : 1;
}

/** How `visited` names one visit of a node. */
export function visitKey(nodeId: string, visit: number): string {
  return visit === 1 ? nodeId : `${nodeId}#${visit}`;
}

/** The node of a visit in `visited`. */
export function nodeOfVisit(key: string): string {
  return key.split('#', 1)[0] ?? key;
}

/** Whether any branch has entered the node. */
export function wasEntered(state: Pick<EnrollmentState, 'visited'>, nodeId: string): boolean {
  return state.visited.some((key) => nodeOfVisit(key) === nodeId);
}
