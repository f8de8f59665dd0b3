import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { linkedinThenEmail } from '#shared/automation/starters.ts';
import { DAY } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { addStep, type Exit, join } from './graphEdits.ts';
import { tidy } from './layout.ts';

export interface Starter {
  name: string;
  about: string;
  build: (newId: NewId) => Graph;
}

const note = 'Hi {{ firstName | default: "there" }}, I work with teams like yours and would like to connect.';
const message =
  'Hi {{ firstName | default: "there" }}, thank you for connecting. May I ask how you handle this at {{ company | default: "your company" }}?';
const email =
  'Hi {{ firstName | default: "there" }},\n\nI wanted to reach you about {{ company | default: "your company" }}. Would a short call next week suit you?\n\n{{ senderFirstName }}';
const followUp =
  'Hi {{ firstName | default: "there" }},\n\nI know that weeks are full. Is this something for you, or for somebody else at {{ company | default: "your company" }}?\n\n{{ senderFirstName }}';
const subject = 'A question about {{ company | default: "your work" }}';

/** Builds step by step, so that a starter reads like the automation it makes. */
class Draft {
  graph: Graph = { nodes: [], edges: [] };
  private readonly newId: NewId;

  constructor(newId: NewId) {
    this.newId = newId;
  }

  add(type: GraphNode['type'], after: Exit | null, config: object = {}): string {
    const added = addStep(this.graph, type, after, this.newId);
    const nodes = added.graph.nodes.map((node) =>
      node.id === added.id ? ({ ...node, config: { ...node.config, ...config } } as GraphNode) : node,
    );
    this.graph = { ...added.graph, nodes };
    return added.id;
  }

  join(from: Exit, target: string): void {
    this.graph = join(this.graph, from, target, this.newId);
  }
}

const next = (nodeId: string): Exit => ({ nodeId, exit: 'next' });

/** Segment → Sender Profile → Visit → Connect → Wait until accepted. */
function untilAccepted(draft: Draft): { sender: string; wait: string } {
  const segment = draft.add('segment', null);
  const sender = draft.add('sender_profile', next(segment));
  const visit = draft.add('visit', next(sender));
  const connect = draft.add('connect', next(visit), { note });
  return { sender, wait: draft.add('wait_until', next(connect), { event: 'accepted', timeoutMs: 14 * DAY }) };
}

/** What Connect does when no note is possible is the user's own decision in every automation. */
function askAgain(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      node.type === 'connect' ? { ...node, config: { ...node.config, whenNoNote: null } } : node,
    ),
  };
}

export const starters: readonly Starter[] = [
  {
    name: 'LinkedIn + email',
    about: 'Visits, invites and waits; writes a message to those who accept, an email to the others.',
    build: () => tidy(askAgain(linkedinThenEmail({ listIds: [], senderIds: [] }))),
  },
  {
    name: 'LinkedIn and email in parallel',
    about: 'The same on LinkedIn, and beside it an email after three days. Each branch goes on by itself.',
    build: (newId) => {
      const draft = new Draft(newId);
      const { sender, wait } = untilAccepted(draft);
      const written = draft.add('message', { nodeId: wait, exit: 'happened' }, { text: message });
      const end = draft.add('end', next(written));
      draft.join({ nodeId: wait, exit: 'timeout' }, end);
      const delay = draft.add('delay', next(sender), { durationMs: 3 * DAY });
      const mailed = draft.add('send_email', next(delay), { subject, text: email });
      draft.add('end', next(mailed));
      return tidy(draft.graph);
    },
  },
  {
    name: 'Email only',
    about: 'An email, and one follow-up in its thread to those who have not replied within four days.',
    build: (newId) => {
      const draft = new Draft(newId);
      const segment = draft.add('segment', null);
      const sender = draft.add('sender_profile', next(segment));
      const first = draft.add('send_email', next(sender), { subject, text: email });
      const wait = draft.add('wait_until', next(first), { event: 'replied', timeoutMs: 4 * DAY });
      draft.add('end', { nodeId: wait, exit: 'happened' }, { outcome: 'positive' });
      const again = draft.add(
        'send_email',
        { nodeId: wait, exit: 'timeout' },
        { text: followUp, thread: 'reply' },
      );
      draft.add('end', next(again));
      return tidy(draft.graph);
    },
  },
];
