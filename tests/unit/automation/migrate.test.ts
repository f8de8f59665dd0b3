import { describe, expect, it } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { type Move, moveEnrollment, restoreEnrollment, standing } from '#shared/automation/migrate.ts';
import { advance, initialState } from '#shared/automation/reducer.ts';
import type { EnrollmentEvent, EnrollmentState } from '#shared/automation/state.ts';
import { changedSteps, completePlan, type MovePlan } from '#shared/automation/versionDiff.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { delay, end, graphOf, message, noFacts, visit, waitUntil } from '../../support/graphs.ts';

const T0 = 1_000_000;
const ids = () => {
  let n = 0;
  return () => `c${++n}`;
};

function context(now = T0) {
  return { now, facts: noFacts, newCursorId: ids() };
}

function stateAfter(graph: Graph, ...events: EnrollmentEvent[]): EnrollmentState {
  let state = initialState();
  for (const event of [{ type: 'started', segmentNodeId: 'segment' } as const, ...events]) {
    state = advance(state, event, graph, context()).state;
  }
  return state;
}

const done = (nodeId: string, cursorId = 'c1'): EnrollmentEvent => ({
  type: 'task_ended',
  cursorId,
  nodeId,
  result: { kind: 'done' },
});

function move(from: Graph, to: Graph, chosen: Partial<MovePlan> = {}, uncertain: string[] = []): Move {
  const plan = completePlan(from, to, { targets: {}, recompute: [], ...chosen });
  return { from, to, plan, uncertain: new Set(uncertain) };
}

const long = graphOf(
  [visit('a'), delay('d', DAY), message('m'), message('n'), end('z')],
  ['a>d', 'd>m', 'm>n', 'n>z'],
);
const withoutM = graphOf([visit('a'), delay('d', DAY), message('n'), end('z')], ['a>d', 'd>n', 'n>z']);

describe('what changed between two versions', () => {
  it('names removed, changed and rerouted steps, and the nearest step after a removed one that is still there', () => {
    const changed = changedSteps(long, withoutM);
    expect(changed.map(({ node, change, suggested }) => [node.id, change, suggested])).toEqual([
      ['d', 'rerouted', 'n'],
      ['m', 'removed', 'n'],
    ]);
    const later = { ...long, nodes: [...long.nodes.slice(0, 3), delay('d', HOUR), ...long.nodes.slice(4)] };
    expect(changedSteps(long, later)).toMatchObject([{ change: 'changed', waitChanged: true }]);
  });

  it('sees nothing in a step that was only renamed or drawn elsewhere', () => {
    const drawn = long.nodes.map((node) => ({ ...node, label: 'x', position: { x: 9, y: 9 } }));
    expect(changedSteps(long, { ...long, nodes: drawn })).toEqual([]);
  });
});

describe('moving a contact', () => {
  it('leaves one on a step that stays where it is, with the wait that was promised', () => {
    const state = stateAfter(long, done('a'));
    expect(moveEnrollment(state, move(long, withoutM), context()).state).toBe(state);
  });

  it('counts a new length from the beginning of the wait where that was chosen', () => {
    const state = stateAfter(long, done('a'));
    const shorter = { ...long, nodes: long.nodes.map((node) => (node.id === 'd' ? delay('d', HOUR) : node)) };
    const kept = moveEnrollment(state, move(long, shorter), context());
    expect(kept.state.cursors[0]?.wakeAt).toBe(T0 + DAY);
    const recomputed = moveEnrollment(state, move(long, shorter, { recompute: ['d'] }), context());
    expect(recomputed.state.cursors[0]?.wakeAt).toBe(T0 + HOUR);
  });

  it('recomputes the deadline of a wait that had passed it: the wait goes on', () => {
    const [from, to] = [HOUR, DAY].map((ms) =>
      graphOf([waitUntil('w', 'replied', ms), end('x'), end('y')], ['w:happened>x', 'w:timeout>y']),
    );
    if (!from || !to) throw new Error('two graphs');
    const state = advance(stateAfter(from), { type: 'woke', cursorId: 'c1' }, from, context(T0 + HOUR)).state;
    expect(state.cursors[0]).toMatchObject({ waitsFor: 'fresh_read', wakeAt: null });
    const moved = moveEnrollment(state, move(from, to, { recompute: ['w'] }), context(T0 + HOUR));
    expect(moved.state.cursors[0]).toMatchObject({
      waitsFor: 'replied',
      deadlineAt: T0 + DAY,
      wakeAt: T0 + DAY,
    });
  });

  it('takes the task of a removed step back and asks for that of its target', () => {
    const result = moveEnrollment(onStepM(), move(long, withoutM), context());
    expect(result.state.cursors).toMatchObject([{ nodeId: 'n', state: 'acting' }]);
    expect(result.commands).toMatchObject([
      { type: 'cancel_task', reason: 'node_deleted' },
      { type: 'create_task', nodeId: 'n' },
    ]);
  });

  it('ends it as Failed where that was chosen', () => {
    const result = moveEnrollment(onStepM(), move(long, withoutM, { targets: { m: null } }), context());
    expect(result.state).toMatchObject({ status: 'failed', reason: 'node_deleted' });
  });

  it('waits for the result of a step that may have happened, then goes to the target', () => {
    const result = moveEnrollment(onStepM(), move(long, withoutM, {}, ['c1']), context());
    expect(result.commands).toEqual([]);
    expect(result.state.cursors).toMatchObject([{ nodeId: 'n', state: 'waiting', waitsFor: 'step' }]);
    const woken = advance(result.state, { type: 'woke', cursorId: 'c1' }, withoutM, context());
    expect(woken.state.cursors[0]?.waitsFor).toBe('step');
    const ended = advance(result.state, done('m'), withoutM, context());
    expect(ended.state.cursors).toMatchObject([{ nodeId: 'n', state: 'acting' }]);
    const failed: EnrollmentEvent = {
      type: 'task_ended',
      cursorId: 'c1',
      nodeId: 'm',
      result: { kind: 'failed', code: 'timeout' },
    };
    expect(advance(result.state, failed, withoutM, context()).state).toMatchObject({
      status: 'failed',
      reason: 'timeout',
    });
  });

  it('places a paused one before its target without moving it', () => {
    const paused = advance(onStepM(), { type: 'paused', reason: 'manual' }, long, context()).state;
    const result = moveEnrollment(paused, move(long, withoutM), context());
    expect(result.state).toMatchObject({
      status: 'paused',
      cursors: [{ nodeId: 'n', state: 'waiting', waitsFor: 'resume' }],
    });
    const resumed = advance(result.state, { type: 'resumed' }, withoutM, context());
    expect(resumed.state.cursors).toMatchObject([{ nodeId: 'n', state: 'acting' }]);
  });

  it('asks again for a step that was passed when a branch is moved back to it: its result then counts', () => {
    const result = moveEnrollment(onStepM(), move(long, withoutM, { targets: { m: 'a' } }), context());
    expect(result.commands).toMatchObject([
      { type: 'cancel_task' },
      { type: 'create_task', nodeId: 'a', visit: 1 },
    ]);
    const passed = advance(result.state, done('a'), withoutM, context());
    expect(passed.state.cursors).toMatchObject([{ nodeId: 'd', waitsFor: 'time' }]);
  });

  it('merges with a branch that stands on the target', () => {
    const two = graphOf([message('m'), message('n'), end('z')], ['m>n', 'n>z'], 'm,n');
    const one = graphOf([message('n'), end('z')], ['n>z']);
    const result = moveEnrollment(stateAfter(two), move(two, one), context());
    expect(result.state.cursors.map(({ nodeId, state, ending }) => [nodeId, state, ending])).toEqual([
      ['n', 'ended', 'merged'],
      ['n', 'acting', null],
    ]);
    expect(result.commands.filter(({ type }) => type === 'create_task')).toEqual([]);
  });
});

