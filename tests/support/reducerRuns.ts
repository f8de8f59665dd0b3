import fc from 'fast-check';
import { exitsOf, type Graph, type GraphNode } from '#shared/automation/graph.ts';
import { advance, initialState, isFinal } from '#shared/automation/reducer.ts';
import type { Advance, EnrollmentEvent, EnrollmentState, Facts } from '#shared/automation/state.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import {
  condition,
  delay,
  email,
  end,
  message,
  node,
  noFacts,
  segment,
  sender,
  visit,
  waitUntil,
} from './graphs.ts';

/** Random graphs, random events, and what a fair world makes of a graph. */

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
  (id) => node('join', id, { mode: 'all' }),
  (id) => node('join', id, { mode: 'all' }),
  (id) => node('join', id, { mode: 'first' }),
  (id) => node('manual_task', id, { kind: 'call', instruction: 'Call', dueInMs: HOUR }),
  (id) => node('tag', id, { action: 'add', tagId: 'hot' }),
  (id) =>
    node('split', id, {
      variants: [
        { name: 'a', percent: 70, retired: false },
        { name: 'b', percent: 30, retired: false },
      ],
    }),
];

/** Any graph, loops, dangling edges and all: the reducer must stay total on what validation would refuse. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    kinds: fc.array(fc.nat(makers.length - 1), { minLength: 1, maxLength: 12 }),
    edges: fc.array(fc.tuple(fc.nat(13), fc.nat(13), fc.nat(1), fc.constantFrom(0, 0, 0, 2, 4)), {
      maxLength: 28,
    }),
  })
  .map(({ kinds, edges }) => {
    const body = kinds.map((kind, index) => (makers[kind] ?? visit)(`n${index}`));
    const nodes = [segment(), sender(), ...body];
    const fixed = [
      { id: 'e-1', source: 'segment', exit: 'next' as const, target: 'sender' },
      { id: 'e-2', source: 'sender', exit: 'next' as const, target: 'n0' },
    ];
    const drawn = edges.flatMap(([from, to, exit, maxVisits], index) => {
      const source = nodes[from % nodes.length];
      const exits = source ? exitsOf(source) : [];
      const name = exits[exit % Math.max(1, exits.length)];
      if (!source || !name) return [];
      const target = nodes[to % nodes.length]?.id ?? 'ghost';
      const edge = { id: `e${index}`, source: source.id, exit: name, target };
      return [maxVisits > 0 ? { ...edge, loop: { maxVisits } } : edge];
    });
    return { nodes, edges: [...fixed, ...drawn] };
  });

const anyStep = fc.record({
  kind: fc.constantFrom(
    ...(['woke', 'task_ended', 'task_ended', 'woke', 'accepted', 'replied', 'paused', 'resumed'] as const),
    ...(['bounced', 'unsubscribed', 'stoplisted', 'canceled', 'started', 'apply_failed'] as const),
  ),
  pick: fc.nat(5),
  failed: fc.boolean(),
  wait: fc.constantFrom(0, HOUR / 2, HOUR, 3 * HOUR),
  read: fc.boolean(),
  connected: fc.boolean(),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

export const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 40 });

function eventOf(step: Step, state: EnrollmentState): EnrollmentEvent {
  const cursor = state.cursors[step.pick % Math.max(1, state.cursors.length)];
  const cursorId = cursor?.id ?? 'none';
  switch (step.kind) {
    case 'woke':
      return { type: 'woke', cursorId };
    case 'apply_failed':
      return { type: 'apply_failed', cursorId, reason: 'no_usable_sender' };
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

/** Runs random steps and calls `check` after each. */
export function runSteps(
  graph: Graph,
  steps: readonly Step[],
  check: (before: EnrollmentState, event: EnrollmentEvent, result: Advance) => void,
): void {
  let now = 1_000_000;
  let ids = 0;
  const facts: Facts = { ...noFacts, relation: 'invite_sent' };
  let state = initialState();
  for (const step of [{ ...steps[0], kind: 'started' } as Step, ...steps]) {
    now += step.wait ?? 0;
    if (step.read) Object.assign(facts, { acceptancesReadAt: now, inboxReadAt: now });
    if (step.connected) facts.relation = 'connected';
    const event = eventOf(step, state);
    const result = advance(state, event, graph, { now, facts: { ...facts }, newCursorId: () => `c${++ids}` });
    check(state, event, result);
    state = result.state;
  }
}

/** More rounds than any enrollment can need: each of them moves at least one branch. */
const ROUNDS = 3_000;

/**
 * A fair world: every task ends, every wait's time comes and the account is read afterwards. What it draws decides the
 * order and which tasks fail. Returns where the enrollment is when nothing moves any more.
 */
export function runFairly(
  graph: Graph,
  draws: readonly number[],
): { state: EnrollmentState; rounds: number } {
  let ids = 0;
  let now = 1_000_000;
  const next = (state: EnrollmentState, event: EnrollmentEvent) =>
    advance(state, event, graph, {
      now,
      facts: { ...noFacts, acceptancesReadAt: now, inboxReadAt: now },
      newCursorId: () => `c${++ids}`,
    }).state;
  let state = next(initialState(), { type: 'started', segmentNodeId: 'segment' });
  let rounds = 0;
  for (; rounds < ROUNDS && !isFinal(state.status); rounds++) {
    const movable = state.cursors.filter((each) => each.state !== 'ended' && each.waitsFor !== 'join');
    const draw = draws[rounds % draws.length] ?? 0;
    const cursor = movable[draw % Math.max(1, movable.length)];
    if (!cursor) break;
    now += 2 * HOUR;
    const { id: cursorId, nodeId } = cursor;
    const result =
      draw % 7 === 0 ? ({ kind: 'failed', code: 'timeout' } as const) : ({ kind: 'done' } as const);
    state = next(
      state,
      cursor.state === 'acting'
        ? { type: 'task_ended', cursorId, nodeId, result }
        : { type: 'woke', cursorId },
    );
  }
  return { state, rounds };
}
