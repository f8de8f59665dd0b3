import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { freshSegment } from '#shared/automation/nodes.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  addTag,
  addToList,
  decideEnrollment,
  endManualTask,
  holdRestored,
  liftHold,
  pauseAutomation,
  removeTag,
  resumeAutomation,
  resumeEverything,
  startBulk,
  stopEverything,
  type Unit,
  unitOfWork,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { condition, delay, end, graphOf, message, node, sender, visit } from '../../support/graphs.ts';
import { nextOfKind, nextStep, pass, perform, settle } from './support.ts';

/** What the nodes of the groups "manual", "wait and branch" and "data" do on a real database. */

let stage: Stage;
let person: Person;

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  person = await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => unitOfWork(stage.ctx, work);
const senders = (...ids: string[]) => ids.map((senderId) => ({ senderId, weight: 1 }));

/** Starts a graph behind a segment on list l1 and the sender s1. */
async function start(nodes: GraphNode[], edges: string[], first?: string): Promise<void> {
  await addAutomation(stage, 'a1', ofS1(graphOf(nodes, edges, first)));
  await settle(stage);
}

function ofS1(graph: Graph): Graph {
  const who = { ...sender(), config: { ...sender().config, senders: senders('s1') } } as GraphNode;
  const from = node('segment', 'segment', { ...freshSegment, listIds: ['l1'] });
  return { ...graph, nodes: [from, who, ...graph.nodes.slice(2)] };
}

const enrollment = async () => {
  const [row] = await stage.db.reader
    .select()
    .from(schema.enrollment)
    .where(eq(schema.enrollment.automationId, 'a1'));
  if (!row) throw new Error('not enrolled');
  return row;
};
const eventTypes = async () => {
  const rows = await stage.db.reader.select().from(schema.event).orderBy(schema.event.id);
  return rows.map(({ type }) => type);
};
const manualTasks = () => stage.db.reader.select().from(schema.manualTask);
const addTagNamed = (id: string) =>
  stage.db.write((tx) =>
    tx.insert(schema.tag).values({ id, workspaceId: WORKSPACE, name: id, createdAt: 0 }),
  );
const cause = { workspaceId: WORKSPACE };

describe('manual task', () => {
  const call = node('manual_task', 'call', { kind: 'call', instruction: 'Call them', dueInMs: HOUR });

  it('waits for a person, who does it or goes past it', async () => {
    await start([call, visit('v')], ['call>v']);
    const [task] = await manualTasks();
    expect(task).toMatchObject({ state: 'ready', kind: 'call', nodeId: 'call', senderId: 's1' });
    pass(stage, 30 * HOUR);
    expect(await nextStep(stage)).toBeNull();
    const done = { result: 'done' as const, note: 'Talked', by: 'anna' };
    expect(await inUnit((unit) => endManualTask(unit, task?.id ?? '', done))).toBe(true);
    expect(await inUnit((unit) => endManualTask(unit, task?.id ?? '', done))).toBe(false);
    await nextOfKind(stage, 'visit');
    expect(await eventTypes()).toContain('manual_task_ended');
  });

  it('is taken back by a pause and asked for again by the resume, once', async () => {
    await start([call], []);
    const { id } = await enrollment();
    await inUnit((unit) => decideEnrollment(unit, id, 'pause', 'anna'));
    expect(await manualTasks()).toMatchObject([{ state: 'canceled' }]);
    await inUnit((unit) => decideEnrollment(unit, id, 'resume', 'anna'));
    expect(await manualTasks()).toMatchObject([{ state: 'ready', finishedAt: null }]);
  });
});

describe('join', () => {
  it('waits for both branches, then goes on once', async () => {
    await start(
      [visit('v'), delay('d', HOUR), node('join', 'j', { mode: 'all' }), end('e')],
      ['v>j', 'd>j', 'j>e'],
      'v,d',
    );
    await perform(stage, await nextOfKind(stage, 'visit'));
    expect((await enrollment()).status).toBe('in_progress');
    pass(stage, 2 * HOUR);
    await settle(stage);
    expect(await enrollment()).toMatchObject({ status: 'finished', live: 0 });
  });
});

