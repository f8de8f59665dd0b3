import type { Graph, GraphProblem } from './graph.ts';

/** Everything that stops this graph from starting, all at once; empty: it may start. */
export function validateGraph(_graph: Graph): GraphProblem[] {
  return [];
}
