import { Graph as DagreGraph, layout } from '@dagrejs/dagre';
import { type ExitName, exitsOf, type Graph, type GraphNode } from '#shared/automation/graph.ts';
import { moveSteps, readingOrder, targetsOf } from './graphEdits.ts';

export const STEP_WIDTH = 248;
export const STEP_HEIGHT = 96;
const LANE = 72;

/** Puts the steps in ranks from top to bottom without overlaps. */
export function tidy(graph: Graph): Graph {
  const dagre = new DagreGraph({ multigraph: true });
  dagre.setGraph({ rankdir: 'TB', nodesep: 48, ranksep: 48 });
  dagre.setDefaultEdgeLabel(() => ({}));
  // In reading order, so that exits keep their order from left to right.
  for (const { id } of readingOrder(graph)) dagre.setNode(id, { width: STEP_WIDTH, height: STEP_HEIGHT });
  for (const { id, source, target, loop } of graph.edges) {
    // A loop leads up: for the ranks it counts the other way round.
    const [above, below] = loop ? [target, source] : [source, target];
    // An edge past several ranks gets a lane of its own beside their steps.
    dagre.setEdge(above, below, { width: LANE, height: 0, labelpos: 'c' }, id);
  }
  layout(dagre);
  const positions = new Map(
    graph.nodes.map(({ id }) => {
      const { x = 0, y = 0 } = dagre.node(id);
      return [id, { x: Math.round(x - STEP_WIDTH / 2), y: Math.round(y - STEP_HEIGHT / 2) }];
    }),
  );
  return moveSteps(graph, positions);
}

/** The exits of each step from left to right as their targets stand, so that edges do not cross. */
export function exitOrder(graph: Graph, node: GraphNode): ExitName[] {
  const middle = (exit: ExitName) => {
    const targets = targetsOf(graph, { nodeId: node.id, exit });
    const places = graph.nodes.filter(({ id }) => targets.includes(id)).map(({ position }) => position.x);
    return places.length === 0 ? node.position.x : places.reduce((sum, x) => sum + x, 0) / places.length;
  };
  return [...exitsOf(node)].sort((one, other) => middle(one) - middle(other));
}

/** How tall the steps stand together, in px at full size. */
export function heightOf(graph: Graph): number {
  const tops = graph.nodes.map(({ position }) => position.y);
  return tops.length === 0 ? 0 : Math.max(...tops) - Math.min(...tops) + STEP_HEIGHT;
}
