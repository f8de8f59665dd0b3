import { and, asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BulkInput, BulkSelection } from '#shared/automation/bulk.ts';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  addSenderToNode,
  decideEnrollment,
  deleteSender,
  mayRetry,
  passOnReading,
  publishVersion,
  retireSender,
  settleTask,
  startBulk,
  undoBulk,
  undoPublishing,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  graphOfSteps,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  commit,
  done,
  enrollmentOf,
  failed,
  inUnit,
  nextOfKind,
  nextStep,
  pass,
  perform,
  report,
  settle,
} from './support.ts';

/** Who comes back after an end, who waits outside, and who releases whom. */

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
});
afterEach(() => stage.close());

type Steps = Parameters<typeof graphOfSteps>[0];

function behindSegment(steps: Steps, edges: string[], segment: Partial<typeof freshSegment> = {}): Graph {
  return graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'], ...segment }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      ...steps,
    },
    ['seg>who', ...edges],
  );
}

/** A day's wait, then a visit. */
const waiting = (segment: Partial<typeof freshSegment> = {}, wait = 'wait') =>
  behindSegment(
    { [wait]: ['delay', { durationMs: DAY }], look: ['visit', {}] },
    [`who>${wait}`, `${wait}>look`],
    segment,
  );

/** The same graph with another Segment node. */
function segmentCalled(id: string, { nodes, edges }: Graph): Graph {
  const renamed = (each: string) => (each === 'seg' ? id : each);
  return {
    nodes: nodes.map((node): GraphNode => ({ ...node, id: renamed(node.id) })),
    edges: edges.map((edge) => ({ ...edge, source: renamed(edge.source) })),
  };
}

async function bulk(input: BulkInput, selection: BulkSelection = { filter: {} }, automationId = 'a1') {
  const id = await inUnit(stage, (unit) =>
    startBulk(unit, { workspaceId: WORKSPACE, automationId, input, selection, onlyOwner: null, by: 'test' }),
  );
  await settle(stage);
  return await bulkRow(id);
}

async function bulkRow(id: string) {
  const [row] = await stage.db.reader.select().from(schema.bulkAction).where(eq(schema.bulkAction.id, id));
  return must(row, 'bulk action');
}

async function undo(id: string): Promise<void> {
  const row = await bulkRow(id);
  expect(await inUnit(stage, (unit) => undoBulk(unit, row))).toBe(true);
  await settle(stage);
}

async function inAutomation(automationId: string, contactId: string) {
  const { enrollment } = schema;
  const rows = await stage.db.reader
    .select()
    .from(enrollment)
    .where(and(eq(enrollment.automationId, automationId), eq(enrollment.contactId, contactId)))
    .orderBy(asc(enrollment.id));
  return must(rows[0], 'enrollment');
}

async function automation() {
  const [row] = await stage.db.reader.select().from(schema.automation).where(eq(schema.automation.id, 'a1'));
  const found = must(row, 'automation');
  return { ...found, versionId: must(found.versionId, 'version') };
}

async function publish(graph: Graph, targets: Record<string, string | null> = {}): Promise<void> {
  const row = await automation();
  await inUnit(stage, (unit) =>
    publishVersion(unit, row, { graph, plan: { targets, recompute: [] }, by: 'test' }),
  );
  await settle(stage);
}

/** Node → how many stand there, by the counters. */
async function standing() {
  const rows = await stage.db.reader.select().from(schema.nodeCount);
  return Object.fromEntries(
    rows.filter((row) => row.standing !== 0).map((row) => [row.nodeId, row.standing]),
  );
}

const tasks = () => stage.db.reader.select().from(schema.task);

/** Two contacts, a limit of one: the first was canceled and came back while the second has the place. */
async function oneCameBack() {
  const first = await addContact(stage, 1, { bound: true });
  const second = await addContact(stage, 2, { bound: true });
  await addAutomation(stage, 'a1', waiting({ activeLimit: 1 }));
  await settle(stage);
  expect((await enrollmentOf(stage, first.contactId)).live).toBe(1);
  const { id } = await enrollmentOf(stage, first.contactId);
  const canceled = await bulk({ action: 'cancel' }, { ids: [id] });
  expect((await enrollmentOf(stage, second.contactId)).live).toBe(1);
  await undo(canceled.id);
  expect(await enrollmentOf(stage, first.contactId)).toMatchObject({ status: 'active_limit', live: 0 });
  return { id, first, second };
}

