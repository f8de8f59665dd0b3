import { limits } from '#shared/kernel/limits.ts';
import {
  type ExitName,
  exitsOf,
  type Graph,
  type GraphNode,
  type GraphProblem,
  isActionType,
} from './graph.ts';
import { templateProblem } from './render.ts';
import { parseSpintax, type SpinNode } from './spintax.ts';

/** Everything that stops this graph from starting, all at once; empty: it may start. */
export function validateGraph(graph: Graph): GraphProblem[] {
  return [
    ...duplicateIds(graph),
    ...wholeGraph(graph),
    ...edgeProblems(graph),
    ...unreachableNodes(graph),
    ...loops(graph),
    ...graph.nodes.flatMap((node) => [...nodeProblems(node), ...exitProblems(graph, node)]),
  ];
}

function problem(
  code: GraphProblem['code'],
  nodeId: string | null,
  message: string,
  field: string | null = null,
): GraphProblem {
  return { code, nodeId, field, message };
}

function duplicateIds(graph: Graph): GraphProblem[] {
  const seen = new Set<string>();
  return [...graph.nodes, ...graph.edges].flatMap(({ id }) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [problem('duplicate_id', id, `The id "${id}" is used twice. Remove one and add it again.`)];
  });
}

function wholeGraph(graph: Graph): GraphProblem[] {
  const problems: GraphProblem[] = [];
  if (!graph.nodes.some((node) => node.type === 'segment')) {
    problems.push(problem('no_segment', null, 'There is no Segment. Add one: it says who enters.'));
  }
  if (!graph.nodes.some((node) => isActionType(node.type))) {
    problems.push(problem('no_action', null, 'Nothing would be done. Add a LinkedIn step or an email.'));
  }
  return problems;
}

function edgeProblems(graph: Graph): GraphProblem[] {
  const nodes = byId(graph);
  return graph.edges.flatMap((edge) => {
    const source = nodes.get(edge.source);
    const target = nodes.get(edge.target);
    if (!source || !target) {
      return [problem('unknown_target', source?.id ?? null, 'An edge leads nowhere. Remove it.')];
    }
    if (!exitsOf(source).includes(edge.exit)) {
      return [problem('unknown_exit', source.id, `This step has no exit "${edge.exit}". Remove the edge.`)];
    }
    if (target.type === 'segment') {
      return [problem('unknown_target', source.id, 'Nothing can lead into a Segment. Remove the edge.')];
    }
    if (target.type === 'sender_profile' && source.type !== 'segment') {
      return [problem('unknown_target', source.id, 'A Sender Profile stands right after a Segment only.')];
    }
    return [];
  });
}

function unreachableNodes(graph: Graph): GraphProblem[] {
  const reached = new Set(graph.nodes.filter((node) => node.type === 'segment').map((node) => node.id));
  // A Set hands out what is added while it is walked, so this visits every node that can be reached.
  for (const id of reached) for (const edge of graph.edges) if (edge.source === id) reached.add(edge.target);
  return graph.nodes
    .filter((node) => !reached.has(node.id))
    .map((node) => problem('unreachable', node.id, 'No way leads here. Connect it or remove it.'));
}

/** This version has no loops. Removes nodes that nothing leads into until none is left; the rest are loops. */
function loops(graph: Graph): GraphProblem[] {
  const incoming = new Map(graph.nodes.map((node) => [node.id, 0]));
  for (const edge of graph.edges) {
    const count = incoming.get(edge.target);
    if (count !== undefined && incoming.has(edge.source)) incoming.set(edge.target, count + 1);
  }
  const free = [...incoming].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    incoming.delete(id);
    for (const edge of graph.edges) {
      const count = incoming.get(edge.target);
      if (edge.source !== id || count === undefined) continue;
      incoming.set(edge.target, count - 1);
      if (count === 1) free.push(edge.target);
    }
  }
  return loopMembers(graph, incoming).map((id) =>
    problem('loop', id, 'This step leads back to itself. Loops are not possible: remove an edge.'),
  );
}

/** Of the nodes that were left over, those that really lie on a loop and do not only follow one. */
function loopMembers(graph: Graph, rest: ReadonlyMap<string, number>): string[] {
  return [...rest.keys()].filter((start) => {
    const reached = new Set(graph.edges.filter((edge) => edge.source === start).map((edge) => edge.target));
    for (const id of reached)
      for (const edge of graph.edges) if (edge.source === id) reached.add(edge.target);
    return reached.has(start);
  });
}