describe('data nodes', () => {
  it('change a tag, and what follows sees it', async () => {
    await addTagNamed('hot');
    await start(
      [
        node('tag', 't', { action: 'add', tagId: 'hot' }),
        node('condition', 'if', { test: 'tag', tagId: 'hot' }),
        visit('v'),
        end('no'),
      ],
      ['t>if', 'if:yes>v', 'if:no>no'],
    );
    await nextOfKind(stage, 'visit');
    expect(await stage.db.reader.select().from(schema.contactTag)).toMatchObject([
      { tagId: 'hot', contactId: person.contactId },
    ]);
  });

  it('set a field, and what follows sees it', async () => {
    await start(
      [
        node('set_field', 's', { field: 'custom:tier', value: 'Gold' }),
        node('condition', 'if', { test: 'field', field: 'custom:tier', operator: 'equals', value: 'gold' }),
        visit('v'),
        end('no'),
      ],
      ['s>if', 'if:yes>v', 'if:no>no'],
    );
    await nextOfKind(stage, 'visit');
  });

  it('put into a list and take out of it, keeping its count right', async () => {
    await stage.db.write((tx) =>
      tx.insert(schema.list).values({ id: 'l2', workspaceId: WORKSPACE, name: 'l2', createdAt: 0 }),
    );
    const list = (id: string, action: 'add' | 'remove') => node('list', id, { action, listId: 'l2' });
    await start(
      [list('in', 'add'), delay('d', HOUR), list('out', 'remove'), end('e')],
      ['in>d', 'd>out', 'out>e'],
    );
    const count = async () =>
      (await stage.db.reader.select().from(schema.list).where(eq(schema.list.id, 'l2')))[0]?.memberCount;
    expect(await count()).toBe(1);
    pass(stage, 2 * HOUR);
    await settle(stage);
    expect(await count()).toBe(0);
    expect((await enrollment()).status).toBe('finished');
  });

  it('pass what does not exist any more, and say so', async () => {
    await start([node('tag', 't', { action: 'add', tagId: 'gone' }), end('e')], ['t>e']);
    expect((await enrollment()).status).toBe('finished');
    expect(await eventTypes()).toContain('node_passed');
  });

  const join = (userId: string, role: 'owner' | 'rep') =>
    stage.db.write((tx) =>
      tx
        .insert(schema.member)
        .values({ id: `m-${userId}`, organizationId: WORKSPACE, userId, role, createdAt: new Date(0) }),
    );
  const notifyRep = () => start([node('notify', 'n', { memberId: null, text: 'Look' }), end('e')], ['n>e']);

  it('notify the owners of the workspace once the rep has left', async () => {
    for (const name of ['olga', 'otto']) await join(name, 'owner');
    await join('rita', 'rep');
    await notifyRep();
    const told = await stage.db.reader.select().from(schema.notification);
    expect(told.map(({ userId }) => userId).toSorted()).toEqual(['olga', 'otto']);
  });

  it('notify nobody where nobody is left, and say so', async () => {
    await notifyRep();
    expect(await stage.db.reader.select().from(schema.notification)).toEqual([]);
    expect(await eventTypes()).toContain('node_passed');
  });

  it('notify the rep who owns the sender profile', async () => {
    await join('olga', 'owner');
    await join('user-s1', 'rep');
    await start([node('notify', 'n', { memberId: null, text: 'Look' }), end('e')], ['n>e']);
    expect(await stage.db.reader.select().from(schema.notification)).toMatchObject([
      { userId: 'user-s1', text: 'Look', contactId: person.contactId, seenAt: null },
    ]);
  });

  it('queue a webhook and go on without waiting for it', async () => {
    await start([node('webhook', 'w', { url: 'https://example.com/hook' }), end('e')], ['w>e']);
    expect(await stage.db.reader.select().from(schema.webhookDelivery)).toMatchObject([
      { state: 'pending', url: 'https://example.com/hook', attempts: 0 },
    ]);
    expect((await enrollment()).status).toBe('finished');
  });

  describe('while the automation is held', () => {
    const holding = {
      'everything is stopped': {
        hold: (unit: Unit) => stopEverything(unit, WORKSPACE, 'rep'),
        lift: (unit: Unit) => resumeEverything(unit, WORKSPACE, 'rep'),
      },
      'the automation is paused': {
        hold: (unit: Unit) => pauseAutomation(unit, 'a1', 'rep'),
        lift: (unit: Unit) => resumeAutomation(unit, 'a1', 'rep'),
      },
    };
    const steps = [
      delay('d', HOUR),
      node('tag', 't', { action: 'add', tagId: 'hot' }),
      node('webhook', 'hook', { url: 'https://example.com/hook' }),
      node('notify', 'tell', { memberId: null, text: 'Ready' }),
      visit('v'),
    ];
    const edges = ['d>t', 't>hook', 'hook>tell', 'tell>v'];
    const tags = () => stage.db.reader.select().from(schema.contactTag);
    const deliveries = () => stage.db.reader.select().from(schema.webhookDelivery);
    const branches = () => stage.db.reader.select().from(schema.cursor);

    beforeEach(async () => {
      await addTagNamed('hot');
      await start(steps, edges);
    });

    it.each(Object.entries(holding))('are left undone until the lift: %s', async (_, { hold, lift }) => {
      await inUnit(hold);
      pass(stage, 2 * HOUR);
      await settle(stage);
      expect(await tags()).toEqual([]);
      // Nothing looks for it again until then.
      expect(await branches()).toMatchObject([{ nodeId: 't', waitsFor: 'data', wakeAt: null }]);
      await inUnit(lift);
      await settle(stage);
      expect(await tags()).toHaveLength(1);
      expect(await deliveries()).toMatchObject([{ state: 'pending' }]);
      expect(await branches()).toMatchObject([{ nodeId: 'v' }]);
    });

    it('stay undone while another hold stands', async () => {
      await inUnit((unit) => stopEverything(unit, WORKSPACE, 'rep'));
      await inUnit((unit) => pauseAutomation(unit, 'a1', 'rep'));
      pass(stage, 2 * HOUR);
      await settle(stage);
      await inUnit((unit) => resumeEverything(unit, WORKSPACE, 'rep'));
      await settle(stage);
      expect(await tags()).toEqual([]);
      await inUnit((unit) => resumeAutomation(unit, 'a1', 'rep'));
      await settle(stage);
      expect(await tags()).toHaveLength(1);
    });

    it('are carried out by a contact that was paused and resumed meanwhile, passed over by a skip', async () => {
      await inUnit((unit) => stopEverything(unit, WORKSPACE, 'rep'));
      pass(stage, 2 * HOUR);
      await settle(stage);
      const { id } = await enrollment();
      await inUnit((unit) => decideEnrollment(unit, id, 'pause', 'rep'));
      await inUnit((unit) => decideEnrollment(unit, id, 'resume', 'rep'));
      expect(await branches()).toMatchObject([{ nodeId: 't', waitsFor: 'data' }]);
      await inUnit((unit) => decideEnrollment(unit, id, 'pause', 'rep'));
      await inUnit((unit) => decideEnrollment(unit, id, 'skip', 'rep'));
      await inUnit((unit) => resumeEverything(unit, WORKSPACE, 'rep'));
      await settle(stage);
      expect(await tags()).toEqual([]);
      expect(await deliveries()).toMatchObject([{ state: 'pending' }]);
    });

    it('a webhook that may have been made before a restore is left to a person', async () => {
      await join('user-s1', 'rep');
      pass(stage, 2 * HOUR);
      await inUnit(holdRestored);
      await settle(stage);
      expect(await deliveries()).toEqual([]);
      const restored = { workspaceId: WORKSPACE, scope: 'workspace', scopeId: WORKSPACE } as const;
      await inUnit((unit) => liftHold(unit, { ...restored, reason: 'restored_from_backup' }, 'rep'));
      await settle(stage);
      expect(await deliveries()).toMatchObject([
        { state: 'failed', answer: expect.stringContaining('Not repeated') },
      ]);
      expect(await tags()).toHaveLength(1);
      expect(await stage.db.reader.select().from(schema.notification)).toHaveLength(1);
    });
  });

  it('are carried out once, also for a contact that is moved back', async () => {
    await join('user-s1', 'rep');
    await addTagNamed('hot');
    await start(
      [
        node('notify', 'n', { memberId: null, text: 'Look' }),
        node('webhook', 'w', { url: 'https://example.com/hook' }),
        node('tag', 't', { action: 'add', tagId: 'hot' }),
        delay('d', HOUR),
        end('e'),
      ],
      ['n>w', 'w>t', 't>d', 'd>e'],
    );
    await inUnit((unit) => removeTag(unit, cause, 'hot', [person.contactId]));
    const { id } = await enrollment();
    const bulk = { workspaceId: WORKSPACE, automationId: 'a1', onlyOwner: null, by: 'anna' };
    const input = { action: 'move' as const, nodeId: 'n' };
    await inUnit((unit) => startBulk(unit, { ...bulk, input, selection: { ids: [id] } }));
    await settle(stage);
    pass(stage, 2 * HOUR);
    await settle(stage);
    const counts = await stage.db.reader.select().from(schema.nodeCount);
    expect(counts.find(({ nodeId }) => nodeId === 'n')).toMatchObject({ passed: 2 });
    expect(await stage.db.reader.select().from(schema.notification)).toHaveLength(1);
    expect(await stage.db.reader.select().from(schema.webhookDelivery)).toHaveLength(1);
    expect(await stage.db.reader.select().from(schema.contactTag)).toEqual([]);
  });

  it('enroll elsewhere once, where the contact waits until this automation is over', async () => {
    await addAutomation(stage, 'other', {
      ...ofS1(graphOf([visit('v')], [])),
      nodes: [
        node('segment', 'segment', { ...freshSegment, listIds: ['nobody'] }),
        ...ofS1(graphOf([visit('v')], [])).nodes.slice(1),
      ],
    });
    const go = (id: string) => node('enroll', id, { automationId: 'other' });
    await start([go('x'), go('y'), delay('d', HOUR), end('e')], ['x>y', 'y>d', 'd>e']);
    await settle(stage);
    const there = () =>
      stage.db.reader.select().from(schema.enrollment).where(eq(schema.enrollment.automationId, 'other'));
    expect(await there()).toMatchObject([{ status: 'ready', reason: 'other_automation', live: 0 }]);
    const log = await stage.db.reader.select().from(schema.event);
    expect(log.filter(({ type }) => type === 'enroll_skipped')).toMatchObject([
      { nodeId: 'y', data: { automationId: 'other', reason: 'was_there' } },
    ]);
    pass(stage, 2 * HOUR);
    await settle(stage);
    expect(await there()).toMatchObject([{ live: 1 }]);
  });
});