describe('who comes back and waits for a place', () => {
  it('does not move before it is admitted, and then goes on where it stood', async () => {
    const { first, second } = await oneCameBack();
    pass(stage, 2 * DAY);
    await settle(stage);
    expect(await enrollmentOf(stage, first.contactId)).toMatchObject({ status: 'active_limit', live: 0 });
    expect((await tasks()).map(({ contactId }) => contactId)).toEqual([second.contactId]);
    const other = await enrollmentOf(stage, second.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, other.id, 'cancel', 'test'));
    await settle(stage);
    expect(await enrollmentOf(stage, first.contactId)).toMatchObject({ status: 'in_progress', live: 1 });
    expect((await tasks()).map(({ contactId }) => contactId)).toContain(first.contactId);
  });

  it('is moved with the others to a version without its step', async () => {
    const { first, second } = await oneCameBack();
    await publish(waiting({ activeLimit: 1 }, 'other'), { wait: 'look' });
    const other = await enrollmentOf(stage, second.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, other.id, 'cancel', 'test'));
    await settle(stage);
    expect(await enrollmentOf(stage, first.contactId)).toMatchObject({ status: 'in_progress', reason: null });
    expect((await tasks()).filter(({ state }) => state === 'ready')).toMatchObject([
      { contactId: first.contactId, nodeId: 'look' },
    ]);
  });

  it('takes its branches with it when it is canceled once more', async () => {
    const { id, first } = await oneCameBack();
    expect(await standing()).toEqual({ wait: 2 });
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'cancel', 'test'));
    expect(await enrollmentOf(stage, first.contactId)).toMatchObject({
      status: 'canceled',
      reason: 'manual',
    });
    expect(await standing()).toEqual({ wait: 1 });
  });
});

