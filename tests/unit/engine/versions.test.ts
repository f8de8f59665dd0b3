import { and, eq, isNull } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph, NodeOf } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import type { MovePlan } from '#shared/automation/versionDiff.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { countNewcomers, publishVersion, undoPublishing } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Stage,
} from '../../simulation/setup.ts';
import {
  accept,
  commit,
  done,
  enrollmentOf,
  inUnit,
  nextEmail,
  nextOfKind,
  pass,
  perform,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
});
afterEach(() => stage.close());

/** Visit, wait a day, then one of two messages. */
function graph(steps: { wait?: number; first?: boolean; text?: string } = {}): Graph {
  const first = steps.first ?? true;
  return graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      look: ['visit', {}],
      wait: ['delay', { durationMs: steps.wait ?? DAY }],
      ...(first ? { first: ['message', { text: 'First' }] as ['message', { text: string }] } : {}),
      second: ['message', { text: steps.text ?? 'Second' }],
      over: ['end', { outcome: 'neutral' }],
    },
    first
      ? ['seg>who', 'who>look', 'look>wait', 'wait>first', 'first>second', 'second>over']
      : ['seg>who', 'who>look', 'look>wait', 'wait>second', 'second>over'],
  );
}

async function automation() {
  const [row] = await stage.db.reader.select().from(schema.automation);
  const found = must(row, 'automation');
  return { ...found, versionId: must(found.versionId, 'version') };
}

async function publish(to: Graph, plan: Partial<MovePlan> = {}): Promise<void> {
  const row = await automation();
  await inUnit(stage, (unit) =>
    publishVersion(unit, row, { graph: to, plan: { targets: {}, recompute: [], ...plan }, by: 'test' }),
  );
}

async function undo(): Promise<boolean> {
  const row = await automation();
  return await inUnit(stage, (unit) => undoPublishing(unit, row, 'test'));
}

async function cursorOf(contactId: string) {
  const { id } = await enrollmentOf(stage, contactId);
  const [row] = await stage.db.reader.select().from(schema.cursor).where(eq(schema.cursor.enrollmentId, id));
  return must(row, 'cursor');
}

const standing = async () => {
  const rows = await stage.db.reader.select().from(schema.nodeCount);
  return Object.fromEntries(
    rows.filter(({ standing }) => standing > 0).map((row) => [row.nodeId, row.standing]),
  );
};

/** One contact that was visited and waits. */
async function oneWaiting(from = graph()) {
  const person = await addContact(stage, 1, { bound: true });
  await addAutomation(stage, 'a1', from);
  await perform(stage, await nextOfKind(stage, 'visit'));
  expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'wait', waitsFor: 'time' });
  return person;
}

/** The same, a day later: the first message stands in line. */
async function oneOnFirst() {
  const person = await oneWaiting();
  pass(stage, DAY + HOUR);
  await settle(stage);
  expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'first', state: 'acting' });
  return person;
}

describe('publishing a version', () => {
  it('keeps a version as it is, also against the database', async () => {
    await oneWaiting();
    const changed = stage.db.write((tx) =>
      tx.update(schema.automationVersion).set({ graph: graph({ first: false }) }),
    );
    await expect(changed).rejects.toThrow();
  });

  it('moves everybody to it, keeps the time that was promised, and counts anew where that was chosen', async () => {
    const person = await oneWaiting();
    const { wakeAt } = await cursorOf(person.contactId);
    await publish(graph({ wait: HOUR }));
    await settle(stage);
    expect((await enrollmentOf(stage, person.contactId)).versionId).toBe((await automation()).versionId);
    expect((await cursorOf(person.contactId)).wakeAt).toBe(wakeAt);
    await publish(graph({ wait: 2 * HOUR }), { recompute: ['wait'] });
    await settle(stage);
    expect((await cursorOf(person.contactId)).wakeAt).toBe(must(wakeAt, 'wake') - HOUR + 2 * HOUR);
  });

  it('takes the task of a removed step back and plans that of its target, with the counters right', async () => {
    const person = await oneOnFirst();
    await publish(graph({ first: false }));
    await settle(stage);
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'second', state: 'acting' });
    const tasks = await stage.db.reader.select().from(schema.task);
    expect(tasks.map(({ nodeId, state }) => [nodeId, state])).toEqual(
      expect.arrayContaining([
        ['first', 'canceled'],
        ['second', 'ready'],
      ]),
    );
    expect(await standing()).toEqual({ second: 1 });
  });

  it('renders what was not sent yet with the new text', async () => {
    await oneWaiting(graph({ first: false }));
    pass(stage, DAY + HOUR);
    await settle(stage);
    await publish(graph({ first: false, text: 'Better' }));
    expect((await nextOfKind(stage, 'message')).text).toBe('Better');
  });

  it('lets a step that may have happened end: its result brings the contact to the target', async () => {
    const person = await oneOnFirst();
    const step = await nextOfKind(stage, 'message');
    expect(await commit(stage, step)).toMatchObject({ ok: true });
    await publish(graph({ first: false }));
    await settle(stage);
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'second', waitsFor: 'step' });
    await report(stage, step, done);
    expect((await taskRow(stage, step.taskId)).state).toBe('done');
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'second', state: 'acting' });
  });

  it('ends those that were chosen to end as Failed', async () => {
    const person = await oneOnFirst();
    await publish(graph({ first: false }), { targets: { first: null } });
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      status: 'failed',
      reason: 'node_deleted',
    });
  });

  it('moves a crowd in bounded rounds that show how far they are', async () => {
    for (let n = 1; n <= 5; n++) await addContact(stage, n, { bound: true });
    await addAutomation(stage, 'a1', graph());
    await settle(stage);
    await publish(graph({ first: false }));
    const [open] = await stage.db.reader.select().from(schema.versionMove);
    expect(open).toMatchObject({ total: 5, moved: 0, finishedAt: null });
    await settle(stage);
    const [over] = await stage.db.reader.select().from(schema.versionMove);
    expect(over).toMatchObject({ total: 5, moved: 5 });
    expect(over?.finishedAt).not.toBeNull();
  });

  it('gives those who enter later the newest version, and lets go of those whose segment is gone', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', graph());
    const renamed = graph();
    const other = {
      nodes: renamed.nodes.map((node) =>
        node.id === 'seg' ? { ...node, id: 'seg2', config: { ...freshSegment, listIds: ['l2'] } } : node,
      ),
      edges: renamed.edges.map((edge) => (edge.source === 'seg' ? { ...edge, source: 'seg2' } : edge)),
    } as Graph;
    await publish(other);
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      status: 'canceled',
      reason: 'segment_removed',
    });
  });
});

