import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Graph, graph as graphSchema, type NodeType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import {
  catalogue,
  stepSummary,
} from '../../../companion-server/dashboard/features/automations/builder/catalogue.ts';
import {
  addStep,
  freeExit,
  join,
  readingOrder,
  removeStep,
  setTargets,
  targetsOf,
} from '../../../companion-server/dashboard/features/automations/builder/graphEdits.ts';
import { laneBeside } from '../../../companion-server/dashboard/features/automations/builder/lane.ts';
import {
  STEP_HEIGHT,
  STEP_WIDTH,
  tidy,
} from '../../../companion-server/dashboard/features/automations/builder/layout.ts';
import { starters } from '../../../companion-server/dashboard/features/automations/builder/starters.ts';
import {
  changeHistory,
  type Draft,
} from '../../../companion-server/dashboard/features/automations/builder/useDraft.ts';

function counter(): () => string {
  let next = 0;
  return () => `id${++next}`;
}
const empty: Graph = { nodes: [], edges: [] };
const types = Object.keys(catalogue) as NodeType[];

describe('editing a graph', () => {
  it('joins a new step to the exit it is added after', () => {
    const newId = counter();
    const segment = addStep(empty, 'segment', null, newId);
    const sender = addStep(segment.graph, 'sender_profile', freeExit(segment.graph, segment.id), newId);
    expect(targetsOf(sender.graph, { nodeId: segment.id, exit: 'next' })).toEqual([sender.id]);
    expect(freeExit(sender.graph, segment.id)).toBeNull();
    expect(freeExit(sender.graph, sender.id)).toEqual({ nodeId: sender.id, exit: 'next' });
  });

  it('never joins twice nor to itself', () => {
    const newId = counter();
    const visit = addStep(empty, 'visit', null, newId);
    const from = { nodeId: visit.id, exit: 'next' as const };
    const end = addStep(visit.graph, 'end', from, newId);
    expect(join(end.graph, from, end.id, newId).edges).toHaveLength(1);
    expect(join(end.graph, from, visit.id, newId).edges).toHaveLength(1);
  });

  it('makes an exit lead to exactly the chosen steps', () => {
    const newId = counter();
    const wait = addStep(empty, 'wait_until', null, newId);
    const from = { nodeId: wait.id, exit: 'happened' as const };
    const first = addStep(wait.graph, 'message', from, newId);
    const second = addStep(first.graph, 'end', { nodeId: wait.id, exit: 'timeout' }, newId);
    const changed = setTargets(second.graph, from, [second.id], newId);
    expect(targetsOf(changed, from)).toEqual([second.id]);
    expect(targetsOf(changed, { nodeId: wait.id, exit: 'timeout' })).toEqual([second.id]);
  });

  it('removes a step with all its edges', () => {
    const [starter] = starters;
    if (!starter) throw new Error('no starter');
    const built = starter.build(counter());
    const connect = built.nodes.find(({ type }) => type === 'connect');
    const without = removeStep(built, connect?.id ?? '');
    expect(without.nodes).toHaveLength(built.nodes.length - 1);
    expect(without.edges.some(({ source, target }) => source === connect?.id || target === connect?.id)).toBe(
      false,
    );
  });

  it('lists every step once, whatever was built', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...types), fc.nat(20), fc.nat(20)), { maxLength: 15 }),
        (steps) => {
          const newId = counter();
          let built = empty;
          for (const [type, from, to] of steps) {
            built = addStep(built, type, freeExit(built, built.nodes[from]?.id ?? null), newId).graph;
            const exit = freeExit(built, built.nodes[to]?.id ?? null);
            const target = built.nodes[from]?.id;
            if (exit && target) built = join(built, exit, target, newId);
          }
          expect(graphSchema.safeParse(built).success).toBe(true);
          expect(new Set(readingOrder(built))).toEqual(new Set(built.nodes));
          expect(readingOrder(built)).toHaveLength(built.nodes.length);
        },
      ),
    );
  });
});

describe('starters', () => {
  it.each(starters)('$name lacks only what nobody but the user can choose', ({ build }) => {
    const built = build(counter());
    expect(graphSchema.parse(built)).toEqual(built);
    const codes = new Set(validateGraph(built).map(({ code }) => code));
    expect(codes).toEqual(new Set(['no_list', 'no_sender', 'when_no_note']));
  });

  it.each(starters)('$name is laid out without overlaps', ({ build }) => {
    const { nodes } = tidy(build(counter()));
    for (const one of nodes) {
      for (const other of nodes) {
        if (one === other) continue;
        const apart =
          Math.abs(one.position.x - other.position.x) >= STEP_WIDTH ||
          Math.abs(one.position.y - other.position.y) >= STEP_HEIGHT;
        expect(apart, `${one.id} and ${other.id}`).toBe(true);
      }
    }
  });
});

describe('summaries', () => {
  it('has one line for every kind of step', () => {
    const names = { lists: new Map([['l1', 'Leads']]), senders: new Map<string, string>() };
    for (const type of types) {
      const { graph, id } = addStep(empty, type, null, counter());
      const node = graph.nodes.find((one) => one.id === id);
      expect(node && stepSummary(node, names)).toMatch(/\S/);
    }
  });
});

describe('undo and redo', () => {
  const draft = (name: string): Draft => ({ name, graph: empty });
  const start = { past: [], now: draft('a'), future: [], saved: draft('a'), about: null };

  it('takes a row of changes of one thing back in one go', () => {
    const typed = ['ab', 'abc'].reduce<Parameters<typeof changeHistory>[0]>(
      (history, name) => changeHistory(history, { type: 'change', draft: draft(name), about: 'name' }),
      start,
    );
    const undone = changeHistory(typed, { type: 'undo' });
    expect(undone.now.name).toBe('a');
    expect(changeHistory(undone, { type: 'redo' }).now.name).toBe('abc');
  });

  it('keeps changes of different things apart', () => {
    const first = changeHistory(start, { type: 'change', draft: draft('b'), about: 'name' });
    const second = changeHistory(first, { type: 'change', draft: draft('c'), about: null });
    expect(changeHistory(second, { type: 'undo' }).now.name).toBe('b');
  });

  it('stays where it is when there is nothing to undo', () => {
    expect(changeHistory(start, { type: 'undo' })).toBe(start);
  });
});

describe('edges', () => {
  const from = { x: 100, y: 0 };
  const to = { x: 100, y: 400 };

  it('run straight when nothing is in the way', () => {
    expect(laneBeside([{ x: 600, y: 150 }], from, to)).toBeNull();
    expect(laneBeside([{ x: 0, y: 380 }], from, to)).toBeNull();
  });

  it('pass beside a step on its nearer side', () => {
    expect(laneBeside([{ x: 90, y: 150 }], from, to)).toBe(66);
    expect(laneBeside([{ x: 110 - STEP_WIDTH, y: 150 }], from, to)).toBe(134);
  });
});
