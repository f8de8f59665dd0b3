import {
  type ActionKind,
  actionChannel,
  type Graph,
  type GraphNode,
  isActionType,
} from '#shared/automation/graph.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import type { Plan, PlannedStep } from './workAhead.ts';

type Spends = (kind: ActionKind) => readonly UsageKind[];

/**
 * What one contact goes through at the most from a node on: at every fork the exit with more steps, every wait in full
 * length. A reply ends the work, so that waiting for one means that none comes. `startsAfterMs`: what is left of the
 * wait that the first node is.
 */
export function planOf(graph: Graph, fromNodeId: string, spends: Spends, startsAfterMs?: number): Plan {
  const steps: PlannedStep[] = [];
  const visited = new Set<string>();
  const weigh = weigher(graph);
  let tailMs = 0;

  const arrive = (nodeId: string, after: number | null, delayMs: number): void => {
    const node = nodeOf(graph, nodeId);
    if (!node || visited.has(nodeId)) return;
    visited.add(nodeId);
    if (isActionType(node.type)) {
      steps.push({
        kind: node.type,
        channel: actionChannel[node.type],
        spends: spends(node.type),
        after,
        delayMs,
        ...(node.type === 'connect' && node.config.note !== null && node.config.whenNoNote === 'wait'
          ? { waitsForNote: true }
          : {}),
      });
      goOn(node, steps.length - 1, 0);
    } else {
      const isFirst = node.id === fromNodeId;
      goOn(node, after, delayMs + ((isFirst ? startsAfterMs : undefined) ?? lengthOf(node)));
    }
  };
  const goOn = (node: GraphNode, after: number | null, delayMs: number): void => {
    const targets = busiestExit(graph, node, weigh);
    if (targets.length === 0) tailMs = Math.max(tailMs, delayMs);
    for (const target of targets) arrive(target, after, delayMs);
  };

  arrive(fromNodeId, null, 0);
  return { steps, tailMs };
}

/** How many actions lie on the busiest way from a node on, itself included. */
function weigher(graph: Graph): (nodeId: string) => number {
  const weights = new Map<string, number>();
  const weigh = (nodeId: string): number => {
    const known = weights.get(nodeId);
    if (known !== undefined) return known;
    const node = nodeOf(graph, nodeId);
    // Counts as nothing while it is being weighed: a loop adds no steps.
    weights.set(nodeId, 0);
    if (!node) return 0;
    const exits = exitsTaken(graph, node).map((targets) => sum(targets.map(weigh)));
    const weight = (isActionType(node.type) ? 1 : 0) + Math.max(0, ...exits);
    weights.set(nodeId, weight);
    return weight;
  };
  return weigh;
}

function busiestExit(graph: Graph, node: GraphNode, weigh: (nodeId: string) => number): string[] {
  let best: { targets: string[]; weight: number } | null = null;
  for (const targets of exitsTaken(graph, node)) {
    const weight = sum(targets.map(weigh));
    if (!best || weight > best.weight) best = { targets, weight };
  }
  return best?.targets ?? [];
}

/** The targets per exit that a contact may take; all targets of one exit are taken. */
function exitsTaken(graph: Graph, node: GraphNode): string[][] {
  const perExit = new Map<string, string[]>();
  for (const { source, exit, target } of graph.edges) {
    if (source !== node.id) continue;
    if (node.type === 'wait_until' && node.config.event === 'replied' && exit === 'happened') continue;
    if (node.type === 'condition' && node.config.test === 'replied' && exit === 'yes') continue;
    perExit.set(exit, [...(perExit.get(exit) ?? []), target]);
  }
  return [...perExit.values()];
}

function lengthOf(node: GraphNode): number {
  if (node.type === 'delay') return node.config.durationMs;
  return node.type === 'wait_until' ? node.config.timeoutMs : 0;
}

function nodeOf(graph: Graph, nodeId: string): GraphNode | undefined {
  return graph.nodes.find(({ id }) => id === nodeId);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
