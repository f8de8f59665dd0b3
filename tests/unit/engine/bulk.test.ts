import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BulkInput, BulkSelection, EnrollmentFilter } from '#shared/automation/bulk.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  connectionsTo,
  countMatching,
  type Decision,
  decideEnrollment,
  matchingIds,
  reasonsPresent,
  startBulk,
  stopBulk,
  tick,
  undoBulk,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  commit,
  enrollmentOf,
  failed,
  inUnit,
  nextOfKind,
  pass,
  perform,
  reply,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
let people: Person[];

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  await addSender(stage, 's2');
  people = [];
  for (let n = 1; n <= 3; n++) people.push(await addContact(stage, n, { bound: true }));
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await settle(stage);
});
afterEach(() => stage.close());

const everybody: BulkSelection = { filter: {} };

async function bulkRow(id: string) {
  const [row] = await stage.db.reader.select().from(schema.bulkAction).where(eq(schema.bulkAction.id, id));
  if (!row) throw new Error('no bulk action');
  return row;
}

async function run(input: BulkInput, selection: BulkSelection = everybody, onlyOwner: string | null = null) {
  const id = await inUnit(stage, (unit) =>
    startBulk(unit, { workspaceId: WORKSPACE, automationId: 'a1', input, selection, onlyOwner, by: 'test' }),
  );
  await settle(stage);
  return await bulkRow(id);
}

async function undo(id: string) {
  const row = await bulkRow(id);
  const accepted = await inUnit(stage, (unit) => undoBulk(unit, row));
  await settle(stage);
  return { accepted, row: await bulkRow(id) };
}

const statuses = () =>
  Promise.all(people.map(async (one) => (await enrollmentOf(stage, one.contactId)).status));

async function counts() {
  const rows = await stage.db.reader.select().from(schema.enrollmentCount);
  return Object.fromEntries(rows.filter(({ n }) => n !== 0).map(({ status, n }) => [status, n]));
}

/** What the counters must say, counted from the rows. */
async function counted() {
  const result: Record<string, number> = {};
  for (const { status } of await stage.db.reader.select().from(schema.enrollment)) {
    result[status] = (result[status] ?? 0) + 1;
  }
  return result;
}

async function standingAt(nodeId: string) {
  const rows = await stage.db.reader
    .select()
    .from(schema.nodeCount)
    .where(eq(schema.nodeCount.nodeId, nodeId));
  return rows[0]?.standing ?? 0;
}

async function failFirst(): Promise<string> {
  const step = await nextOfKind(stage, 'connect');
  await report(stage, step, failed('cannot_be_invited'));
  return (await taskRow(stage, step.taskId)).contactId;
}

