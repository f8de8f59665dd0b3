import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { advance, initialState } from '#shared/automation/reducer.ts';
import type { EnrollmentEvent, Facts } from '#shared/automation/state.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import {
  condition,
  delay,
  end,
  graphOf,
  message,
  node,
  noFacts,
  visit,
  waitUntil,
} from '../../support/graphs.ts';

/** How branches meet, part and come back: Join, A/B split, loops, data nodes. */

const join = (id: string, mode: 'all' | 'first' = 'all') => node('join', id, { mode });

/** Drives one enrollment; cursors are named by the node they stand on. */
function drive(graph: Graph, facts: Partial<Facts> = {}) {
  let now = 0;
  let ids = 0;
  let state = initialState();
  const send = (event: EnrollmentEvent) => {
    const result = advance(state, event, graph, {
      now,
      facts: { ...noFacts, ...facts },
      newCursorId: () => `c${++ids}`,
    });
    state = result.state;
    return result.commands;
  };
  const at = (nodeId: string) =>
    state.cursors.find((each) => each.nodeId === nodeId && each.state !== 'ended')?.id ?? 'none';
  send({ type: 'started', segmentNodeId: 'segment' });
  return {
    get state() {
      return state;
    },
    send,
    at,
    learn: (change: Partial<Facts>) => Object.assign(facts, change),
    end: (nodeId: string, code?: string) =>
      send({
        type: 'task_ended',
        cursorId: at(nodeId),
        nodeId,
        result: code === undefined ? { kind: 'done' } : { kind: 'failed', code },
      }),
    wake: (nodeId: string, ms = 0) => {
      now += ms;
      return send({ type: 'woke', cursorId: at(nodeId) });
    },
    standing: () =>
      state.cursors.filter((each) => each.state !== 'ended').map((each) => `${each.nodeId}/${each.visit}`),
  };
}

function looping(nodes: GraphNode[], edges: string[], back: string, maxVisits: number): Graph {
  const graph = graphOf(nodes, [...edges, back]);
  const last = graph.edges.length - 1;
  return {
    ...graph,
    edges: graph.edges.map((edge, index) => (index === last ? { ...edge, loop: { maxVisits } } : edge)),
  };
}