describe('taking a move back', () => {
  const there = move(long, withoutM);
  const back = move(withoutM, long);

  function moved(chosen: Partial<MovePlan> = {}) {
    const before = onStepM();
    const { state } = moveEnrollment(before, move(long, withoutM, chosen), context());
    return { before, state, origin: { before, after: standing(state) } };
  }

  it('returns to the exact step and asks for its task again', () => {
    const { before, state, origin } = moved();
    const result = restoreEnrollment(state, origin, back, context());
    expect(result.state.cursors).toEqual(before.cursors);
    expect(result.state.visited).toEqual(before.visited);
    expect(result.commands).toMatchObject([
      { type: 'cancel_task', cursorId: 'c1' },
      { type: 'create_task', nodeId: 'm', visit: 1 },
    ]);
  });

  it('returns to the exact wait', () => {
    const waiting = stateAfter(long, done('a'));
    const withoutD = graphOf([visit('a'), message('m'), message('n'), end('z')], ['a>m', 'm>n', 'n>z']);
    const { state } = moveEnrollment(waiting, move(long, withoutD), context());
    expect(state.cursors).toMatchObject([{ nodeId: 'm', state: 'acting' }]);
    const origin = { before: waiting, after: standing(state) };
    const result = restoreEnrollment(state, origin, move(withoutD, long), context(T0 + HOUR));
    expect(result.state.cursors).toEqual(waiting.cursors);
  });

  it('brings those back that the move ended', () => {
    const { before, state, origin } = moved({ targets: { m: null } });
    expect(state.status).toBe('failed');
    const result = restoreEnrollment(state, origin, back, context());
    expect(result.state).toMatchObject({ status: 'in_progress', cursors: before.cursors });
  });

  it('leaves one that has gone on since where it is, and repeats nothing', () => {
    const { state, origin } = moved();
    const goneOn = advance(state, done('n'), withoutM, context()).state;
    expect(goneOn.status).toBe('finished');
    expect(restoreEnrollment(goneOn, origin, back, context()).state).toBe(goneOn);
  });

  it('waits for a step of the undone version that may have happened before it goes back', () => {
    const { state, origin } = moved();
    const result = restoreEnrollment(state, origin, { ...back, uncertain: new Set(['c1']) }, context());
    expect(result.state.cursors).toMatchObject([{ nodeId: 'm', waitsFor: 'step' }]);
    const ended = advance(result.state, done('n'), long, context());
    expect(ended.state.cursors).toMatchObject([{ nodeId: 'm', state: 'acting' }]);
  });

  it('changes nothing for those who were not moved', () => {
    const state = stateAfter(long, done('a'));
    expect(moveEnrollment(state, there, context()).state).toBe(state);
    expect(moveEnrollment(state, back, context()).state).toBe(state);
  });
});

/** Visited, waited, and now about to write the message that the next version has not. */
function onStepM(): EnrollmentState {
  const waiting = stateAfter(long, done('a'));
  return advance(waiting, { type: 'woke', cursorId: 'c1' }, long, context(T0 + DAY)).state;
}