describe('retrying', () => {
  it('tries the failed step of one contact again, and of no rotation that another one followed', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', behindSegment({ look: ['visit', {}] }, ['who>look']));
    const decide = (id: string, decision: 'retry' | 'enroll_again') =>
      inUnit(stage, (unit) => decideEnrollment(unit, id, decision, 'test'));
    const offered = async () => mayRetry(stage.db.reader, await enrollmentOf(stage, person.contactId));
    const fail = async () => {
      const step = await nextOfKind(stage, 'visit');
      await report(stage, step, failed('profile_not_found'));
      expect(await enrollmentOf(stage, person.contactId)).toMatchObject({ status: 'failed' });
    };
    await fail();
    const { id } = await enrollmentOf(stage, person.contactId);
    expect(await offered()).toBe(true);
    expect(await decide(id, 'retry')).toBe(true);
    await settle(stage);
    expect(await offered()).toBe(false);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({ status: 'in_progress', rotation: 1 });
    await fail();
    expect(await decide(id, 'enroll_again')).toBe(true);
    expect(await decide(id, 'retry')).toBe(false);
    expect(await mayRetry(stage.db.reader, await inAutomation('a1', person.contactId))).toBe(false);
  });

  it('offers none while the step may have happened', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const step = await nextOfKind(stage, 'connect');
    expect((await commit(stage, step)).ok).toBe(true);
    await report(stage, step, failed('timeout', { effect: 'maybe_effect' }));
    const { id } = await enrollmentOf(stage, person.contactId);
    await stage.db.write((tx) =>
      tx.update(schema.enrollment).set({ status: 'failed' }).where(eq(schema.enrollment.id, id)),
    );
    expect(await mayRetry(stage.db.reader, await enrollmentOf(stage, person.contactId))).toBe(false);
    expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'retry', 'test'))).toBe(false);
  });

  it('reads a profile again that could not be read, and is taken back before that was done', async () => {
    const { contactId } = await addContact(stage, 1);
    await addAutomation(stage, 'a1', behindSegment({ look: ['visit', {}] }, ['who>look']));
    await report(stage, await nextOfKind(stage, 'visit'), failed('profile_unavailable'));
    expect(await enrollmentOf(stage, contactId)).toMatchObject({ status: 'failed', live: 0 });
    const retried = await bulk({ action: 'retry' });
    expect(await enrollmentOf(stage, contactId)).toMatchObject({ status: 'waiting_enrichment' });
    await undo(retried.id);
    expect(await bulkRow(retried.id)).toMatchObject({ restored: 1 });
    expect(await enrollmentOf(stage, contactId)).toMatchObject({
      status: 'failed',
      reason: 'profile_unavailable',
    });
    expect(new Set((await tasks()).map(({ state }) => state))).toEqual(new Set(['canceled']));
  });

  it('is refused where the sender they were under way with is gone: no other goes on in the middle', async () => {
    await addSender(stage, 's2');
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', behindSegment({ look: ['visit', {}] }, ['who>look']));
    await report(stage, await nextOfKind(stage, 'visit'), failed('profile_not_found'));
    const node = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'who' };
    await inUnit(stage, (unit) => addSenderToNode(unit, node, 's2', 1));
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    const failedOne = await enrollmentOf(stage, person.contactId);
    expect(failedOne).toMatchObject({ status: 'failed', senderId: 's1' });
    expect(await mayRetry(stage.db.reader, failedOne)).toBe(false);
    expect(await bulk({ action: 'retry' })).toMatchObject({ changed: 0, notes: { sender_left: 1 } });
    const again = await bulk({ action: 'enroll_again' });
    expect(again).toMatchObject({ changed: 1 });
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.map(({ senderId }) => senderId)).toEqual(['s1', 's2']);
  });

  it('keeps the sender of one that waits on the way back when it retires, and the sender for it', async () => {
    const { second } = await oneCameBack();
    await addSender(stage, 's2');
    const node = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'who' };
    await inUnit(stage, (unit) => addSenderToNode(unit, node, 's2', 1));
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    const { id } = await enrollmentOf(stage, second.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'cancel', 'test'));
    await settle(stage);
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.filter(({ live }) => live === 1).map(({ senderId }) => senderId)).toEqual(['s1']);
  });

  it('tries a data step again that could not be carried out', async () => {
    await addSender(stage, 's2');
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(
      stage,
      'a1',
      behindSegment(
        { change: ['change_sender', { senders: [{ senderId: 's2', weight: 1 }] }], look: ['visit', {}] },
        ['who>change', 'change>look'],
      ),
    );
    await stage.db.write((tx) =>
      tx
        .update(schema.automationSender)
        .set({ enabled: false })
        .where(eq(schema.automationSender.senderId, 's2')),
    );
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      status: 'failed',
      reason: 'no_usable_sender',
    });
    const node = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'change' };
    await inUnit(stage, (unit) => addSenderToNode(unit, node, 's2', 1));
    expect(await bulk({ action: 'retry' })).toMatchObject({ changed: 1 });
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      status: 'in_progress',
      senderId: 's2',
    });
    expect(await tasks()).toMatchObject([{ nodeId: 'look', state: 'ready' }]);
  });
});

describe('undoing a bulk cancel', () => {
  it('brings nobody back who entered once more since', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', waiting());
    await settle(stage);
    const canceled = await bulk({ action: 'cancel' });
    const { id } = await enrollmentOf(stage, person.contactId);
    expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'enroll_again', 'test'))).toBe(true);
    await undo(canceled.id);
    expect(await bulkRow(canceled.id)).toMatchObject({ restored: 0, notes: { entered_again: 1 } });
    pass(stage, 2 * DAY);
    await settle(stage);
    expect(await tasks()).toHaveLength(1);
  });
});