describe('a text that lacked something', () => {
  const mails = (text: string | null): Graph =>
    graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        ...(text === null ? {} : { mail: email(text) }),
        rest: ['delay', { durationMs: DAY }],
        last: email('Last'),
      },
      ['seg>who', ...(text === null ? ['who>rest'] : ['who>mail', 'mail>rest']), 'rest>last'],
    );
  const email = (text: string): ['send_email', NodeOf<'send_email'>['config']] => [
    'send_email',
    { subject: 'Hello', text, thread: 'new', attachments: [] },
  ];
  const missing = async () => {
    const holds = await stage.db.reader.select().from(schema.hold).where(isNull(schema.hold.liftedAt));
    return holds.filter(({ reason }) => reason === 'missing_data').length;
  };
  beforeEach(async () => {
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', mails('Hi {{ nickname }}'));
    expect(await nextEmail(stage)).toBeNull();
    expect(await missing()).toBe(1);
  });

  it('goes out once an edit gave it a fallback, and waits on where the edit is of another step', async () => {
    const other = mails('Hi {{ nickname }}');
    await publish({ ...other, nodes: other.nodes.map((node) => ({ ...node, label: 'x' })) });
    expect(await nextEmail(stage)).toBeNull();
    expect(await missing()).toBe(1);
    await publish(mails('Hi {{ nickname | default: "there" }}'));
    expect((await nextEmail(stage))?.text).toContain('Hi there');
    expect(await missing()).toBe(0);
  });

  it('is not missed any more once its step is removed', async () => {
    await publish(mails(null), { targets: { mail: 'rest' } });
    await settle(stage);
    expect(await missing()).toBe(0);
    pass(stage, 2 * DAY);
    expect((await nextEmail(stage))?.text).toContain('Last');
  });
});

describe('a wait whose event was edited', () => {
  const waits = (event: 'accepted' | 'email_opened'): Graph =>
    graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        look: ['visit', {}],
        wait: ['wait_until', { event, timeoutMs: 30 * DAY }],
        yes: ['follow', {}],
        no: ['like', {}],
      },
      ['seg>who', 'who>look', 'look>wait', 'wait.happened>yes', 'wait.timeout>no'],
    );

  it('goes on at once where that has come already, and otherwise waits for it', async () => {
    const [first, second] = [
      await addContact(stage, 1, { bound: true }),
      await addContact(stage, 2, { bound: true }),
    ];
    await addAutomation(stage, 'a1', waits('email_opened'));
    for (let n = 1; n <= 2; n++) await perform(stage, await nextOfKind(stage, 'visit'));
    await accept(stage, first);
    const before = await cursorOf(second.contactId);
    await publish(waits('accepted'));
    await settle(stage);
    expect(await cursorOf(first.contactId)).toMatchObject({ nodeId: 'yes', state: 'acting' });
    expect(await cursorOf(second.contactId)).toEqual({ ...before, waitsFor: 'accepted' });
    await accept(stage, second);
    expect(await cursorOf(second.contactId)).toMatchObject({ nodeId: 'yes', state: 'acting' });
  });

  it('finds what came while it waited for something else, when the edit is undone', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', waits('accepted'));
    await perform(stage, await nextOfKind(stage, 'visit'));
    await publish(waits('email_opened'));
    await settle(stage);
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'wait', waitsFor: 'email_opened' });
    await accept(stage, person);
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'wait' });
    await undo();
    await settle(stage);
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'yes', state: 'acting' });
  });
});

