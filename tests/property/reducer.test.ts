import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { exitsOf } from '#shared/automation/graph.ts';
import { advance, initialState, isFinal } from '#shared/automation/reducer.ts';
import type { EnrollmentEvent, EnrollmentState, Facts } from '#shared/automation/state.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';
import {
  condition,
  delay,
  email,
  end,
  message,
  noFacts,
  segment,
  sender,
  visit,
  waitUntil,
} from '../support/graphs.ts';

/** Any graph, loops, dangling edges and all: the reducer must stay total on what validation would refuse. */
const makers: ((id: string) => GraphNode)[] = [
  visit,
  message,
  email,
  end,
  (id) => delay(id, HOUR),
  (id) => waitUntil(id, 'accepted', HOUR),
  (id) => waitUntil(id, 'replied', HOUR),
  (id) => condition(id, 'connected'),
  (id) => condition(id, 'replied'),
];

const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    kinds: fc.array(fc.nat(makers.length - 1), { minLength: 1, maxLength: 10 }),
    edges: fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.nat(1)), { maxLength: 24 }),
  })
  .map(({ kinds, edges }) => {
    const body = kinds.map((kind, index) => (makers[kind] ?? visit)(`n${index}`));
    const nodes = [segment(), sender(), ...body];
    const fixed = [
      { id: 'e-1', source: 'segment', exit: 'next' as const, target: 'sender' },
      { id: 'e-2', source: 'sender', exit: 'next' as const, target: 'n0' },
    ];
    const drawn = edges.flatMap(([from, to, exit], index) => {
      const source = nodes[from % nodes.length];
      const exits = source ? exitsOf(source) : [];
      const name = exits[exit % Math.max(1, exits.length)];
      if (!source || !name) return [];
      return [
        { id: `e${index}`, source: source.id, exit: name, target: nodes[to % nodes.length]?.id ?? 'ghost' },
      ];
    });
    return { nodes, edges: [...fixed, ...drawn] };
  });

const anyStep = fc.record({
  kind: fc.constantFrom(
    ...(['woke', 'task_ended', 'task_ended', 'woke', 'accepted', 'replied', 'paused', 'resumed'] as const),
    ...(['bounced', 'unsubscribed', 'stoplisted', 'canceled', 'started'] as const),
  ),
  pick: fc.nat(5),
  failed: fc.boolean(),
  wait: fc.constantFrom(0, HOUR / 2, HOUR, 3 * HOUR),
  read: fc.boolean(),
  connected: fc.boolean(),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function eventOf(step: Step, state: EnrollmentState): EnrollmentEvent {
  const cursor = state.cursors[step.pick % Math.max(1, state.cursors.length)];
  const cursorId = cursor?.id ?? 'none';
  switch (step.kind) {
    case 'woke':
      return { type: 'woke', cursorId };
    case 'task_ended': {
      const result = step.failed
        ? ({ kind: 'failed', code: 'timeout' } as const)
        : ({ kind: 'done' } as const);
      return { type: 'task_ended', cursorId, nodeId: cursor?.nodeId ?? 'none', result };
    }
    case 'bounced':
      return { type: 'bounced', cursorId: step.failed ? null : cursorId };
    case 'paused':
    case 'canceled':
      return { type: step.kind, reason: 'manual' };
    case 'started':
      return { type: 'started', segmentNodeId: 'segment' };
    default:
      return { type: step.kind };
  }
}

/** Runs the steps and calls `check` after each. */
function run(
  graph: Graph,
  steps: readonly Step[],
  check: (before: EnrollmentState, event: EnrollmentEvent, result: ReturnType<typeof advance>) => void,
): EnrollmentState {
  let now = 1_000_000;
  let ids = 0;
  const facts: Facts = { ...noFacts, relation: 'invite_sent' };
  let state = initialState();
  for (const step of [{ ...steps[0], kind: 'started' } as Step, ...steps]) {
    now += step.wait ?? 0;
    if (step.read) Object.assign(facts, { acceptancesReadAt: now, inboxReadAt: now });
    if (step.connected) facts.relation = 'connected';
    const event = eventOf(step, state);
    const frozen = structuredClone(state);
    const result = advance(state, event, graph, { now, facts: { ...facts }, newCursorId: () => `c${++ids}` });
    expect(state).toEqual(frozen);
    check(state, event, result);
    state = result.state;
  }
  return state;
}

const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 40 });

it('is pure, bounded, and starts no step twice', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      const begun = new Set<string>();
      run(graph, steps, (before, event, { state, commands }) => {
        expect(state.transitions).toBeLessThanOrEqual(limits.enrollmentTransitions);
        expect(new Set(state.cursors.map((cursor) => cursor.id)).size).toBe(state.cursors.length);
        for (const command of commands) {
          if (command.type !== 'create_task') continue;
          const key = `${command.nodeId}/${command.visit}`;
          const again = before.cursors.some(
            (cursor) =>
              cursor.id === command.cursorId && cursor.state === 'acting' && cursor.nodeId === command.nodeId,
          );
          expect(begun.has(key)).toBe(again && event.type === 'resumed');
          begun.add(key);
        }
      });
    }),
    { numRuns: 400 },
  );
});

it('starts nothing while paused or after the end, and every live branch has something that moves it', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      run(graph, steps, (before, event, { state, commands }) => {
        const created = commands.filter((command) => command.type === 'create_task').length;
        if (state.status === 'paused') expect(created).toBe(0);
        if (isFinal(before.status)) {
          expect(commands.filter((command) => command.type === 'create_task')).toEqual([]);
          expect(isFinal(state.status)).toBe(true);
        }
        const live = state.cursors.filter((cursor) => cursor.state !== 'ended');
        expect(isFinal(state.status) && live.length > 0).toBe(false);
        if (event.type === 'replied' && !isFinal(before.status)) expect(state.status).toBe('paused');
        for (const cursor of live) {
          const movable =
            cursor.state === 'acting' ||
            cursor.wakeAt !== null ||
            cursor.waitsFor === 'fresh_read' ||
            (cursor.waitsFor === 'resume' && state.status === 'paused');
          expect(movable).toBe(true);
        }
        if (live.length === 0 && state.cursors.length > 0) expect(isFinal(state.status)).toBe(true);
      });
    }),
    { numRuns: 400 },
  );
});

it('validation is total, and refuses every loop', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const problems = validateGraph(graph);
      const reaches = (from: string): Set<string> => {
        const seen = new Set(graph.edges.filter((edge) => edge.source === from).map((edge) => edge.target));
        for (const id of seen) for (const edge of graph.edges) if (edge.source === id) seen.add(edge.target);
        return seen;
      };
      const looping = graph.nodes.filter((candidate) => reaches(candidate.id).has(candidate.id));
      const found = problems.filter((problem) => problem.code === 'loop').map((problem) => problem.nodeId);
      expect([...found].sort()).toEqual(looping.map((candidate) => candidate.id).sort());
    }),
    { numRuns: 300 },
  );
});