describe('a bulk action', () => {
  it('resumes nobody whose answer was read after the order', async () => {
    const [early, late] = people as [Person, Person, Person];
    await reply(stage, early, 'early');
    await settle(stage);
    const id = await inUnit(stage, (unit) =>
      startBulk(unit, {
        workspaceId: WORKSPACE,
        automationId: 'a1',
        input: { action: 'resume' },
        selection: everybody,
        onlyOwner: null,
        by: 'test',
      }),
    );
    await reply(stage, late, 'late');
    await settle(stage);
    expect(await statuses()).toEqual(['in_progress', 'paused', 'in_progress']);
    expect(await bulkRow(id)).toMatchObject({ changed: 1, notes: { changed_since: 1 } });
  });

  it('pauses, resumes and takes both back, and keeps the counters', async () => {
    const paused = await run({ action: 'pause' });
    expect(paused).toMatchObject({ state: 'done', total: 3, changed: 3, skipped: 0 });
    expect(await statuses()).toEqual(['paused', 'paused', 'paused']);
    expect(await counts()).toEqual({ paused: 3 });
    expect((await run({ action: 'pause' })).skipped).toBe(3);
    expect((await undo(paused.id)).row).toMatchObject({ state: 'undone', restored: 3 });
    expect(await statuses()).toEqual(['in_progress', 'in_progress', 'in_progress']);
    expect(await counts()).toEqual(await counted());
  });

  it('takes only those chosen, and only a rep’s own', async () => {
    const one = await enrollmentOf(stage, people[1]?.contactId ?? '');
    expect(await run({ action: 'pause' }, { ids: [one.id, one.id, 'nobody'] })).toMatchObject({
      total: 2,
      changed: 1,
    });
    expect(await run({ action: 'cancel' }, everybody, 'user-s2')).toMatchObject({ changed: 0, skipped: 3 });
    expect(await statuses()).toEqual(['in_progress', 'paused', 'in_progress']);
  });

  it('cancels, and its undo puts everybody back to the step where they stood', async () => {
    const invite = await nextOfKind(stage, 'connect');
    await perform(stage, invite);
    const before = await standingAt('accepted');
    const canceled = await run({ action: 'cancel' });
    expect(await statuses()).toEqual(['canceled', 'canceled', 'canceled']);
    expect(await standingAt('accepted')).toBe(0);
    await undo(canceled.id);
    expect(await statuses()).toEqual(['in_progress', 'in_progress', 'in_progress']);
    expect(await standingAt('accepted')).toBe(before);
    expect(await standingAt('invite')).toBe(2);
    // The invitation that went out is not sent again.
    expect((await taskRow(stage, invite.taskId)).state).toBe('done');
    expect(await counts()).toEqual(await counted());
  });

  it('undoes only what nobody changed since', async () => {
    const paused = await run({ action: 'pause' });
    const second = await enrollmentOf(stage, people[1]?.contactId ?? '');
    await inUnit(stage, (unit) => decideEnrollment(unit, second.id, 'cancel', 'test'));
    expect((await undo(paused.id)).row).toMatchObject({ restored: 2 });
    expect(await statuses()).toEqual(['in_progress', 'canceled', 'in_progress']);
  });

  it('cannot be undone after a day, nor twice', async () => {
    const paused = await run({ action: 'pause' });
    pass(stage, DAY + 1);
    expect((await undo(paused.id)).accepted).toBe(false);
    const resumed = await run({ action: 'resume' });
    expect((await undo(resumed.id)).accepted).toBe(true);
    expect((await undo(resumed.id)).accepted).toBe(false);
  });

  it('stops where it stands', async () => {
    const id = await inUnit(stage, (unit) =>
      startBulk(unit, {
        workspaceId: WORKSPACE,
        automationId: 'a1',
        input: { action: 'pause' },
        selection: everybody,
        onlyOwner: null,
        by: 'test',
      }),
    );
    const row = await bulkRow(id);
    await inUnit(stage, (unit) => stopBulk(unit, row));
    await tick(stage.ctx);
    expect(await bulkRow(id)).toMatchObject({ state: 'stopped', changed: 0 });
  });
});

describe('retry', () => {
  it('tries the failed step again, once, through the same task', async () => {
    const contactId = await failFirst();
    expect((await enrollmentOf(stage, contactId)).status).toBe('failed');
    const retried = await run({ action: 'retry' }, { filter: { status: 'failed' } });
    expect(retried).toMatchObject({ total: 1, changed: 1 });
    expect((await enrollmentOf(stage, contactId)).status).toBe('in_progress');
    const tasks = await stage.db.reader
      .select()
      .from(schema.task)
      .where(eq(schema.task.contactId, contactId));
    expect(tasks.map(({ nodeId, state }) => [nodeId, state])).toEqual([['invite', 'ready']]);
    expect(await counts()).toEqual(await counted());
  });

  it('is taken back where the step was not tried yet', async () => {
    const contactId = await failFirst();
    const retried = await run({ action: 'retry' }, { filter: { status: 'failed' } });
    expect((await undo(retried.id)).row).toMatchObject({ restored: 1, notes: {} });
    expect(await enrollmentOf(stage, contactId)).toMatchObject({
      status: 'failed',
      reason: 'cannot_be_invited',
      live: 0,
    });
    expect(await counts()).toEqual(await counted());
    expect(await standingAt('invite')).toBe(2);
    const again = await run({ action: 'retry' }, { filter: { status: 'failed' } });
    expect(again).toMatchObject({ changed: 1 });
    for (let n = 1; n <= 3; n++) await perform(stage, await nextOfKind(stage, 'connect'));
    expect((await undo(again.id)).row).toMatchObject({ restored: 0, notes: { changed_since: 1 } });
    expect(await statuses()).toEqual(['in_progress', 'in_progress', 'in_progress']);
  });

  it('gives the step all its retries anew', async () => {
    const fail = async () => {
      const step = await nextOfKind(stage, 'connect');
      await report(stage, step, failed('linkedin_error'));
      return await taskRow(stage, step.taskId);
    };
    const [first] = await stage.db.reader.select().from(schema.task);
    await stage.db.write((tx) =>
      tx
        .update(schema.task)
        .set({ retries: 3, attempt: 4 })
        .where(eq(schema.task.id, first?.id ?? '')),
    );
    expect(await fail()).toMatchObject({ id: first?.id, state: 'failed' });
    await run({ action: 'retry' }, { filter: { status: 'failed' } });
    expect(await taskRow(stage, first?.id ?? '')).toMatchObject({ state: 'ready', retries: 0, attempt: 0 });
  });

  it('is refused while a step may have happened', async () => {
    const step = await nextOfKind(stage, 'connect');
    const answer = await commit(stage, step);
    expect(answer.ok).toBe(true);
    await report(stage, step, failed('timeout', { effect: 'maybe_effect' }));
    expect((await taskRow(stage, step.taskId)).state).toBe('unknown');
    expect(await run({ action: 'retry' })).toMatchObject({ changed: 0, skipped: 3 });
  });

  it('does not touch who did not fail', async () => {
    expect(await run({ action: 'retry' })).toMatchObject({ changed: 0, skipped: 3 });
  });
});