describe('Join "all"', () => {
  const two = graphOf([visit('a'), message('b'), join('j'), message('m')], ['a>j', 'b>j', 'j>m'], 'a,b');

  it('waits for the others and goes on once', () => {
    const run = drive(two);
    expect(run.end('a')).toEqual([]);
    expect(run.standing()).toEqual(['j/1', 'b/1']);
    expect(run.end('b')).toMatchObject([{ type: 'create_task', nodeId: 'm' }]);
    expect(run.state.cursors.map(({ ending }) => ending)).toEqual([null, 'merged']);
  });

  it('does not wait for a branch that failed before or after the arrival', () => {
    const after = drive(two);
    after.end('a');
    expect(after.end('b', 'timeout')).toMatchObject([{ nodeId: 'm' }]);
    const before = drive(two);
    before.end('b', 'timeout');
    expect(before.end('a')).toMatchObject([{ nodeId: 'm' }]);
  });

  it('does not wait for a branch that ended elsewhere or merged on the way', () => {
    const graph = graphOf(
      [visit('a'), visit('b'), condition('if', 'has_email'), end('e'), join('j'), message('m')],
      ['a>j', 'b>if', 'if:yes>e', 'if:no>j', 'j>m'],
      'a,b',
    );
    const run = drive(graph);
    run.end('a');
    expect(run.end('b')).toMatchObject([{ nodeId: 'm' }]);
    const merging = graphOf(
      [visit('a'), visit('b'), visit('c'), delay('d', HOUR), join('j'), message('m')],
      ['a>j', 'b>d', 'c>d', 'd>j', 'j>m'],
      'a,b,c',
    );
    const other = drive(merging);
    for (const id of ['a', 'b', 'c']) other.end(id);
    expect(other.standing()).toEqual(['j/1', 'd/1']);
    expect(other.wake('d', HOUR)).toMatchObject([{ nodeId: 'm' }]);
  });

  it('keeps the other branches waiting when one that waits there bounces', () => {
    const run = drive(two);
    run.end('a');
    const waiting = run.at('j');
    run.send({ type: 'bounced', cursorId: waiting });
    expect(run.end('b')).toMatchObject([{ nodeId: 'm' }]);
    expect(run.state.status).toBe('in_progress');
    run.end('m');
    expect(run.state.status).toBe('bounced');
  });

  it('opens by the resume when the last branch failed during a pause', () => {
    const run = drive(two);
    run.end('a');
    run.send({ type: 'paused', reason: 'manual' });
    expect(run.end('b', 'timeout')).toEqual([]);
    expect(run.state.status).toBe('paused');
    expect(run.send({ type: 'resumed' })).toMatchObject([{ nodeId: 'm' }]);
  });

  it('opens even where Joins wait for each other, which validation refuses', () => {
    const graph = graphOf(
      [visit('a'), visit('b'), join('j1'), join('j2'), message('m')],
      ['a>j1', 'b>j2', 'j1>j2', 'j2>j1', 'j1>m'],
      'a,b',
    );
    const run = drive(graph);
    run.end('a');
    expect(run.end('b')).toMatchObject([{ nodeId: 'm' }]);
  });

  it('waits for a Join before it', () => {
    const graph = graphOf(
      [visit('a'), visit('b'), visit('c'), join('j1'), join('j2'), message('m')],
      ['a>j1', 'b>j1', 'j1>j2', 'c>j2', 'j2>m'],
      'a,b,c',
    );
    const run = drive(graph);
    run.end('c');
    run.end('a');
    expect(run.standing()).toEqual(['j1/1', 'b/1', 'j2/1']);
    expect(run.end('b')).toMatchObject([{ nodeId: 'm' }]);
  });
});

it('Join "first" lets the first arrival go on and ends later ones as merged', () => {
  const graph = graphOf(
    [visit('a'), visit('b'), join('j', 'first'), message('m')],
    ['a>j', 'b>j', 'j>m'],
    'a,b',
  );
  const run = drive(graph);
  expect(run.end('a')).toMatchObject([{ nodeId: 'm' }]);
  expect(run.end('b')).toEqual([]);
  expect(run.state.cursors.map(({ ending }) => ending)).toEqual([null, 'merged']);
});

describe('loops', () => {
  it('start the next visit of what lies on them, and go on when they are used up', () => {
    const run = drive(looping([visit('v'), delay('d', HOUR), message('m')], ['v>d', 'd>m'], 'd>v', 3));
    for (let round = 1; round <= 3; round++) {
      expect(run.standing()).toEqual([`v/${round}`]);
      run.end('v');
      expect(run.standing()).toEqual([`d/${round}`]);
      run.wake('d', HOUR);
    }
    expect(run.standing()).toEqual(['m/1']);
    expect(run.state.visited).toEqual(['segment', 'sender', 'v', 'd', 'v#2', 'd#2', 'v#3', 'd#3', 'm']);
  });

  it('do nothing behind them once per round', () => {
    const graph = looping([visit('v'), delay('d', HOUR), message('m')], ['v>d', 'v>m'], 'd>v', 3);
    const run = drive(graph);
    expect(run.end('v')).toMatchObject([{ nodeId: 'm', visit: 1 }]);
    run.wake('d', HOUR);
    expect(run.end('v')).toEqual([]);
    expect(run.state.cursors.filter(({ ending }) => ending === 'merged')).toHaveLength(1);
  });

  it('end the branch when nothing follows', () => {
    const run = drive(looping([visit('v'), delay('d', HOUR)], ['v>d'], 'd>v', 2));
    for (let round = 1; round <= 2; round++) {
      run.end('v');
      run.wake('d', HOUR);
    }
    expect(run.state.status).toBe('finished');
  });

  it('are refused undeclared, declared where nothing leads back, or without a wait', () => {
    const codes = (graph: Graph) => validateGraph(graph).map(({ code, nodeId }) => [code, nodeId]);
    expect(codes(looping([visit('v'), delay('d', HOUR)], ['v>d'], 'd>v', 2))).toEqual([]);
    expect(codes(graphOf([visit('v'), delay('d', HOUR)], ['v>d', 'd>v']))).toEqual([
      ['loop', 'v'],
      ['loop', 'd'],
    ]);
    expect(codes(looping([visit('v'), visit('w')], [], 'v>w', 2))).toEqual([['not_a_loop', 'v']]);
    expect(codes(looping([visit('v'), visit('w')], ['v>w'], 'w>v', 2))).toEqual([['loop_without_wait', 'w']]);
    expect(
      codes(looping([visit('v'), visit('w'), delay('d', HOUR)], ['v>w', 'v>d', 'd>w'], 'w>v', 2)),
    ).toEqual([['loop_without_wait', 'w']]);
  });
});