describe('change sender', () => {
  it('moves what is planned to the new sender, never what may have happened', async () => {
    await addSender(stage, 's2');
    await start(
      [message('m'), delay('d', HOUR), node('change_sender', 'c', { senders: senders('s2') }), end('e')],
      ['d>c', 'c>e'],
      'm,d',
    );
    const planned = async () =>
      (await stage.db.reader.select().from(schema.task)).find((t) => t.nodeId === 'm');
    const before = await planned();
    pass(stage, 2 * HOUR);
    await settle(stage);
    const after = await planned();
    expect(before).toMatchObject({ senderId: 's1' });
    expect(after).toMatchObject({ id: before?.id, senderId: 's2', state: 'ready' });
    expect(after?.channelId).not.toBe(before?.channelId);
    expect((await enrollment()).senderId).toBe('s2');
    const lanes = await stage.db.reader.select().from(schema.lane).where(eq(schema.lane.kind, 'message'));
    const ready = Object.fromEntries(lanes.map((lane) => [lane.channelId, lane.readyCount]));
    expect(ready).toMatchObject({ [before?.channelId ?? '']: 0, [after?.channelId ?? '']: 1 });
  });

  it('fails the branch when no sender can be used', async () => {
    await start([node('change_sender', 'c', { senders: senders('gone') }), visit('v')], ['c>v']);
    expect(await enrollment()).toMatchObject({ status: 'failed', reason: 'no_usable_sender' });
  });
});