describe('entering once more', () => {
  it('goes by a segment of the current version where their own is gone, and not at all where none takes them', async () => {
    const person = await addContact(stage, 1, { bound: true });
    const before = waiting();
    await addAutomation(stage, 'a1', before);
    await settle(stage);
    const { id } = await enrollmentOf(stage, person.contactId);
    const again = () => inUnit(stage, (unit) => decideEnrollment(unit, id, 'enroll_again', 'test'));
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'cancel', 'test'));
    await publish(segmentCalled('gate', waiting({ listIds: ['l2'] })));
    expect(await again()).toBe(false);
    expect(await bulk({ action: 'enroll_again' })).toMatchObject({ notes: { segment_removed: 1 } });
    await publish(segmentCalled('door', before));
    expect(await again()).toBe(true);
    await settle(stage);
    const rotations = await stage.db.reader.select().from(schema.enrollment);
    expect(rotations.find(({ rotation }) => rotation === 2)).toMatchObject({
      segmentNodeId: 'door',
      status: 'in_progress',
    });
  });

  it('waits for a step of the time before that may have happened', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const step = await nextOfKind(stage, 'connect');
    expect((await commit(stage, step)).ok).toBe(true);
    await report(stage, step, failed('timeout', { effect: 'maybe_effect' }));
    const { id } = await enrollmentOf(stage, person.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'cancel', 'test'));
    expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'enroll_again', 'test'))).toBe(false);
    await inUnit(stage, (unit) => settleTask(unit, step.taskId, true, 'test'));
    expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'enroll_again', 'test'))).toBe(true);
  });
});

describe('a bulk action on a step', () => {
  it('takes a contact once whose branches both stand there', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(
      stage,
      'a1',
      behindSegment(
        {
          short: ['delay', { durationMs: HOUR }],
          short2: ['delay', { durationMs: HOUR }],
          long: ['delay', { durationMs: 9 * DAY }],
          both: ['join', { mode: 'all' }],
          look: ['visit', {}],
        },
        ['who>short', 'who>short2', 'who>long', 'short>both', 'short2>both', 'long>both', 'both>look'],
      ),
    );
    await settle(stage);
    pass(stage, 2 * HOUR);
    await settle(stage);
    expect(await standing()).toEqual({ both: 2, long: 1 });
    const paused = await bulk({ action: 'pause' }, { filter: { nodeId: 'both' } });
    expect(paused).toMatchObject({ state: 'done', total: 1, changed: 1, skipped: 0 });
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('paused');
  });
});

describe('who waits for another automation', () => {
  it('goes on when the one that was let go first ends without entering', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', waiting());
    await settle(stage);
    for (const id of ['a2', 'a3']) await addAutomation(stage, id, waiting());
    await settle(stage);
    const second = await inAutomation('a2', person.contactId);
    expect(second).toMatchObject({ status: 'ready', reason: 'other_automation' });
    const first = await inAutomation('a1', person.contactId);
    await inUnit(stage, async (unit) => {
      await decideEnrollment(unit, first.id, 'cancel', 'test');
      await decideEnrollment(unit, second.id, 'cancel', 'test');
    });
    await settle(stage);
    expect(await inAutomation('a3', person.contactId)).toMatchObject({ status: 'in_progress', live: 1 });
  });
});

describe('who waits for a place', () => {
  it('gets it when the one that was let in first is paused before entering', async () => {
    const people = [];
    for (let n = 1; n <= 3; n++) people.push(await addContact(stage, n, { bound: true }));
    await addAutomation(stage, 'a1', waiting({ activeLimit: 1 }));
    await settle(stage);
    const [first, second, third] = await Promise.all(
      people.map(({ contactId }) => inAutomation('a1', contactId)),
    );
    await inUnit(stage, async (unit) => {
      await decideEnrollment(unit, must(first, 'first').id, 'cancel', 'test');
      await decideEnrollment(unit, must(second, 'second').id, 'pause', 'test');
    });
    await settle(stage);
    expect(await inAutomation('a1', must(third, 'third').contactId)).toMatchObject({ live: 1 });
  });
});