const exitSentence: Partial<Record<ExitName, string>> = {
  yes: 'Connect the exit "yes".',
  no: 'Connect the exit "no".',
  happened: 'Connect the exit "happened".',
  timeout: 'Connect the exit "timeout".',
};

function exitProblems(graph: Graph, node: GraphNode): GraphProblem[] {
  const leaving = graph.edges.filter((edge) => edge.source === node.id);
  if (node.type === 'segment') {
    const targets = leaving.map(
      (edge) => graph.nodes.find((candidate) => candidate.id === edge.target)?.type,
    );
    if (targets.length === 1 && targets[0] === 'sender_profile') return [];
    return [problem('no_sender_profile', node.id, 'Exactly one Sender Profile must follow right after it.')];
  }
  if (node.type === 'sender_profile') {
    if (leaving.length > 0) return [];
    return [problem('missing_exit', node.id, 'Nothing follows. Connect the first step.', 'next')];
  }
  return exitsOf(node)
    .filter((exit) => exitSentence[exit] && !leaving.some((edge) => edge.exit === exit))
    .map((exit) => problem('missing_exit', node.id, exitSentence[exit] ?? '', exit));
}

function nodeProblems(node: GraphNode): GraphProblem[] {
  switch (node.type) {
    case 'segment':
      if (node.config.listIds.length > 0) return [];
      return [problem('no_list', node.id, 'Choose at least one list.', 'listIds')];
    case 'sender_profile':
      if (node.config.senders.length > 0) return [];
      return [problem('no_sender', node.id, 'Add at least one sender profile.', 'senders')];
    case 'connect':
      return node.config.note === null ? [] : noteProblems(node.id, node.config.note, node.config.whenNoNote);
    case 'message':
      return textProblems(node.id, 'text', node.config.text);
    case 'send_email':
      return [
        ...subjectProblems(node.id, node.config.subject, node.config.thread),
        ...textProblems(node.id, 'text', node.config.text),
      ];
    default:
      return [];
  }
}

function textProblems(nodeId: string, field: string, text: string): GraphProblem[] {
  if (text.trim() === '') return [problem('missing_text', nodeId, 'Write a text.', field)];
  const reason = templateProblem(text);
  return reason === null ? [] : [problem('bad_template', nodeId, reason, field)];
}

/** A reply takes its subject from the thread; written, it is used only when there is no thread to answer. */
function subjectProblems(nodeId: string, subject: string, thread: 'new' | 'reply'): GraphProblem[] {
  if (subject.trim() !== '') return textProblems(nodeId, 'subject', subject);
  if (thread === 'reply') return [];
  return [problem('missing_subject', nodeId, 'Write a subject.', 'subject')];
}

function noteProblems(nodeId: string, note: string, whenNoNote: string | null): GraphProblem[] {
  const problems = textProblems(nodeId, 'note', note);
  if (whenNoNote === null) {
    const message = 'Say what happens when LinkedIn allows no note: send without, wait, or skip.';
    problems.push(problem('when_no_note', nodeId, message, 'whenNoNote'));
  }
  const length = fixedLength(note);
  if (length > limits.notePremium) {
    const message = `The note has at least ${length} characters, LinkedIn allows ${limits.notePremium}. Shorten it.`;
    problems.push(problem('note_too_long', nodeId, message, 'note'));
  }
  return problems;
}

/**
 * Whether a note is longer than a Basic account may send (a warning, not a problem: paid plans may). Counts only
 * what does not depend on the contact.
 */
export function noteExceedsBasic(note: string): boolean {
  return fixedLength(note) > limits.noteBasic;
}

/** The shortest this text can get for anybody: variables and conditional parts left out, shortest choices. */
function fixedLength(text: string): number {
  const unconditional = text.replace(/\{%-?\s*(if|unless|case)\b[\s\S]*?\{%-?\s*end\1\b[\s\S]*?%\}/g, '');
  return shortest(parseSpintax(unconditional.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, '')));
}

function shortest(nodes: readonly SpinNode[]): number {
  let length = 0;
  for (const node of nodes) {
    length += typeof node === 'string' ? [...node].length : Math.min(...node.choices.map(shortest));
  }
  return length;
}

function byId(graph: Graph): Map<string, GraphNode> {
  return new Map(graph.nodes.map((node) => [node.id, node]));
}
