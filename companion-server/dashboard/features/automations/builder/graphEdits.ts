import type { ExitName, Graph, GraphNode, NodeType } from '#shared/automation/graph.ts';
import { exitsOf } from '#shared/automation/graph.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { catalogue } from './catalogue.ts';

/** Changes of a graph: each takes one and gives a new one. */

function freshNode(type: NodeType, id: string, position: GraphNode['position']): GraphNode {
  return { id, type, label: '', position, config: catalogue[type].fresh() } as GraphNode;
}

const STEP_DOWN = 140;

export interface Exit {
  nodeId: string;
  exit: ExitName;
}

/** A new step, joined to the given exit when there is one. */
export function addStep(
  graph: Graph,
  type: NodeType,
  after: Exit | null,
  newId: NewId,
): { graph: Graph; id: string } {
  const before = graph.nodes.find(({ id }) => id === after?.nodeId);
  const lowest = Math.max(0, ...graph.nodes.map(({ position }) => position.y + STEP_DOWN));
  const position = before
    ? { x: before.position.x, y: before.position.y + STEP_DOWN }
    : { x: 0, y: graph.nodes.length === 0 ? 0 : lowest };
  const node = freshNode(type, newId(), position);
  const added = { ...graph, nodes: [...graph.nodes, node] };
  return { graph: after ? join(added, after, node.id, newId) : added, id: node.id };
}

/** An edge from an exit to a step; nothing when it exists or would lead to itself. */
export function join(graph: Graph, { nodeId, exit }: Exit, target: string, newId: NewId): Graph {
  const exists = graph.edges.some(
    (edge) => edge.source === nodeId && edge.exit === exit && edge.target === target,
  );
  if (exists || nodeId === target) return graph;
  return { ...graph, edges: [...graph.edges, { id: newId(), source: nodeId, exit, target }] };
}

/** Makes the exit lead to exactly these steps. Several start parallel branches. */
export function setTargets(graph: Graph, from: Exit, targets: readonly string[], newId: NewId): Graph {
  const kept = graph.edges.filter(
    (edge) => edge.source !== from.nodeId || edge.exit !== from.exit || targets.includes(edge.target),
  );
  return targets.reduce((result, target) => join(result, from, target, newId), { ...graph, edges: kept });
}

export function targetsOf(graph: Graph, { nodeId, exit }: Exit): string[] {
  return graph.edges
    .filter((edge) => edge.source === nodeId && edge.exit === exit)
    .map(({ target }) => target);
}

export function removeStep(graph: Graph, id: string): Graph {
  return {
    nodes: graph.nodes.filter((node) => node.id !== id),
    edges: graph.edges.filter((edge) => edge.source !== id && edge.target !== id),
  };
}

export function removeEdges(graph: Graph, ids: ReadonlySet<string>): Graph {
  return { ...graph, edges: graph.edges.filter(({ id }) => !ids.has(id)) };
}

export function replaceStep(graph: Graph, changed: GraphNode): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === changed.id ? changed : node)) };
}

export function moveSteps(graph: Graph, positions: ReadonlyMap<string, GraphNode['position']>): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const position = positions.get(node.id);
      return position ? { ...node, position } : node;
    }),
  };
}

/** The first exit of a step that leads nowhere yet, or null. */
export function freeExit(graph: Graph, nodeId: string | null): Exit | null {
  const node = graph.nodes.find(({ id }) => id === nodeId);
  if (!node) return null;
  const exit = exitsOf(node).find((one) => targetsOf(graph, { nodeId: node.id, exit: one }).length === 0);
  return exit ? { nodeId: node.id, exit } : null;
}

/** Steps in reading order: from the starts along the edges, unreachable ones last. */
export function readingOrder(graph: Graph): GraphNode[] {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const order = new Set<GraphNode>();
  const walk = (id: string) => {
    const node = byId.get(id);
    if (!node || order.has(node)) return;
    order.add(node);
    for (const exit of exitsOf(node))
      for (const target of targetsOf(graph, { nodeId: id, exit })) walk(target);
  };
  for (const node of graph.nodes) if (node.type === 'segment') walk(node.id);
  for (const node of graph.nodes) order.add(node);
  return [...order];
}