describe('move', () => {
  it('puts contacts before another step and back', async () => {
    const moved = await run({ action: 'move', nodeId: 'pause' });
    expect(moved.changed).toBe(3);
    expect(await standingAt('pause')).toBe(3);
    expect(await standingAt('invite')).toBe(0);
    await undo(moved.id);
    expect(await standingAt('invite')).toBe(3);
    expect(await standingAt('pause')).toBe(0);
  });

  it('does not repeat a step that was done', async () => {
    const invite = await nextOfKind(stage, 'connect');
    await perform(stage, invite);
    const { enrollmentId } = await taskRow(stage, invite.taskId);
    await run({ action: 'move', nodeId: 'invite' }, { ids: [enrollmentId] });
    const tasks = await stage.db.reader
      .select()
      .from(schema.task)
      .where(eq(schema.task.enrollmentId, enrollmentId));
    expect(tasks.map(({ nodeId, state }) => [nodeId, state])).toEqual([['invite', 'done']]);
    expect(await standingAt('accepted')).toBe(1);
  });

  it('refuses a step that the graph has not', async () => {
    expect(await run({ action: 'move', nodeId: 'nowhere' })).toMatchObject({ changed: 0, skipped: 3 });
    expect(await run({ action: 'move', nodeId: 'seg' })).toMatchObject({ changed: 0, skipped: 3 });
  });
});

describe('set sender', () => {
  it('pins it for later and says who is not connected to it', async () => {
    const pinned = await run({ action: 'set_sender', senderId: 's2' });
    expect(pinned.changed).toBe(3);
    const notes = await stage.db.reader.select().from(schema.bulkActionItem);
    expect(notes.map(({ note }) => note)).toEqual(Array(3).fill('not_connected_to_sender'));
    const [contact] = await stage.db.reader.select().from(schema.contact);
    expect(contact?.pinnedSenderId).toBe('s2');
    expect((await enrollmentOf(stage, people[0]?.contactId ?? '')).senderId).toBe('s1');
    await undo(pinned.id);
    const [after] = await stage.db.reader.select().from(schema.contact);
    expect(after?.pinnedSenderId).toBeNull();
  });
});

describe('entering again', () => {
  it('is the next rotation, for those whose enrollment ended', async () => {
    await run({ action: 'cancel' });
    const again = await run({ action: 'enroll_again' });
    expect(again.changed).toBe(3);
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.map(({ rotation, status }) => [rotation, status]).sort()).toEqual([
      ...Array(3).fill([1, 'canceled']),
      ...Array(3).fill([2, 'in_progress']),
    ]);
    expect((await run({ action: 'enroll_again' })).changed).toBe(0);
    expect(await counts()).toEqual(await counted());
  });
});

