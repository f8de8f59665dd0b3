import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exitsOf, type Graph, type GraphNode } from '#shared/automation/graph.ts';
import {
  type Move,
  moveEnrollment,
  type Origin,
  restoreEnrollment,
  standing,
} from '#shared/automation/migrate.ts';
import { advance, initialState, isFinal } from '#shared/automation/reducer.ts';
import type { Advance, EnrollmentEvent, EnrollmentState, ReducerCommand } from '#shared/automation/state.ts';
import { completePlan, landings } from '#shared/automation/versionDiff.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
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

/** Versions are drawn from one pool of steps, so that some stay, some go and some come back. */
const pool: GraphNode[] = [
  visit('n0'),
  message('n1'),
  delay('n2', HOUR),
  waitUntil('n3', 'replied', HOUR),
  condition('n4', 'has_email'),
  email('n5'),
  delay('n6', DAY),
  message('n7'),
  waitUntil('n8', 'accepted', DAY),
  email('n9'),
];

const anyVersion: fc.Arbitrary<Graph> = fc
  .record({
    taken: fc.array(fc.boolean(), { minLength: pool.length, maxLength: pool.length }),
    steps: fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }),
  })
  .map(({ taken, steps }) => {
    const nodes = [...pool.filter((_node, index) => taken[index]), end('z')];
    let drawn = 0;
    const edges = nodes.flatMap((node, index) =>
      exitsOf(node).flatMap((exit) => {
        const ahead = () =>
          nodes[Math.min(nodes.length - 1, index + 1 + (steps[drawn++ % 40] ?? 0))]?.id ?? 'z';
        const targets = new Set([ahead(), ...(steps[drawn++ % 40] === 0 ? [ahead()] : [])]);
        return [...targets].map((target) => ({ id: `e${drawn}-${target}`, source: node.id, exit, target }));
      }),
    );
    const way = [
      { id: 's', source: 'segment', exit: 'next' as const, target: 'sender' },
      { id: 't', source: 'sender', exit: 'next' as const, target: nodes[0]?.id ?? 'z' },
    ];
    return { nodes: [segment(), sender(), ...nodes], edges: [...way, ...edges] };
  });

const anyAct = fc.record({
  kind: fc.constantFrom(
    ...(['end', 'end', 'commit', 'wake', 'wake', 'pause', 'resume', 'move', 'move', 'undo'] as const),
  ),
  pick: fc.nat(9),
  version: fc.nat(3),
  ended: fc.boolean(),
});

interface Task {
  nodeId: string;
  cursorId: string;
  state: 'open' | 'committing' | 'done' | 'canceled';
  times: number;
}

/** The engine in small: tasks exist once per (node, visit), results come back, what may have happened stays. */
class World {
  state = initialState();
  tasks = new Map<string, Task>();
  now = 1_000_000;
  origin: { origin: Origin; from: Graph } | null = null;
  private ids = 0;

  constructor(public graph: Graph) {
    this.send({ type: 'started', segmentNodeId: 'segment' });
  }

  context() {
    const facts = { ...noFacts, acceptancesReadAt: this.now, inboxReadAt: this.now };
    return { now: this.now, facts, newCursorId: () => `c${++this.ids}` };
  }

  send(event: EnrollmentEvent): void {
    this.store(advance(this.state, event, this.graph, this.context()));
  }

  store({ state, commands }: Advance): void {
    this.state = state;
    for (const command of commands) this.run(command);
  }

  private run(command: ReducerCommand): void {
    if (command.type === 'cancel_task') {
      for (const task of this.tasks.values()) {
        if (task.cursorId === command.cursorId && task.state === 'open') task.state = 'canceled';
      }
    } else if (command.type === 'create_task') {
      const { cursorId, nodeId, visit } = command;
      const key = `${nodeId}/${visit}`;
      const task = this.tasks.get(key) ?? { nodeId, cursorId, state: 'canceled', times: 0 };
      this.tasks.set(key, task);
      task.cursorId = cursorId;
      if (task.state === 'canceled') task.state = 'open';
      else if (task.state === 'done') this.end(task);
    }
  }

  /** Stores a success; the second time is the result of the first that counts again. */
  end(task: Task): void {
    if (task.state !== 'done') task.times += 1;
    task.state = 'done';
    const { cursorId, nodeId } = task;
    this.send({ type: 'task_ended', cursorId, nodeId, result: { kind: 'done' } });
  }

