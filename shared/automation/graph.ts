import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { type GraphNode, graphNode, type NodeOf, type NodeType, nodeId, variantName } from './nodes.ts';

export type { GraphNode, NodeOf, NodeType } from './nodes.ts';

/** The graph of an automation: nodes joined by edges (product §4.1). Immutable once a version is started. */

/**
 * Where an edge leaves its node: `next` everywhere, `yes`/`no` on conditions, `happened`/`timeout` on waits, the
 * variant's name on A/B splits.
 */
export const exitName = z.enum(['next', 'yes', 'no', 'happened', 'timeout', ...variantName.options]);
export type ExitName = z.infer<typeof exitName>;

export const graphEdge = z.object({
  id: nodeId,
  source: nodeId,
  exit: exitName,
  target: nodeId,
  /**
   * Declares that this edge leads back. Taking it starts the next visit of the nodes on the loop, `maxVisits` at
   * most; it is taken instead of the exit's other edges, and when it is used up those are taken.
   */
  loop: z.object({ maxVisits: z.number().int().min(2).max(limits.nodeVisits) }).optional(),
});
export type GraphEdge = z.infer<typeof graphEdge>;

/** Several edges may leave one exit: each starts a parallel branch. */
export const graph = z.object({
  nodes: z.array(graphNode).max(limits.graphNodes),
  edges: z.array(graphEdge).max(limits.graphEdges),
});
export type Graph = z.infer<typeof graph>;

/** The exits of a node. */
export function exitsOf(node: GraphNode): readonly ExitName[] {
  switch (node.type) {
    case 'wait_until':
      return ['happened', 'timeout'];
    case 'condition':
      return ['yes', 'no'];
    case 'split':
      return node.config.variants.map(({ name }) => name);
    case 'end':
      return [];
    default:
      return ['next'];
  }
}

/** The nodes that make a task, and on which kind of channel it runs. */
export const actionChannel = {
  visit: 'linkedin',
  connect: 'linkedin',
  message: 'linkedin',
  inmail: 'linkedin',
  group_message: 'linkedin',
  follow: 'linkedin',
  like: 'linkedin',
  withdraw: 'linkedin',
  send_email: 'email',
} as const satisfies Partial<Record<NodeType, 'linkedin' | 'email'>>;
export type ActionKind = keyof typeof actionChannel;

/** Whether nodes of this type act on a channel. */
export function isActionType(type: NodeType): type is ActionKind {
  return type in actionChannel;
}

/** What makes a task: an action on a channel, or something a person does. */
export type TaskKind = ActionKind | 'manual_task';

/** Whether a node makes a task. */
export function isTaskNode(node: GraphNode): node is NodeOf<TaskKind> {
  return node.type === 'manual_task' || isActionType(node.type);
}

const dataTypes = [
  'tag',
  'list',
  'set_field',
  'change_sender',
  'enroll',
  'notify',
  'webhook',
] as const satisfies readonly NodeType[];
/** A node that is carried out at once, in the transaction that reaches it. */
export type DataNode = NodeOf<(typeof dataTypes)[number]>;

/** Whether a node is carried out at once. */
export function isDataNode(node: GraphNode): node is DataNode {
  return (dataTypes as readonly NodeType[]).includes(node.type);
}

/** Something about a graph that stops it from starting; `nodeId` and `field` lead to the place. */
export const graphProblem = z.object({
  code: z.enum([
    'no_segment',
    'no_sender_profile',
    'no_sender',
    'no_list',
    'unreachable',
    'missing_exit',
    'unknown_target',
    'unknown_exit',
    'duplicate_id',
    'loop',
    'not_a_loop',
    'loop_without_wait',
    'no_action',
    'missing_text',
    'missing_subject',
    'bad_template',
    'when_no_note',
    'note_too_long',
    'lonely_join',
    'bad_variants',
    'no_tag',
    'no_automation',
    'missing_value',
    'bad_address',
    'bad_attachments',
  ]),
  nodeId: z.string().nullable(),
  field: z.string().nullable(),
  message: z.string(),
});
export type GraphProblem = z.infer<typeof graphProblem>;