describe('loop', () => {
  it('does its steps once per round, as often as it may', async () => {
    const graph = graphOf([visit('v'), delay('d', HOUR), end('e')], ['v>d', 'd>v', 'd>e']);
    const edges = graph.edges.map((edge) =>
      edge.source === 'd' && edge.target === 'v' ? { ...edge, loop: { maxVisits: 3 } } : edge,
    );
    await addAutomation(stage, 'a1', ofS1({ ...graph, edges }));
    for (let round = 1; round <= 3; round++) {
      await perform(stage, await nextOfKind(stage, 'visit'));
      pass(stage, 2 * HOUR);
    }
    await settle(stage);
    expect((await enrollment()).status).toBe('finished');
    const tasks = await stage.db.reader.select().from(schema.task).where(eq(schema.task.nodeId, 'v'));
    expect(tasks.map(({ visit: at }) => at).sort()).toEqual([1, 2, 3]);
  });
});

describe('segment', () => {
  const taking = (config: Partial<typeof freshSegment>) => {
    const graph = ofS1(graphOf([condition('if', 'replied'), end('e')], ['if:yes>e', 'if:no>e']));
    const from = node('segment', 'segment', { ...freshSegment, ...config });
    return { ...graph, nodes: [from, ...graph.nodes.slice(1)] };
  };
  const enrolled = async () => {
    const rows = await stage.db.reader.select().from(schema.enrollment);
    return rows.map(({ contactId }) => contactId).sort();
  };

  it('takes who has a tag, at the start and later', async () => {
    const second = await addContact(stage, 2, { bound: true });
    await addTagNamed('hot');
    await inUnit((unit) => addTag(unit, cause, 'hot', [person.contactId]));
    await addAutomation(stage, 'a1', taking({ tagIds: ['hot'] }));
    expect(await enrolled()).toEqual([person.contactId]);
    await inUnit((unit) => addTag(unit, cause, 'hot', [second.contactId, person.contactId]));
    expect(await enrolled()).toEqual([person.contactId, second.contactId].sort());
  });

  it('takes nobody later when it does not keep feeding', async () => {
    await addTagNamed('hot');
    await addAutomation(stage, 'a1', taking({ tagIds: ['hot'], keepFeeding: false }));
    await inUnit((unit) => addTag(unit, cause, 'hot', [person.contactId]));
    expect(await enrolled()).toEqual([]);
  });

  it('takes only whom its filter admits', async () => {
    const second = await addContact(stage, 2, { bound: true });
    await stage.db.write((tx) =>
      tx
        .update(schema.contact)
        .set({ title: 'Head of Sales' })
        .where(eq(schema.contact.id, second.contactId)),
    );
    const filter = { hasEmail: false, companyContains: '', titleContains: 'sales' };
    await addAutomation(stage, 'a1', taking({ listIds: ['l1'], filter }));
    expect(await enrolled()).toEqual([second.contactId]);
    await inUnit((unit) => addToList(unit, cause, 'l1', [person.contactId]));
    expect(await enrolled()).toEqual([second.contactId]);
  });
});