describe('who waits for a sender that reads profiles', () => {
  const readDaily = (daily: number) =>
    inUnit(stage, async (unit) => {
      const { caps } = eagerSettings;
      const settings = { ...eagerSettings, caps: { ...caps, page_load: { ...caps.page_load, daily } } };
      await unit.tx.update(schema.sender).set({ settings });
      await passOnReading(unit, 's1');
    });
  const reasons = async (automationId: string) => {
    const { enrollment } = schema;
    const rows = await stage.db.reader
      .select()
      .from(enrollment)
      .where(eq(enrollment.automationId, automationId))
      .orderBy(asc(enrollment.id));
    return rows.map(({ reason }) => reason);
  };
  beforeEach(() => readDaily(1));

  it('is read when visits that fill the room are made, steps of an automation too', async () => {
    for (let n = 1; n <= 2; n++) await addContact(stage, n, { bound: true });
    await addAutomation(stage, 'a1', behindSegment({ look: ['visit', {}] }, ['who>look']));
    await settle(stage);
    await addContact(stage, 3);
    await addAutomation(stage, 'a2', behindSegment({ look: ['visit', {}] }, ['who>look']));
    await settle(stage);
    expect(await reasons('a2')).toContain('sender_busy');
    await nextOfKind(stage, 'visit');
    await settle(stage);
    expect(await reasons('a2')).not.toContain('sender_busy');
  });

  it('is read when the cap is raised', async () => {
    for (let n = 1; n <= 4; n++) await addContact(stage, n);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await settle(stage);
    expect(await reasons('a1')).toEqual([null, null, 'sender_busy', 'sender_busy']);
    await readDaily(2);
    await settle(stage);
    expect(await reasons('a1')).toEqual([null, null, null, null]);
  });

  it('is read when those before it are taken back', async () => {
    for (let n = 1; n <= 4; n++) await addContact(stage, n);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await settle(stage);
    const rows = await stage.db.reader.select().from(schema.enrollment).orderBy(asc(schema.enrollment.id));
    expect(rows.map(({ reason }) => reason)).toEqual([null, null, 'sender_busy', 'sender_busy']);
    await bulk({ action: 'cancel' }, { ids: rows.slice(0, 2).map(({ id }) => id) });
    const after = await stage.db.reader.select().from(schema.enrollment).orderBy(asc(schema.enrollment.id));
    expect(after.slice(2).map(({ reason }) => reason)).toEqual([null, null]);
    expect((await tasks()).filter(({ state }) => state === 'ready')).toHaveLength(2);
  });
});

