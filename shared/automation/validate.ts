import {
  type ExitName,
  exitsOf,
  type Graph,
  type GraphNode,
  type GraphProblem,
  isDataNode,
  isTaskNode,
} from './graph.ts';
import { loopProblems } from './validateLoops.ts';
import { nodeProblems } from './validateNodes.ts';

/** Everything that stops this graph from starting, all at once; empty: it may start. */
export function validateGraph(graph: Graph): GraphProblem[] {
  return [
    ...duplicateIds(graph),
    ...wholeGraph(graph),
    ...edgeProblems(graph),
    ...unreachableNodes(graph),
    ...loopProblems(graph),
    ...joinProblems(graph),
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
  if (!graph.nodes.some((node) => isTaskNode(node) || isDataNode(node))) {
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

/** What to say where nothing follows an exit; steps whose only exit is `next` may end their branch. */
const exitSentence: Partial<Record<ExitName, string>> = {
  yes: 'Connect the exit "yes".',
  no: 'Connect the exit "no".',
  happened: 'Connect the exit "happened".',
  timeout: 'Connect the exit "timeout".',
  a: 'Connect variant A.',
  b: 'Connect variant B.',
  c: 'Connect variant C.',
  d: 'Connect variant D.',
  e: 'Connect variant E.',
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
  const retired = node.type === 'split' ? node.config.variants.filter((variant) => variant.retired) : [];
  return exitsOf(node)
    .filter((exit) => !retired.some(({ name }) => name === exit))
    .filter((exit) => exitSentence[exit] && !leaving.some((edge) => edge.exit === exit))
    .map((exit) => problem('missing_exit', node.id, exitSentence[exit] ?? '', exit));
}

/** A Join with one way in would join nothing. */
function joinProblems(graph: Graph): GraphProblem[] {
  return graph.nodes
    .filter(({ id, type }) => type === 'join' && graph.edges.filter(({ target }) => target === id).length < 2)
    .map(({ id }) => problem('lonely_join', id, 'Only one way leads here. A Join needs at least two.'));
}

function byId(graph: Graph): Map<string, GraphNode> {
  return new Map(graph.nodes.map((node) => [node.id, node]));
}