it('a data node is applied, and what follows looks at the facts of then', () => {
  const graph = graphOf(
    [
      node('tag', 't', { action: 'add', tagId: 'hot' }),
      node('condition', 'if', { test: 'tag', tagId: 'hot' }),
      message('m'),
      end('e'),
    ],
    ['t>if', 'if:yes>m', 'if:no>e'],
  );
  const run = drive(graph);
  expect(run.state.cursors).toMatchObject([{ nodeId: 't', waitsFor: 'data', wakeAt: 0 }]);
  run.learn({ tagIds: ['hot'] });
  expect(run.wake('t')).toMatchObject([{ type: 'create_task', nodeId: 'm' }]);
});

it('a data node that could not be carried out fails its branch', () => {
  const graph = graphOf([node('change_sender', 'c', { senders: [] }), message('m')], ['c>m']);
  const run = drive(graph);
  run.send({ type: 'apply_failed', cursorId: run.at('c'), reason: 'no_usable_sender' });
  expect(run.state).toMatchObject({ status: 'failed', reason: 'no_usable_sender' });
});

it('waits for opens and clicks, and takes the timeout without a read', () => {
  const wait = (event: 'email_opened' | 'email_clicked') =>
    graphOf(
      [node('wait_until', 'w', { event, timeoutMs: HOUR }), message('m'), end('e')],
      ['w:happened>m', 'w:timeout>e'],
    );
  const clicked = drive(wait('email_clicked'));
  expect(clicked.send({ type: 'email_opened' })).toEqual([]);
  expect(clicked.send({ type: 'email_clicked' })).toMatchObject([{ nodeId: 'm' }]);
  const opened = drive(wait('email_opened'));
  opened.wake('w', HOUR);
  expect(opened.state.status).toBe('finished');
});

describe('skipping the step of a paused contact', () => {
  const manual = node('manual_task', 'call', { kind: 'call', instruction: 'Call', dueInMs: HOUR });
  const tag = node('tag', 'mark', { action: 'add', tagId: 't' });
  const wait = waitUntil('wait', 'replied', HOUR);

  it.each([
    ['a manual task', manual],
    ['a data step', tag],
    ['a wait', wait],
    ['a delay', delay('rest', HOUR)],
    ['a message', message('second')],
  ] as const)('passes %s that was not begun', (_, next) => {
    const out =
      next.type === 'wait_until'
        ? [`${next.id}:timeout>last`, `${next.id}:happened>done`]
        : [`${next.id}>last`];
    const graph = graphOf(
      [message('first'), next, message('last'), end('done')],
      [`first>${next.id}`, ...out],
    );
    const run = drive(graph);
    run.send({ type: 'replied' });
    // The message was under way when the reply came: its branch stands before the next step.
    run.end('first');
    expect(run.standing()).toEqual([`${next.id}/1`]);
    expect(run.send({ type: 'skipped' })).toMatchObject([{ type: 'create_task', nodeId: 'last' }]);
    expect(run.standing()).toEqual(['last/1']);
  });
});
