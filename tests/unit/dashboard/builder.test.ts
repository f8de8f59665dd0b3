import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Graph, graph as graphSchema, type NodeType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { catalogue } from '../../../companion-server/dashboard/features/automations/builder/catalogue.ts';
import {
  addStep,
  duplicateStep,
  freeExit,
  insertStep,
  join,
  readingOrder,
  removeStep,
  replaceStep,
  setLoop,
  setTargets,
  targetsOf,
  waysBack,
} from '../../../companion-server/dashboard/features/automations/builder/graphEdits.ts';
import {
  laneBack,
  laneBeside,
} from '../../../companion-server/dashboard/features/automations/builder/lane.ts';
import {
  STEP_HEIGHT,
  STEP_WIDTH,
  tidy,
} from '../../../companion-server/dashboard/features/automations/builder/layout.ts';
import { starters } from '../../../companion-server/dashboard/features/automations/builder/starters.ts';
import { stepSummary } from '../../../companion-server/dashboard/features/automations/builder/stepSummary.ts';
import {
  changeHistory,
  type Draft,
} from '../../../companion-server/dashboard/features/automations/builder/useDraft.ts';
import {
  addVariant,
  shareEvenly,
  shareSum,
  type Variants,
} from '../../../companion-server/dashboard/features/automations/builder/variants.ts';

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

  it('puts a step between an exit and what follows it', () => {
    const newId = counter();
    const visit = addStep(empty, 'visit', null, newId);
    const from = { nodeId: visit.id, exit: 'next' as const };
    const end = addStep(visit.graph, 'end', from, newId);
    const condition = insertStep(end.graph, 'condition', from, newId);
    expect(targetsOf(condition.graph, from)).toEqual([condition.id]);
    expect(targetsOf(condition.graph, { nodeId: condition.id, exit: 'yes' })).toEqual([end.id]);
    const other = insertStep(end.graph, 'end', from, newId);
    expect(targetsOf(other.graph, from)).toEqual([end.id, other.id]);
  });

  it('copies the settings of a step and not its edges', () => {
    const newId = counter();
    const delay = addStep(empty, 'delay', null, newId);
    const end = addStep(delay.graph, 'end', { nodeId: delay.id, exit: 'next' }, newId);
    const copy = duplicateStep(end.graph, delay.id, newId);
    const [first, , second] = copy?.graph.nodes ?? [];
    expect(second).toMatchObject({ id: copy?.id, type: 'delay', config: first?.config });
    expect(copy?.graph.edges).toEqual(end.graph.edges);
    expect(duplicateStep(end.graph, 'nobody', newId)).toBeNull();
  });

  it('finds ways back, and declares them as loops', () => {
    const newId = counter();
    const delay = addStep(empty, 'delay', null, newId);
    const asked = addStep(delay.graph, 'condition', { nodeId: delay.id, exit: 'next' }, newId);
    const no = { nodeId: asked.id, exit: 'no' as const };
    const round = join(asked.graph, no, delay.id, newId);
    expect(waysBack(asked.graph, { nodeId: delay.id, exit: 'next' })).toEqual([]);
    const [back] = waysBack(round, no);
    const declared = setLoop(round, back?.id ?? '', 4);
    expect(waysBack(declared, no)).toEqual([{ ...back, loop: { maxVisits: 4 } }]);
    expect(setLoop(declared, back?.id ?? '', null)).toEqual(round);
    const ahead = { nodeId: delay.id, exit: 'next' as const };
    expect([...waysBack(round, ahead), ...waysBack(declared, ahead)]).toEqual([]);
    const codes = (graph: Graph) => validateGraph(graph).map(({ code }) => code);
    expect(codes(round)).toContain('loop');
    expect(codes(declared)).not.toContain('loop');
    const { nodes } = tidy(declared);
    expect(nodes[0]?.position.y).toBeLessThan(nodes[1]?.position.y ?? 0);
  });

  it('drops the edges of a variant that is removed', () => {
    const newId = counter();
    const split = addStep(empty, 'split', null, newId);
    const inA = addStep(split.graph, 'end', { nodeId: split.id, exit: 'a' }, newId);
    const inB = addStep(inA.graph, 'end', { nodeId: split.id, exit: 'b' }, newId);
    const node = inB.graph.nodes.find(({ id }) => id === split.id);
    if (node?.type !== 'split') throw new Error('no split');
    const variants = node.config.variants.filter(({ name }) => name !== 'a');
    const without = replaceStep(inB.graph, { ...node, config: { variants } });
    expect(without.edges.map(({ exit }) => exit)).toEqual(['b']);
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
    const asksForNote = built.nodes.some(({ type }) => type === 'connect');
    expect(codes).toEqual(new Set(['no_list', 'no_sender', ...(asksForNote ? ['when_no_note'] : [])]));
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

describe('variants', () => {
  const two: Variants = [
    { name: 'a', percent: 60, retired: false },
    { name: 'c', percent: 30, retired: true },
  ];

  it('get the first free name and the share that is left', () => {
    expect(addVariant(two)).toEqual([...two, { name: 'b', percent: 10, retired: false }]);
    const all = [1, 2, 3].reduce(addVariant, two);
    expect(addVariant(all)).toBe(all);
    expect(shareSum(all)).toBe(100);
  });

  it('share evenly without a rest', () => {
    const three = shareEvenly(addVariant(two));
    expect(three.map(({ percent }) => percent)).toEqual([34, 33, 33]);
    expect(three[1]?.retired).toBe(true);
  });
});

describe('summaries', () => {
  const names = {
    lists: new Map([['l1', 'Leads']]),
    tags: new Map([['t1', 'Hot']]),
    senders: null,
    automations: new Map<string, string>(),
    members: new Map<string, string>(),
  };
  const base = { id: 'n', label: '', position: { x: 0, y: 0 } };

  it('name what is chosen, what is gone and what is not known yet', () => {
    const tag = (tagId: string) => ({ ...base, type: 'tag', config: { action: 'add', tagId } }) as const;
    expect(stepSummary(tag('t1'), names)).toBe('Adds Hot');
    expect(stepSummary(tag('t2'), names)).toBe('Adds a deleted tag');
    expect(stepSummary(tag(''), names)).toBe('Adds no tag yet');
    const senders = [{ senderId: 's1', weight: 1 }];
    expect(stepSummary({ ...base, type: 'change_sender', config: { senders } }, names)).toBe('…');
  });

  it('has one line for every kind of step', () => {
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

  it('lead back beside every step on their way', () => {
    const loop = { from: { x: 124, y: 500 }, to: { x: 124, y: 0 } };
    expect(laneBack([{ x: 0, y: 0 }], loop.from, loop.to)).toBe(-24);
    const two = [
      { x: 0, y: 150 },
      { x: -200, y: 300 },
    ];
    expect(laneBack(two, loop.from, loop.to)).toBe(STEP_WIDTH + 24);
  });
});
