import type { ExitName, Graph, GraphNode, NodeOf, NodeType } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import type { Facts } from '#shared/automation/state.ts';

/** Short ways to write graphs in tests: `graphOf([nodes], ['a>b', 'wait:happened>c'])`. */

const at = { x: 0, y: 0 };

export function node<T extends NodeType>(type: T, id: string, config: NodeOf<T>['config']): GraphNode {
  return { id, type, label: '', position: at, config } as GraphNode;
}

export const segment = (id = 'segment', listIds = ['list']) =>
  node('segment', id, { ...freshSegment, listIds });

export const sender = (id = 'sender') =>
  node('sender_profile', id, {
    ...freshSenderProfile,
    senders: [{ senderId: 'anna', weight: 1 }],
    ignorePreviousInteractions: false,
  });

export const visit = (id: string) => node('visit', id, {});
export const connect = (id: string) => node('connect', id, { note: null, whenNoNote: null });
export const message = (id: string, text = 'Hi') => node('message', id, { text });
export const email = (id: string) =>
  node('send_email', id, { subject: 'Hi', text: 'Hi', thread: 'new', attachments: [] });
export const delay = (id: string, durationMs: number) => node('delay', id, { durationMs });
export const waitUntil = (id: string, event: 'accepted' | 'replied', timeoutMs: number) =>
  node('wait_until', id, { event, timeoutMs });
export const condition = (id: string, test: 'connected' | 'replied' | 'has_email') =>
  node('condition', id, { test });
export const end = (id: string) => node('end', id, { outcome: 'neutral' });

/** Starts with Segment and Sender Profile, which leads to the first edge's source. */
export function graphOf(nodes: GraphNode[], edges: string[], first?: string): Graph {
  const start = first ?? nodes[0]?.id ?? '';
  const all = ['segment>sender', ...start.split(',').map((id) => `sender>${id}`), ...edges];
  return {
    nodes: [segment(), sender(), ...nodes],
    edges: all.map((text, index) => {
      const [from = '', target = ''] = text.split('>');
      const [source = '', exit = 'next'] = from.split(':');
      return { id: `e${index}`, source, exit: exit as ExitName, target };
    }),
  };
}

export const noFacts: Facts = {
  contactId: 'contact',
  relation: 'not_connected',
  replied: false,
  hasEmail: true,
  openProfile: false,
  emailOpened: false,
  emailClicked: false,
  tagIds: [],
  fields: {},
  acceptancesReadAt: null,
  inboxReadAt: null,
};
