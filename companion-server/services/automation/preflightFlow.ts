import { and, count, eq, inArray, notExists } from 'drizzle-orm';
import { type Graph, type GraphNode, isActionType } from '#shared/automation/graph.ts';
import { schema } from '../../db/index.ts';
import type { MemberCall } from '../context.ts';
import { audienceOf, reachableIn, senderIdsOf } from './audience.ts';
import { contactsAre, EXAMPLES, type Finding, finding, nameOf } from './finding.ts';

const { contact, relation } = schema;

/**
 * What a contact can be when it comes to a step, with the sender profile it then has. `unknown` is whatever it was at the
 * start, `changed` whatever it is with the profile that a Change sender gave it.
 */
type Connection = 'unknown' | 'changed' | 'connected' | 'not_connected';

/** Steps that lead nowhere, replies to nothing, and messages to people who cannot get one. */
export async function checkFlow(call: MemberCall, graph: Graph): Promise<Finding[]> {
  return [...emptyBranches(graph), ...repliesToNothing(graph), ...(await messagesTooEarly(call, graph))];
}

/** Replies without a subject on a way on which no email comes before: they begin a thread. */
function repliesToNothing(graph: Graph): Finding[] {
  const first = new Set(graph.nodes.filter(({ type }) => type === 'segment').map(({ id }) => id));
  // A Set hands out what is added while it is walked; behind an email there is a thread.
  for (const id of first) {
    if (graph.nodes.find((node) => node.id === id)?.type === 'send_email') continue;
    for (const { source, target } of graph.edges) if (source === id) first.add(target);
  }
  return graph.nodes.flatMap((node) => {
    if (node.type !== 'send_email' || node.config.thread !== 'reply' || !first.has(node.id)) return [];
    if (node.config.subject.trim() !== '') return [];
    const message =
      'A way leads here on which no email comes before, so that there is no thread to reply in. Write a subject for it.';
    return [finding('error', 'missing_subject', node.id, message)];
  });
}

/** A wait or a fork after which nothing is done and everybody ends alike. */
function emptyBranches(graph: Graph): Finding[] {
  return graph.nodes.flatMap((node) => {
    if (node.type !== 'delay' && node.type !== 'wait_until' && node.type !== 'condition') return [];
    const after = reachedFrom(graph, node.id);
    const outcomes = new Set(after.flatMap((each) => (each.type === 'end' ? [each.config.outcome] : [])));
    if (after.some(({ type }) => isActionType(type)) || outcomes.size > 1) return [];
    return [
      finding(
        'warning',
        'empty_branch',
        node.id,
        'Nothing is done after this step on any way. Add a step or remove it.',
      ),
    ];
  });
}

function reachedFrom(graph: Graph, nodeId: string): GraphNode[] {
  const reached = new Set<string>();
  const queue = [nodeId];
  for (const id of queue) {
    for (const { source, target } of graph.edges) {
      if (source !== id || reached.has(target)) continue;
      reached.add(target);
      queue.push(target);
    }
  }
  return graph.nodes.filter(({ id }) => reached.has(id));
}

async function messagesTooEarly(call: MemberCall, graph: Graph): Promise<Finding[]> {
  const arrivals = connectionsAt(graph);
  const messages = graph.nodes.filter(({ type }) => type === 'message');
  const never = messages.filter(({ id }) => arrivals.get(id)?.has('not_connected'));
  const findings = never.map(({ id }) =>
    finding(
      'warning',
      'message_before_connection',
      id,
      'A way leads here on which the contact is not connected: the message cannot be sent. Lead that way elsewhere.',
    ),
  );
  for (const [connection, nodeType] of [
    ['unknown', 'sender_profile'],
    ['changed', 'change_sender'],
  ] as const) {
    const maybe = messages.filter((node) => !never.includes(node) && arrivals.get(node.id)?.has(connection));
    if (maybe.length === 0) continue;
    const { total, examples } = await notConnected(call, graph, nodeType);
    if (total === 0) continue;
    const as = connection === 'changed' ? ' to the sender profile it then has' : '';
    const message = `${contactsAre(total)} not known to be connected${as} when this step comes: only connections get messages. Wait for the acceptance, or ask "connected?", before it.`;
    findings.push(
      ...maybe.map(({ id }) => ({
        ...finding('warning', 'message_before_connection', id, message),
        count: total,
        examples,
      })),
    );
  }
  return findings;
}

/** Per node, what contacts may be when they come to it: every way through the graph is walked once per answer. */
function connectionsAt(graph: Graph): Map<string, Set<Connection>> {
  const at = new Map<string, Set<Connection>>();
  const queue: [string, Connection][] = graph.nodes
    .filter(({ type }) => type === 'segment')
    .map(({ id }) => [id, 'unknown']);
  for (const [nodeId, connection] of queue) {
    const known = at.get(nodeId) ?? new Set();
    if (known.has(connection)) continue;
    at.set(nodeId, known.add(connection));
    const node = graph.nodes.find(({ id }) => id === nodeId);
    for (const { source, exit, target } of graph.edges) {
      if (node && source === nodeId) queue.push([target, after(node, exit) ?? connection]);
    }
  }
  return at;
}

/** What an exit tells about the connection; null: nothing new. */
function after(node: GraphNode, exit: string): Connection | null {
  if (node.type === 'change_sender') return 'changed';
  if (node.type === 'condition' && node.config.test === 'connected') {
    return exit === 'yes' ? 'connected' : 'not_connected';
  }
  if (node.type === 'wait_until' && node.config.event === 'accepted') {
    return exit === 'happened' ? 'connected' : 'not_connected';
  }
  return null;
}

/** Contacts that are not connected with any of the sender profiles that nodes of this type give. */
async function notConnected(
  call: MemberCall,
  graph: Graph,
  nodeType: 'sender_profile' | 'change_sender',
): Promise<{ total: number; examples: string[] }> {
  const { reader } = call.db;
  const nodes = graph.nodes.filter(({ type }) => type === nodeType);
  const connected = reader
    .select({ contactId: relation.contactId })
    .from(relation)
    .where(
      and(
        eq(relation.contactId, contact.id),
        inArray(relation.senderId, senderIdsOf({ ...graph, nodes })),
        eq(relation.status, 'connected'),
      ),
    );
  const where = and(reachableIn(audienceOf(call, graph)), notExists(connected));
  const [counted] = await reader.select({ total: count() }).from(contact).where(where);
  const first = await reader.select(nameOf).from(contact).where(where).orderBy(contact.id).limit(EXAMPLES);
  return { total: counted?.total ?? 0, examples: first.map(({ name }) => name) };
}
