import type { Graph, NodeOf } from './graph.ts';

export type SegmentNode = NodeOf<'segment'>;

/** The ways into an automation, in the order of its graph. */
export function segmentsOf(graph: Graph): SegmentNode[] {
  return graph.nodes.filter((node) => node.type === 'segment');
}

/** The Sender Profile node right after a segment; null: the draft has none yet. */
export function senderNodeOf(graph: Graph, segmentNodeId: string): NodeOf<'sender_profile'> | null {
  const targets = graph.edges.filter(({ source }) => source === segmentNodeId).map(({ target }) => target);
  return (
    graph.nodes.find(
      (node): node is NodeOf<'sender_profile'> => node.type === 'sender_profile' && targets.includes(node.id),
    ) ?? null
  );
}