describe('a segment that does not keep feeding', () => {
  const lists = (...listIds: string[]): Graph =>
    graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds, keepFeeding: false }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        look: ['visit', {}],
      },
      ['seg>who', 'who>look'],
    );
  const changed = (to: Graph): Graph => ({ ...to, nodes: to.nodes.map((node) => ({ ...node, label: 'x' })) });
  const feeding = (to: Graph): Graph => ({
    ...to,
    nodes: to.nodes.map((node) =>
      node.type === 'segment' ? { ...node, config: { ...node.config, keepFeeding: true } } : node,
    ),
  });
  const entered = async () =>
    (await stage.db.reader.select().from(schema.enrollment)).map(({ contactId }) => contactId).sort();
  const newcomers = async (to: Graph) => {
    const row = await automation();
    const [current] = await stage.db.reader
      .select()
      .from(schema.automationVersion)
      .where(eq(schema.automationVersion.id, row.versionId));
    return await countNewcomers(stage.db.reader, row, to, must(current, 'version').graph);
  };
  async function addToList(listId: string, n: number): Promise<void> {
    const { contactId } = await addContact(stage, n, { bound: true });
    await stage.db.write((tx) =>
      tx.update(schema.listMember).set({ listId }).where(eq(schema.listMember.contactId, contactId)),
    );
  }

  it('takes nobody in with an edit or its undo, and the members of a list that the edit adds', async () => {
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', lists('l1'));
    await settle(stage);
    await addContact(stage, 2, { bound: true });
    expect(await newcomers(changed(lists('l1')))).toBe(0);
    await publish(changed(lists('l1')));
    expect(await undo()).toBe(true);
    await settle(stage);
    expect(await entered()).toEqual(['c001']);
    await addToList('l2', 3);
    expect(await newcomers(lists('l1', 'l2'))).toBe(1);
    await publish(lists('l1', 'l2'));
    await settle(stage);
    expect(await entered()).toEqual(['c001', 'c003']);
    await addToList('l2', 4);
    expect(await undo()).toBe(true);
    await settle(stage);
    expect(await entered()).toEqual(['c001', 'c003']);
    expect(await newcomers(feeding(lists('l1', 'l2')))).toBe(2);
    await publish(feeding(lists('l1', 'l2')));
    await settle(stage);
    expect(await entered()).toEqual(['c001', 'c002', 'c003', 'c004']);
  });

  it('lets those in whom an edit met while their list was gone through', async () => {
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', lists('l1'));
    await addContact(stage, 2, { bound: true });
    const { versionId, workspaceId } = await automation();
    const begun = { workspaceId, versionId, source: 0, position: 'c001', looked: 1, total: 2, at: 1 };
    await stage.db.write((tx) => tx.insert(schema.entering).values({ automationId: 'a1', ...begun }));
    await publish(changed(lists('l1')));
    await settle(stage);
    expect(await entered()).toEqual(['c001', 'c002']);
    expect(await stage.db.reader.select().from(schema.entering)).toEqual([]);
  });
});

describe('undoing', () => {
  it('brings the version before back as a new one, and the contact to its exact step', async () => {
    const person = await oneOnFirst();
    const before = await cursorOf(person.contactId);
    await publish(graph({ first: false }));
    await settle(stage);
    expect(await undo()).toBe(true);
    await settle(stage);
    expect(await cursorOf(person.contactId)).toEqual(before);
    const versions = await stage.db.reader.select().from(schema.automationVersion);
    expect(versions.map(({ number, restores }) => [number, restores === null])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
    expect((await nextOfKind(stage, 'message')).text).toBe('First');
  });

  it('brings those back that the publishing ended', async () => {
    const person = await oneOnFirst();
    await publish(graph({ first: false }), { targets: { first: null } });
    await settle(stage);
    await undo();
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      status: 'in_progress',
      live: 1,
      endedAt: null,
    });
    expect(await cursorOf(person.contactId)).toMatchObject({ nodeId: 'first', state: 'acting' });
    expect(await standing()).toEqual({ first: 1 });
  });

  it('repeats nothing for one that has gone on since', async () => {
    const person = await oneOnFirst();
    await publish(graph({ first: false }));
    await settle(stage);
    await perform(stage, await nextOfKind(stage, 'message'));
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('finished');
    await undo();
    await settle(stage);
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('finished');
  });

  it('stops a move that is under way: who was not moved stays', async () => {
    await oneOnFirst();
    await publish(graph({ first: false }), { targets: { first: null } });
    await undo();
    await settle(stage);
    expect(await standing()).toEqual({ first: 1 });
    const open = await stage.db.reader
      .select()
      .from(schema.versionMove)
      .where(and(isNull(schema.versionMove.finishedAt)));
    expect(open).toEqual([]);
  });

  it('is offered for a day, and once', async () => {
    await oneWaiting();
    expect(await undo()).toBe(false);
    await publish(graph({ first: false }));
    pass(stage, DAY);
    expect(await undo()).toBe(false);
    await publish(graph());
    expect(await undo()).toBe(true);
    expect(await undo()).toBe(false);
  });
});