describe('before a sender is fixed', () => {
  it('counts who is not connected to it, of those chosen and of a rep’s own', async () => {
    const [first] = people;
    if (!first) throw new Error('nobody');
    const { id } = await enrollmentOf(stage, first.contactId);
    const connected = { status: 'connected' as const, since: 0, workspaceId: WORKSPACE };
    await inUnit(stage, ({ tx }) =>
      tx.insert(schema.relation).values({ contactId: first.contactId, senderId: 's2', ...connected }),
    );
    const ask = (selection: BulkSelection, onlyOwner: string | null = null) =>
      connectionsTo(stage.db.reader, 'a1', { selection, senderId: 's2', onlyOwner });
    expect(await ask(everybody)).toEqual({ contacts: 3, notConnected: 2, atLeast: false });
    expect(await ask({ ids: [id] })).toEqual({ contacts: 1, notConnected: 0, atLeast: false });
    expect((await ask(everybody, 'somebody else')).contacts).toBe(0);
  });
});

describe('the search', () => {
  it('finds by name, email and company, and nobody who is not in the automation', async () => {
    await stage.db.write((tx) =>
      tx.update(schema.contact).set({ companyName: 'Spedition Groß' }).where(eq(schema.contact.id, 'c002')),
    );
    await addContact(stage, 9);
    const found = async (search: string, more: EnrollmentFilter = {}) => {
      const filter = { ...more, search };
      const ids = await matchingIds(stage.db.reader, 'a1', filter, { before: null, limit: 10 });
      expect((await countMatching(stage.db.reader, 'a1', filter)).total).toBe(ids.length);
      const rows = await stage.db.reader.select().from(schema.enrollment);
      return ids.map((id) => rows.find((row) => row.id === id)?.contactId ?? '').sort();
    };
    const all = people.map(({ contactId }) => contactId);
    expect(await found('test')).toEqual(all);
    expect(await found('spedition')).toEqual(['c002']);
    expect(await found('GROSS')).toEqual([]);
    expect(await found('p2@firm2')).toEqual(['c002']);
    expect(await found('m3')).toEqual(['c003']);
    expect(await found('firm9')).toEqual([]);
    expect(await found('test m1', { status: 'in_progress' })).toEqual(['c001']);
    expect(await found('test', { status: 'failed' })).toEqual([]);
    expect(await found('test', { nodeId: 'invite' })).toEqual(all);
  });
});

describe('the reasons present', () => {
  it('are each named once, with how many have them, the most frequent first', async () => {
    const [first] = people;
    if (!first) throw new Error('nobody');
    await reply(stage, first);
    const chosen = await enrollmentOf(stage, people[1]?.contactId ?? '');
    const other = await enrollmentOf(stage, people[2]?.contactId ?? '');
    await run({ action: 'pause' }, { ids: [chosen.id, other.id] });
    expect(await reasonsPresent(stage.db.reader, 'a1')).toEqual([
      { reason: 'paused_by_person', total: 2, atLeast: false },
      { reason: 'replied', total: 1, atLeast: false },
    ]);
  });
});

describe('a decision on a paused contact', () => {
  async function answered(): Promise<string> {
    const [first] = people;
    if (!first) throw new Error('nobody');
    await reply(stage, first);
    const row = await enrollmentOf(stage, first.contactId);
    expect(row).toMatchObject({ status: 'paused', reason: 'replied' });
    return row.id;
  }
  const decide = (id: string, decision: Decision) =>
    inUnit(stage, (unit) => decideEnrollment(unit, id, decision, 'test'));

  it('completes it', async () => {
    expect(await decide(await answered(), 'complete')).toBe(true);
    expect(await statuses()).toContain('finished');
    expect(await counts()).toEqual(await counted());
  });

  it('goes past the step where it stands', async () => {
    const id = await answered();
    await decide(id, 'skip');
    expect(await standingAt('accepted')).toBe(1);
    expect(await statuses()).toEqual(['in_progress', 'in_progress', 'in_progress']);
  });

  it('is no decision for who is not paused', async () => {
    const { id } = await enrollmentOf(stage, people[2]?.contactId ?? '');
    expect(await decide(id, 'complete')).toBe(false);
    expect(await decide(id, 'skip')).toBe(false);
  });

  it('enters once more when it has ended, and not before', async () => {
    const id = await answered();
    expect(await decide(id, 'enroll_again')).toBe(false);
    await decide(id, 'complete');
    expect(await decide(id, 'enroll_again')).toBe(true);
    await settle(stage);
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.map(({ rotation }) => rotation).sort()).toEqual([1, 1, 1, 2]);
    expect(await decide(id, 'enroll_again')).toBe(false);
  });
});
