import { z } from 'zod';
import type { Graph, GraphNode } from './graph.ts';

const nodeId = z.string().min(1).max(64);

/** What a new version of a graph means for those who stand in the old one (product §4.1, "safe edit"). */

/** Where contacts of removed steps go, and whose waits are counted anew. */
export const movePlan = z.object({
  /** Removed step → the step of the new graph that its contacts are placed before; null: they end as Failed. */
  targets: z.record(nodeId, nodeId.nullable()),
  /** Changed waits whose new length counts from the moment the wait began; all others keep what was promised. */
  recompute: z.array(nodeId).max(1000),
});
export type MovePlan = z.infer<typeof movePlan>;

export type StepChange =
  /** Not in the new graph, or there with another type. */
  | 'removed'
  /** Other settings. */
  | 'changed'
  /** The same settings, but other steps follow. */
  | 'rerouted';

export interface ChangedStep {
  /** As it was. */
  node: GraphNode;
  change: StepChange;
  /** The nearest step after it that the new graph still has. */
  suggested: string | null;
  /** A wait with another length: `recompute` applies. */
  waitChanged: boolean;
}

/** Every step of the old graph that is gone or not as it was, in the old order; place and name do not count. */
export function changedSteps(from: Graph, to: Graph): ChangedStep[] {
  return from.nodes.flatMap((node) => {
    const after = counterpart(to, node);
    const change = changeOf(from, to, node, after);
    if (change === null) return [];
    const waitChanged = after !== undefined && lengthOf(after) !== lengthOf(node);
    return [{ node, change, suggested: nearestSurvivor(from, to, node.id), waitChanged }];
  });
}

/** The same step in the other graph: the same id and the same type. */
export function counterpart(graph: Graph, node: GraphNode): GraphNode | undefined {
  return graph.nodes.find(({ id, type }) => id === node.id && type === node.type);
}

/** How long this wait or delay lasts; null: it is none. */
export function lengthOf(node: GraphNode): number | null {
  if ('durationMs' in node.config) return node.config.durationMs;
  return 'timeoutMs' in node.config ? node.config.timeoutMs : null;
}

/** Waits of both graphs that wait for something else in the second one. */
export function changedEvents(from: Graph, to: Graph): Set<string> {
  const changed = from.nodes.filter((node) => {
    const after = counterpart(to, node);
    return (
      node.type === 'wait_until' && after?.type === node.type && after.config.event !== node.config.event
    );
  });
  return new Set(changed.map(({ id }) => id));
}

/** Steps that a contact can be placed before: all but the way in. */
export function landings(graph: Graph): GraphNode[] {
  return graph.nodes.filter(({ type }) => type !== 'segment' && type !== 'sender_profile');
}

/** The plan with the suggestion for every removed step that nobody chose for: latecomers are never stranded. */
export function completePlan(from: Graph, to: Graph, chosen: MovePlan): MovePlan {
  const removed = changedSteps(from, to).filter(({ change }) => change === 'removed');
  const targets = removed.map(({ node, suggested }) => [
    node.id,
    node.id in chosen.targets ? (chosen.targets[node.id] ?? null) : suggested,
  ]);
  return { ...chosen, targets: Object.fromEntries(targets) };
}

/** This step and everything that can come after it. */
export function reachableFrom(graph: Graph, nodeId: string): Set<string> {
  const reached = new Set([nodeId]);
  // A Set hands out what is added while it is walked.
  for (const id of reached) for (const edge of graph.edges) if (edge.source === id) reached.add(edge.target);
  return reached;
}

/** Breadth first along the old edges: the first step that the new graph still has. */
function nearestSurvivor(from: Graph, to: Graph, nodeId: string): string | null {
  const possible = new Set(landings(to).map(({ id }) => id));
  for (const id of reachableFrom(from, nodeId)) {
    const node = id === nodeId ? undefined : from.nodes.find((each) => each.id === id);
    if (node && possible.has(id) && counterpart(to, node)) return id;
  }
  return null;
}

function changeOf(from: Graph, to: Graph, node: GraphNode, after: GraphNode | undefined): StepChange | null {
  if (!after) return 'removed';
  if (JSON.stringify(after.config) !== JSON.stringify(node.config)) return 'changed';
  return exitsFrom(from, node.id) === exitsFrom(to, node.id) ? null : 'rerouted';
}

function exitsFrom(graph: Graph, nodeId: string): string {
  const exits = graph.edges.filter(({ source }) => source === nodeId);
  return exits
    .map((edge) => JSON.stringify({ ...edge, id: null }))
    .sort()
    .join();
}
