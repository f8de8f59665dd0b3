import { Graph as DagreGraph, layout } from '@dagrejs/dagre';
import type { Graph } from '#shared/automation/graph.ts';
import { moveSteps, readingOrder } from './graphEdits.ts';

export const STEP_WIDTH = 248;
export const STEP_HEIGHT = 96;

/** Puts the steps in ranks from top to bottom without overlaps. */
export function tidy(graph: Graph): Graph {
  const dagre = new DagreGraph({ multigraph: true });
  dagre.setGraph({ rankdir: 'TB', nodesep: 48, ranksep: 48 });
  dagre.setDefaultEdgeLabel(() => ({}));
  // In reading order, so that exits keep their order from left to right.
  for (const { id } of readingOrder(graph)) dagre.setNode(id, { width: STEP_WIDTH, height: STEP_HEIGHT });
  for (const { id, source, target } of graph.edges) dagre.setEdge(source, target, {}, id);
  layout(dagre);
  const positions = new Map(
    graph.nodes.map(({ id }) => {
      const { x = 0, y = 0 } = dagre.node(id);
      return [id, { x: Math.round(x - STEP_WIDTH / 2), y: Math.round(y - STEP_HEIGHT / 2) }];
    }),
  );
  return moveSteps(graph, positions);
}
