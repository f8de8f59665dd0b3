import { z } from 'zod';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';

/** The graph of an automation: nodes joined by edges (product §4.1). Immutable once a version is started. */

const nodeId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const template = z.string().max(limits.template);

export const waitTimeoutMs = z
  .number()
  .int()
  .min(MINUTE)
  .max(180 * DAY);

const position = z.object({ x: z.number(), y: z.number() });

function node<T extends string, C extends z.ZodRawShape>(type: T, config: C) {
  return z.object({
    id: nodeId,
    type: z.literal(type),
    /** Shown on the canvas; empty: the type's own name. */
    label: z.string().max(120).default(''),
    position,
    config: z.object(config),
  });
}

export const senderChoice = z.object({
  senderId: z.string(),
  weight: z.number().int().min(1).max(100).default(1),
});

/** What Connect does when LinkedIn allows no note. There is no default: preflight demands an answer. */
export const whenNoNote = z.enum(['send_without', 'wait', 'skip']);

export const graphNode = z.discriminatedUnion('type', [
  node('segment', {
    listIds: z.array(z.string()).max(50),
    activeLimit: z.number().int().min(1).max(100_000).nullable().default(null),
    coworkersLimit: z.number().int().min(1).max(1000).nullable().default(null),
  }),
  node('sender_profile', {
    senders: z.array(senderChoice).max(100),
    /** A contact goes to the sender that contacted them last, if that one is chosen here. */
    preferLatestContacted: z.boolean().default(true),
  }),
  node('visit', {}),
  node('connect', { note: template.nullable(), whenNoNote: whenNoNote.nullable() }),
  node('message', { text: template }),
  node('send_email', {
    subject: z.string().max(limits.emailSubject),
    text: template,
    thread: z.enum(['new', 'reply']),
  }),
  node('delay', { durationMs: waitTimeoutMs }),
  node('wait_until', { event: z.enum(['accepted', 'replied']), timeoutMs: waitTimeoutMs }),
  node('condition', { test: z.enum(['connected', 'replied', 'has_email']) }),
  node('end', { outcome: z.enum(['positive', 'neutral', 'negative']) }),
]);
export type GraphNode = z.infer<typeof graphNode>;
export type NodeType = GraphNode['type'];
export type NodeOf<T extends NodeType> = Extract<GraphNode, { type: T }>;

/** Where an edge leaves its node: `next` everywhere, `yes`/`no` on conditions, `happened`/`timeout` on waits. */
export const exitName = z.enum(['next', 'yes', 'no', 'happened', 'timeout']);
export type ExitName = z.infer<typeof exitName>;

export const graphEdge = z.object({
  id: nodeId,
  source: nodeId,
  exit: exitName,
  target: nodeId,
});
export type GraphEdge = z.infer<typeof graphEdge>;

/** Several edges may leave one exit: each starts a parallel branch. */
export const graph = z.object({
  nodes: z.array(graphNode).max(limits.graphNodes),
  edges: z.array(graphEdge).max(limits.graphEdges),
});
export type Graph = z.infer<typeof graph>;

/** The exits each type of node has. */
export const exitsOf: Record<NodeType, readonly ExitName[]> = {
  segment: ['next'],
  sender_profile: ['next'],
  visit: ['next'],
  connect: ['next'],
  message: ['next'],
  send_email: ['next'],
  delay: ['next'],
  wait_until: ['happened', 'timeout'],
  condition: ['yes', 'no'],
  end: [],
};

/** The nodes that make a task, and on which kind of channel it runs. */
export const actionChannel = {
  visit: 'linkedin',
  connect: 'linkedin',
  message: 'linkedin',
  send_email: 'email',
} as const;
export type ActionKind = keyof typeof actionChannel;

export function isActionType(type: NodeType): type is ActionKind {
  return type in actionChannel;
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
    'no_action',
    'missing_text',
    'missing_subject',
    'bad_template',
    'when_no_note',
    'note_too_long',
  ]),
  nodeId: z.string().nullable(),
  field: z.string().nullable(),
  message: z.string(),
});
export type GraphProblem = z.infer<typeof graphProblem>;
