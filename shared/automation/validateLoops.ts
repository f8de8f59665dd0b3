import type { Graph, GraphEdge, GraphProblem } from './graph.ts';
import { reaches, reachesAhead } from './paths.ts';

/** A way back must be declared, really lead back, and take time. */
export function loopProblems(graph: Graph): GraphProblem[] {
  return [...undeclared(graph), ...graph.edges.flatMap((edge) => declared(graph, edge))];
}

function undeclared(graph: Graph): GraphProblem[] {
  return graph.nodes
    .filter(({ id }) => reachesAhead(graph, id, id))
    .map(({ id }) =>
      problem('loop', id, 'This step leads back to itself. Declare the edge back as a loop, or remove it.'),
    );
}

function declared(graph: Graph, edge: GraphEdge): GraphProblem[] {
  if (!edge.loop) return [];
  const { source, target } = edge;
  if (source !== target && !reachesAhead(graph, target, source)) {
    const message = 'This edge is declared as a loop but does not lead back. Remove the declaration.';
    return [problem('not_a_loop', source, message)];
  }
  if (isAlwaysSlow(graph, edge)) return [];
  return [
    problem('loop_without_wait', source, 'This loop would run without a pause. Put a Delay or Wait in.'),
  ];
}

/** Whether every way round passes a Delay or a Wait until. */
function isAlwaysSlow(graph: Graph, { source, target }: GraphEdge): boolean {
  const fast = new Set(
    graph.nodes.filter(({ type }) => type !== 'delay' && type !== 'wait_until').map(({ id }) => id),
  );
  if (!fast.has(source) || !fast.has(target)) return true;
  if (source === target) return false;
  const edges = graph.edges.filter((edge) => fast.has(edge.source) && fast.has(edge.target));
  return !reaches({ ...graph, edges }, target, source);
}

function problem(code: GraphProblem['code'], nodeId: string, message: string): GraphProblem {
  return { code, nodeId, field: null, message };
}