  of(...states: Task['state'][]): Task[] {
    return [...this.tasks.values()].filter(({ state }) => states.includes(state));
  }

  moveTo(to: Graph, targets: Move['plan']['targets']): void {
    const from = this.graph;
    const before = this.state;
    const result = moveEnrollment(before, this.move(to, targets), this.context());
    this.graph = to;
    this.store(result);
    this.origin = { origin: { before, after: standing(result.state) }, from };
  }

  undo(): void {
    if (!this.origin) return;
    const { origin, from } = this.origin;
    this.origin = null;
    const result = restoreEnrollment(this.state, origin, this.move(from, {}), this.context());
    this.graph = from;
    this.store(result);
  }

  private move(to: Graph, targets: Move['plan']['targets']): Move {
    const plan = completePlan(this.graph, to, { targets, recompute: pool.map(({ id }) => id) });
    return {
      from: this.graph,
      to,
      plan,
      uncertain: new Set(this.of('committing').map(({ cursorId }) => cursorId)),
    };
  }

  check(): void {
    const ids = new Set(this.graph.nodes.map(({ id }) => id));
    for (const cursor of this.state.cursors) {
      if (cursor.state === 'ended') continue;
      expect(ids, 'nobody stands on a step that is gone').toContain(cursor.nodeId);
      const own = [...this.tasks.values()].filter(({ cursorId }) => cursorId === cursor.id);
      if (cursor.state === 'acting') {
        const task = this.tasks.get(`${cursor.nodeId}/${cursor.visit}`);
        // While paused nothing is asked for; a result that came before counts when it is resumed.
        const isPaused = this.state.status === 'paused';
        const expected = isPaused ? ['open', 'committing', 'canceled', 'done'] : ['open', 'committing'];
        expect(expected, `task of ${cursor.nodeId}`).toContain(task?.state);
        expect(task?.cursorId).toBe(cursor.id);
      }
      if (cursor.waitsFor === 'step') expect(own.map(({ state }) => state)).toContain('committing');
    }
    for (const task of this.tasks.values()) {
      expect(task.times, 'nothing is done twice').toBeLessThanOrEqual(1);
      const owner = this.state.cursors.find(({ id }) => id === task.cursorId);
      if (task.state === 'open') expect(owner?.state, 'no task without a branch').toBe('acting');
    }
  }

  /** Everything that is under way comes to its end: nobody is stranded. */
  finish(): EnrollmentState['status'] {
    this.send({ type: 'resumed' });
    for (let round = 0; round < 60 && !isFinal(this.state.status); round++) {
      for (const task of this.of('open', 'committing')) if (task.state !== 'done') this.end(task);
      this.now += 2 * DAY;
      for (const { id } of this.state.cursors) this.send({ type: 'woke', cursorId: id });
      this.check();
    }
    return this.state.status;
  }
}

it('strands nobody, loses no task and does none twice, whatever is edited and undone in between', () => {
  fc.assert(
    fc.property(
      fc.array(anyVersion, { minLength: 2, maxLength: 4 }),
      fc.array(anyAct, { minLength: 1, maxLength: 25 }),
      (versions, acts) => {
        const world = new World(versions[0] ?? { nodes: [], edges: [] });
        world.check();
        for (const { kind, pick, version, ended } of acts) {
          const open = world.of('open');
          const task = open[pick % Math.max(1, open.length)];
          if (kind === 'end' && world.of('committing')[0]) world.end(world.of('committing')[0] as Task);
          else if (kind === 'end' && task) world.end(task);
          else if (kind === 'commit' && task) task.state = 'committing';
          else if (kind === 'pause') world.send({ type: 'paused', reason: 'manual' });
          else if (kind === 'resume') world.send({ type: 'resumed' });
          else if (kind === 'undo') world.undo();
          else if (kind === 'wake') {
            world.now += HOUR;
            for (const { id } of world.state.cursors) world.send({ type: 'woke', cursorId: id });
          } else if (kind === 'move') {
            const to = versions[version % versions.length] ?? world.graph;
            const places = landings(to);
            const target = ended ? null : (places[pick % places.length]?.id ?? null);
            const standsOn = world.state.cursors.map(({ nodeId }) => [nodeId, target] as const);
            world.moveTo(to, Object.fromEntries(standsOn));
          }
          world.check();
        }
        expect(isFinal(world.finish())).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});
