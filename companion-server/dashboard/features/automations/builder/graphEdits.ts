import {
  type ExitName,
  exitsOf,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type NodeType,
} from '#shared/automation/graph.ts';
import { reachesAhead } from '#shared/automation/paths.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { catalogue } from './catalogue.ts';

/** Changes of a graph: each takes one and gives a new one. */

function freshNode(type: NodeType, id: string, position: GraphNode['position']): GraphNode {
  return { id, type, label: '', position, config: catalogue[type].fresh() } as GraphNode;
}

const STEP_DOWN = 140;
const STEP_ASIDE = 280;

export interface Exit {
  nodeId: string;
  exit: ExitName;
}

/** A new step, joined to the given exit when there is one. Beside what follows there already: a parallel branch. */
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

/** A new step between an exit and what follows it. One without exits of its own is only added beside. */
export function insertStep(
  graph: Graph,
  type: NodeType,
  at: Exit,
  newId: NewId,
): { graph: Graph; id: string } {
  const added = addStep(graph, type, null, newId);
  const node = added.graph.nodes.find(({ id }) => id === added.id);
  const exit = node && exitsOf(node)[0];
  if (!exit) return addStep(graph, type, at, newId);
  const edges = added.graph.edges.map((edge) =>
    leaves(edge, at) && !edge.loop ? { ...edge, source: added.id, exit } : edge,
  );
  return { graph: join({ ...added.graph, edges }, at, added.id, newId), id: added.id };
}

/** A second step with the same settings, beside the first and joined to nothing. */
export function duplicateStep(graph: Graph, id: string, newId: NewId): { graph: Graph; id: string } | null {
  const node = graph.nodes.find((one) => one.id === id);
  if (!node) return null;
  const { x, y } = node.position;
  const copy = { ...node, id: newId(), position: { x: x + STEP_ASIDE, y } };
  return { graph: { ...graph, nodes: [...graph.nodes, copy] }, id: copy.id };
}

/** An edge from an exit to a step; nothing when it exists or would lead to itself. */
export function join(graph: Graph, { nodeId, exit }: Exit, target: string, newId: NewId): Graph {
  const exists = graph.edges.some((edge) => leaves(edge, { nodeId, exit }) && edge.target === target);
  if (exists || nodeId === target) return graph;
  return { ...graph, edges: [...graph.edges, { id: newId(), source: nodeId, exit, target }] };
}

/** Makes the exit lead to exactly these steps. Several start parallel branches. */
export function setTargets(graph: Graph, from: Exit, targets: readonly string[], newId: NewId): Graph {
  const kept = graph.edges.filter((edge) => !leaves(edge, from) || targets.includes(edge.target));
  return targets.reduce((result, target) => join(result, from, target, newId), { ...graph, edges: kept });
}

/** The steps that this exit leads to. */
export function targetsOf(graph: Graph, from: Exit): string[] {
  return graph.edges.filter((edge) => leaves(edge, from)).map(({ target }) => target);
}

function leaves(edge: GraphEdge, { nodeId, exit }: Exit): boolean {
  return edge.source === nodeId && edge.exit === exit;
}

/** The edges of an exit that are declared as loops, or lead back to an earlier step and would have to be. */
export function waysBack(graph: Graph, from: Exit): GraphEdge[] {
  const places = new Map(readingOrder(graph).map(({ id }, index) => [id, index]));
  const place = (id: string) => places.get(id) ?? 0;
  return graph.edges.filter(
    (edge) =>
      leaves(edge, from) &&
      (edge.loop !== undefined ||
        (place(edge.target) < place(edge.source) && reachesAhead(graph, edge.target, edge.source))),
  );
}

/** Declares that an edge leads back, with the most visits of its loop; null takes the declaration back. */
export function setLoop(graph: Graph, edgeId: string, maxVisits: number | null): Graph {
  return {
    ...graph,
    edges: graph.edges.map(({ loop, ...edge }) => {
      if (edge.id !== edgeId) return loop ? { ...edge, loop } : edge;
      return maxVisits === null ? edge : { ...edge, loop: { maxVisits } };
    }),
  };
}

/** Without this step and without every edge that touches it. */
export function removeStep(graph: Graph, id: string): Graph {
  return {
    nodes: graph.nodes.filter((node) => node.id !== id),
    edges: graph.edges.filter((edge) => edge.source !== id && edge.target !== id),
  };
}

/** Without these edges; their steps stay. */
export function removeEdges(graph: Graph, ids: ReadonlySet<string>): Graph {
  return { ...graph, edges: graph.edges.filter(({ id }) => !ids.has(id)) };
}

/** The step with other settings. Edges of an exit that it has no more, like a removed variant's, go too. */
export function replaceStep(graph: Graph, changed: GraphNode): Graph {
  const exits = exitsOf(changed);
  return {
    nodes: graph.nodes.map((node) => (node.id === changed.id ? changed : node)),
    edges: graph.edges.filter(({ source, exit }) => source !== changed.id || exits.includes(exit)),
  };
}

/** Steps at new places on the canvas; those not named stay where they are. */
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