describe('undoing a publishing', () => {
  it('brings back who waited outside by a segment that it took away', async () => {
    const inside = await addContact(stage, 1, { bound: true });
    const outside = await addContact(stage, 2, { bound: true });
    const before = waiting({ activeLimit: 1 });
    await addAutomation(stage, 'a1', before);
    await settle(stage);
    await publish(segmentCalled('gate', before));
    expect(await enrollmentOf(stage, outside.contactId)).toMatchObject({
      status: 'canceled',
      reason: 'segment_removed',
    });
    const row = await automation();
    expect(await inUnit(stage, (unit) => undoPublishing(unit, row, 'test'))).toBe(true);
    await settle(stage);
    expect((await enrollmentOf(stage, inside.contactId)).live).toBe(1);
    expect(await enrollmentOf(stage, outside.contactId)).toMatchObject({ status: 'active_limit', live: 0 });
  });

  it('brings nobody back who entered once more since, by either way', async () => {
    const inside = await addContact(stage, 1, { bound: true });
    const outside = await addContact(stage, 2, { bound: true });
    const before = waiting({ activeLimit: 1 });
    await addAutomation(stage, 'a1', before);
    await settle(stage);
    const other = behindSegment({ look: ['visit', {}] }, ['who>look'], { activeLimit: 1 });
    await publish(segmentCalled('gate', other), { wait: null });
    expect(await enrollmentOf(stage, inside.contactId)).toMatchObject({ reason: 'node_deleted' });
    expect(await enrollmentOf(stage, outside.contactId)).toMatchObject({ reason: 'segment_removed' });
    for (const { contactId } of [inside, outside]) {
      const { id } = await inAutomation('a1', contactId);
      expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'enroll_again', 'test'))).toBe(true);
    }
    // The second time is over, too: what was done then counts as well.
    await settle(stage);
    await perform(stage, await nextOfKind(stage, 'visit'));
    await perform(stage, await nextOfKind(stage, 'visit'));
    const row = await automation();
    expect(await inUnit(stage, (unit) => undoPublishing(unit, row, 'test'))).toBe(true);
    await settle(stage);
    for (const { contactId } of [inside, outside]) {
      expect(await inAutomation('a1', contactId)).toMatchObject({ rotation: 1, live: 0 });
      expect((await inAutomation('a1', contactId)).endedAt).not.toBeNull();
    }
    expect(await tasks()).toHaveLength(2);
  });

  it('brings back the branch that it ended of one whose other branch had failed before', async () => {
    const person = await addContact(stage, 1, { bound: true });
    const withWait = behindSegment(
      { look: ['visit', {}], wait: ['delay', { durationMs: 9 * DAY }], like: ['like', {}] },
      ['who>look', 'who>wait', 'wait>like'],
    );
    await addAutomation(stage, 'a1', withWait);
    await report(stage, await nextOfKind(stage, 'visit'), failed('profile_not_found'));
    const without = behindSegment({ look: ['visit', {}], like: ['like', {}] }, ['who>look', 'look>like']);
    await publish(without, { wait: null });
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      status: 'failed',
      reason: 'profile_not_found',
    });
    const row = await automation();
    expect(await inUnit(stage, (unit) => undoPublishing(unit, row, 'test'))).toBe(true);
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({ status: 'in_progress', live: 1 });
    expect(await standing()).toEqual({ wait: 1 });
  });

  it('brings nobody back whose sender was deleted meanwhile', async () => {
    await addSender(stage, 's2');
    const both = [
      { senderId: 's1', weight: 1 },
      { senderId: 's2', weight: 1 },
    ];
    const people = [];
    for (let n = 1; n <= 2; n++) people.push(await addContact(stage, n, { bound: true }));
    const before = waiting();
    const nodes = before.nodes.map(
      (node): GraphNode =>
        node.type === 'sender_profile' ? { ...node, config: { ...node.config, senders: both } } : node,
    );
    await addAutomation(stage, 'a1', { ...before, nodes });
    await settle(stage);
    const isWait = (id: string) => id === 'wait';
    await publish(
      {
        nodes: nodes.filter(({ id }) => !isWait(id)),
        edges: [
          ...before.edges.filter(({ source, target }) => !isWait(source) && !isWait(target)),
          { id: 'x', source: 'who', exit: 'next', target: 'look' },
        ],
      },
      { wait: null },
    );
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    const row = await automation();
    expect(await inUnit(stage, (unit) => undoPublishing(unit, row, 'test'))).toBe(true);
    await settle(stage);
    const after = await Promise.all(people.map(({ contactId }) => enrollmentOf(stage, contactId)));
    const byLife = after.map(({ senderId, live, reason }) => ({ senderId, live, reason }));
    expect(byLife).toEqual(
      expect.arrayContaining([
        { senderId: 's1', live: 0, reason: 'node_deleted' },
        { senderId: 's2', live: 1, reason: null },
      ]),
    );
  });
});

describe('a step that came back without an effect', () => {
  it('is not done any more once a person put the contact before another one', async () => {
    const person = await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const step = await nextOfKind(stage, 'connect');
    expect((await commit(stage, step)).ok).toBe(true);
    expect(await bulk({ action: 'move', nodeId: 'pause' })).toMatchObject({ changed: 1 });
    await report(stage, step, failed('timeout'));
    pass(stage, HOUR);
    await settle(stage);
    expect((await nextStep(stage))?.kind).not.toBe('connect');
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('in_progress');
    expect(await standing()).not.toHaveProperty('invite');
  });

  it('is awaited by one branch, and the other one does not wait for it for ever', async () => {
    const person = await addContact(stage, 1, { bound: true });
    const steps: Steps = {
      mid: ['delay', { durationMs: HOUR }],
      side: ['delay', { durationMs: 9 * DAY }],
      look: ['visit', {}],
    };
    await addAutomation(stage, 'a1', behindSegment(steps, ['who>mid', 'who>side', 'mid>look']));
    await settle(stage);
    pass(stage, 2 * HOUR);
    const step = await nextOfKind(stage, 'visit');
    expect((await commit(stage, step)).ok).toBe(true);
    expect(await bulk({ action: 'move', nodeId: 'mid' })).toMatchObject({ changed: 1 });
    pass(stage, 2 * HOUR);
    await settle(stage);
    await report(stage, step, done);
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({ status: 'finished' });
    expect(await tasks()).toMatchObject([{ nodeId: 'look', state: 'done' }]);
  });
});
