import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  addSenderToNode,
  contactsAddedToList,
  decideEnrollment,
  deleteSender,
  openHolds,
  publishVersion,
  recordSession,
  removeSenderFromNode,
  restoreSender,
  retireSender,
  setSenderWeight,
  usageOf,
} from '../../../companion-server/engine/index.ts';
import { departures } from '../../../companion-server/engine/senders/departures.ts';
import { admit } from '../../../companion-server/engine/wayIn/admit.ts';
import { setSegmentLimits } from '../../../companion-server/engine/wayIn/slots.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  graphOfSteps,
  memberIdOf,
  openStage,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  accept,
  commit,
  enrollmentOf,
  failed,
  inUnit,
  nextOfKind,
  nextStep,
  observe,
  pass,
  perform,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(3);
});
afterEach(() => stage.close());

const node = (automationId = 'a1') => ({ workspaceId: WORKSPACE, automationId, nodeId: 'who' });

interface Choices {
  senders: string[];
  weights?: number[];
  segment?: object;
  who?: object;
}

/** One message to everybody of the list, after a delay so that nothing is under way at once. */
function graphFor({ senders, weights = [], segment = {}, who = {} }: Choices): Graph {
  const graph = graphOfSteps(
    {
      seg: [
        'segment',
        {
          listIds: ['l1'],
          tagIds: [],
          filter: { hasEmail: false, companyContains: '', titleContains: '' },
          existingConnections: false,
          activeLimit: null,
          coworkersLimit: null,
          keepFeeding: true,
          ...segment,
        },
      ],
      who: [
        'sender_profile',
        {
          senders: senders.map((senderId, i) => ({ senderId, weight: weights[i] ?? 1 })),
          preferLatestContacted: true,
          ignorePreviousInteractions: false,
          ...who,
        },
      ],
      look: ['visit', {}],
      pause: ['delay', { durationMs: DAY }],
      over: ['end', { outcome: 'neutral' }],
    },
    ['seg>who', 'who>look', 'look>pause', 'pause>over'],
  );
  return graph;
}

async function people(count: number, from = 1): Promise<Person[]> {
  const added: Person[] = [];
  for (let n = from; n < from + count; n++) added.push(await addContact(stage, n, { bound: true }));
  return added;
}

function somebody(n = 1): Promise<Person> {
  return addContact(stage, n, { bound: true });
}

async function linkedinOf(senderId: string) {
  const rows = await stage.db.reader
    .select()
    .from(schema.channel)
    .where(eq(schema.channel.senderId, senderId));
  return must(
    rows.find(({ kind }) => kind === 'linkedin'),
    `channel of ${senderId}`,
  );
}

async function senderOfEach(persons: readonly Person[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (const { contactId } of persons) found.push((await enrollmentOf(stage, contactId)).senderId);
  return found;
}

async function interaction(person: Person, senderId: string, at: number): Promise<void> {
  await stage.db.write((tx) =>
    tx.insert(schema.relation).values({
      contactId: person.contactId,
      senderId,
      workspaceId: WORKSPACE,
      status: 'connected',
      since: at,
      lastInteractionAt: at,
    }),
  );
}

async function choiceOf(person: Person) {
  const rows = await stage.db.reader
    .select({ type: schema.event.type, data: schema.event.data })
    .from(schema.event)
    .where(eq(schema.event.contactId, person.contactId));
  return rows.find(({ type }) => type === 'sender_chosen')?.data;
}

function holdsOf(automationId: string) {
  return openHolds(stage.db.reader, [{ scope: 'automation', scopeId: automationId }]);
}

async function senderState(id: string) {
  const [row] = await stage.db.reader.select().from(schema.sender).where(eq(schema.sender.id, id));
  return row;
}

describe('distribution', () => {
  it('is even by weight', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const persons = await people(9);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'], weights: [2, 1] }));
    await settle(stage);
    const chosen = await senderOfEach(persons);
    expect(chosen.filter((id) => id === 's1')).toHaveLength(6);
    expect(chosen.filter((id) => id === 's2')).toHaveLength(3);
  });

  it('counts anew when senders or weights change: a newcomer gets its share of later contacts only', async () => {
    for (const id of ['s1', 's2', 's3']) await addSender(stage, id);
    const early = await people(6);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'] }));
    await settle(stage);
    await inUnit(stage, (unit) => addSenderToNode(unit, node(), 's3', 1));
    const later = await people(6, 100);
    await enterLater(later);
    expect(await senderOfEach(early)).not.toContain('s3');
    for (const id of ['s1', 's2', 's3']) {
      expect((await senderOfEach(later)).filter((each) => each === id)).toHaveLength(2);
    }
    await inUnit(stage, (unit) => setSenderWeight(unit, node(), 's3', 4));
    const last = await people(6, 200);
    await enterLater(last);
    expect((await senderOfEach(last)).filter((each) => each === 's3')).toHaveLength(4);
  });
});

/** Contacts come into the list of running automations. */
async function enterLater(persons: readonly Person[]): Promise<void> {
  await inUnit(stage, (unit) =>
    contactsAddedToList(
      unit,
      'l1',
      persons.map(({ contactId }) => contactId),
    ),
  );
  await settle(stage);
}

describe('who was in touch before', () => {
  it('keeps the contact, across automations', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const person = await somebody();
    await interaction(person, 's1', 1000);
    await interaction(person, 's2', 2000);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'] }));
    await settle(stage);
    expect(await senderOfEach([person])).toEqual(['s2']);
    expect(await choiceOf(person)).toEqual({ way: 'latest_contacted' });
  });

  it('warns of a collision when that one is not in the node, unless interactions are ignored', async () => {
    for (const id of ['s1', 's9']) await addSender(stage, id);
    const person = await somebody();
    await interaction(person, 's9', 2000);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    expect(await choiceOf(person)).toEqual({
      way: 'distribution',
      collisionSenderId: 's9',
      collisionAt: 2000,
    });

    const second = await somebody(50);
    await interaction(second, 's9', 2000);
    const who = { ignorePreviousInteractions: true };
    await addAutomation(stage, 'a2', graphFor({ senders: ['s1'], who }));
    await enterLater([second]);
    const rows = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.contactId, second.contactId));
    const ignoring = rows.find((row) => row.type === 'sender_chosen' && row.automationId === 'a2');
    expect(ignoring?.data ?? { way: 'distribution' }).toEqual({ way: 'distribution' });
  });

  it('gives way to a pinned sender that is usable, and says when it is not', async () => {
    for (const id of ['s1', 's2', 's9']) await addSender(stage, id);
    const [pinned, stray] = [await somebody(1), await somebody(2)];
    await interaction(pinned, 's2', 2000);
    for (const [person, senderId] of [
      [pinned, 's1'],
      [stray, 's9'],
    ] as const) {
      await stage.db.write((tx) =>
        tx
          .update(schema.contact)
          .set({ pinnedSenderId: senderId })
          .where(eq(schema.contact.id, person.contactId)),
      );
    }
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'] }));
    await settle(stage);
    expect(await choiceOf(pinned)).toEqual({ way: 'pinned' });
    expect((await senderOfEach([pinned]))[0]).toBe('s1');
    expect(await choiceOf(stray)).toEqual({ way: 'distribution', unusablePin: 's9' });
  });
});

describe('removing a sender from a running automation', () => {
  async function runningWith(senders: string[]): Promise<Person[]> {
    for (const id of senders) await addSender(stage, id);
    const persons = await people(4);
    await addAutomation(stage, 'a1', graphFor({ senders }));
    await settle(stage);
    return persons;
  }

  it('with its tasks: its contacts are Canceled, the one in the middle of a task Failed', async () => {
    const persons = await runningWith(['s1', 's2']);
    const step = await nextOfKind(stage, 'visit');
    await commit(stage, step);
    await inUnit(stage, (unit) => removeSenderFromNode(unit, node(), 's1', 'cancel'));
    await settle(stage);
    const rows = await Promise.all(persons.map(({ contactId }) => enrollmentOf(stage, contactId)));
    const removed = rows.filter(({ senderId }) => senderId === 's1');
    expect(removed.map(({ status }) => status).sort()).toEqual(['canceled', 'failed']);
    expect(removed.every(({ reason }) => reason === 'sender_removed')).toBe(true);
    expect(rows.filter(({ senderId }) => senderId === 's2').every(({ live }) => live === 1)).toBe(true);
  });

  it('or finishing: its contacts go on, nothing new is assigned', async () => {
    const persons = await runningWith(['s1', 's2']);
    await inUnit(stage, (unit) => removeSenderFromNode(unit, node(), 's1', 'finish'));
    const later = await people(2, 100);
    await enterLater(later);
    expect(await senderOfEach(later)).toEqual(['s2', 's2']);
    expect((await senderOfEach(persons)).filter((id) => id === 's1')).toHaveLength(2);
    await perform(stage, await nextOfKind(stage, 'visit'));
  });

  it('the last one: the automation is held until a sender is there, and what waited enters then', async () => {
    await runningWith(['s1']);
    await inUnit(stage, (unit) => removeSenderFromNode(unit, node(), 's1', 'finish'));
    expect((await holdsOf('a1')).map(({ reason }) => reason)).toEqual(['no_usable_sender']);
    // What is under way is finished all the same.
    await perform(stage, await nextOfKind(stage, 'visit'));
    const later = await people(1, 100);
    await enterLater(later);
    expect((await senderOfEach(later))[0]).toBeNull();
    await addSender(stage, 's2');
    await inUnit(stage, (unit) => addSenderToNode(unit, node(), 's2', 1));
    await settle(stage);
    expect(await holdsOf('a1')).toEqual([]);
    expect(await senderOfEach(later)).toEqual(['s2']);
  });
});

describe('a sender in two Sender Profile steps', () => {
  /** `who` behind a list, `who2` behind another one, the same sender in both. */
  async function twice(): Promise<[Person, Person]> {
    await addSender(stage, 's1');
    const [first, second] = [await somebody(1), await somebody(2)];
    const { listMember } = schema;
    await stage.db.write((tx) =>
      tx.update(listMember).set({ listId: 'l2' }).where(eq(listMember.contactId, second.contactId)),
    );
    const graph = graphFor({ senders: ['s1'] });
    const copies = graph.nodes
      .filter(({ id }) => id === 'seg' || id === 'who')
      .map((each) => {
        const copy = { ...each, id: `${each.id}2` };
        return copy.type === 'segment' ? { ...copy, config: { ...copy.config, listIds: ['l2'] } } : copy;
      });
    await addAutomation(stage, 'a1', {
      nodes: [...graph.nodes, ...copies],
      edges: [
        ...graph.edges,
        { id: 'x1', source: 'seg2', exit: 'next', target: 'who2' },
        { id: 'x2', source: 'who2', exit: 'next', target: 'look' },
      ],
    });
    await settle(stage);
    return [first, second];
  }

  it('loses the contacts of the one it is removed from, and acts for those of the other', async () => {
    const [first, second] = await twice();
    await inUnit(stage, (unit) => removeSenderFromNode(unit, node(), 's1', 'cancel'));
    const step = await nextOfKind(stage, 'visit');
    expect((await taskRow(stage, step.taskId)).contactId).toBe(second.contactId);
    await perform(stage, step);
    expect(await enrollmentOf(stage, first.contactId)).toMatchObject({
      status: 'canceled',
      reason: 'sender_removed',
    });
    expect((await enrollmentOf(stage, second.contactId)).status).toBe('in_progress');
  });
});

describe('the senders of a Change sender step', () => {
  const changing = (senderIds: string[]) => {
    const graph = graphFor({ senders: ['s1'] });
    const senders = senderIds.map((senderId) => ({ senderId, weight: 1 }));
    const hand = graphOfSteps(
      { hand: ['change_sender', { senders }], later: ['delay', { durationMs: DAY }] },
      [],
    );
    return {
      nodes: [...graph.nodes, ...hand.nodes],
      edges: graphOfSteps({}, ['seg>who', 'who>pause', 'pause>hand', 'hand>later', 'later>over']).edges,
    };
  };

  it('are those of the newest version: one that an edit took out gets nobody any more', async () => {
    for (const id of ['s1', 's2', 's3']) await addSender(stage, id);
    const persons = await people(4);
    await addAutomation(stage, 'a1', changing(['s2', 's3']));
    await settle(stage);
    const [row] = await stage.db.reader.select().from(schema.automation);
    const running = { ...must(row, 'automation'), versionId: must(row?.versionId, 'version') };
    const edit = { graph: changing(['s3']), plan: { targets: {}, recompute: [] }, by: 'test' };
    await inUnit(stage, (unit) => publishVersion(unit, running, edit));
    await settle(stage);
    pass(stage, DAY + MINUTE);
    await settle(stage);
    expect(await senderOfEach(persons)).toEqual(Array(4).fill('s3'));
  });

  it('let nobody in: the automation is held when those of its Sender Profile nodes are gone', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    await somebody();
    await addAutomation(stage, 'a1', changing(['s2']));
    await settle(stage);
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    expect((await holdsOf('a1')).map(({ reason }) => reason)).toEqual(['no_usable_sender']);
  });
});

describe('a removed sender that is added again while its contacts are being canceled', () => {
  it('takes newcomers only after that, so that none of them is canceled too', async () => {
    await addSender(stage, 's1');
    const old = await somebody(1);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    await inUnit(stage, async (unit) => {
      await removeSenderFromNode(unit, node(), 's1', 'cancel');
      await addSenderToNode(unit, node(), 's1', 1);
    });
    const newcomer = await somebody(2);
    await inUnit(stage, (unit) => contactsAddedToList(unit, 'l1', [newcomer.contactId]));
    await admit(stage.ctx, 10);
    expect((await enrollmentOf(stage, newcomer.contactId)).senderId).toBeNull();
    await settle(stage);
    expect((await enrollmentOf(stage, old.contactId)).status).toBe('canceled');
    expect(await enrollmentOf(stage, newcomer.contactId)).toMatchObject({ senderId: 's1', live: 1 });
  });
});

describe('deleting a sender profile', () => {
  it('by Cancel: channels disconnect at once, its enrollments end, the automation is held', async () => {
    await addSender(stage, 's1');
    const persons = await people(3);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    await commit(stage, await nextOfKind(stage, 'visit'));
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    const channels = await stage.db.reader.select().from(schema.channel);
    expect(channels.map(({ address, status }) => [address, status])).toEqual([
      [null, 'not_set_up'],
      [null, 'not_set_up'],
    ]);
    await settle(stage);
    const rows = await Promise.all(persons.map(({ contactId }) => enrollmentOf(stage, contactId)));
    expect(rows.map(({ status }) => status).sort()).toEqual(['canceled', 'canceled', 'failed']);
    expect(rows.every(({ reason }) => reason === 'sender_deleted')).toBe(true);
    expect((await holdsOf('a1')).map(({ reason }) => reason)).toEqual(['no_usable_sender']);
  });

  it('by Finish: it retires, and is deleted when its last contact is through', async () => {
    await addSender(stage, 's1');
    const person = await somebody();
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    await settle(stage);
    expect((await senderState('s1'))?.state).toBe('retiring');
    await perform(stage, await nextOfKind(stage, 'visit'));
    pass(stage, 2 * DAY);
    await settle(stage);
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('finished');
    expect((await senderState('s1'))?.state).toBe('deleted');
  });

  it('by Finish: it is not deleted when a contact came back to it in between', async () => {
    await addSender(stage, 's1');
    const person = await somebody();
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    const { id } = await enrollmentOf(stage, person.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'cancel', 'test'));
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    const alive = { live: 1, endedAt: null, status: 'in_progress' } as const;
    const db: typeof stage.db = {
      ...stage.db,
      write: async (work) => {
        await stage.db.write((tx) => tx.update(schema.enrollment).set(alive));
        return await stage.db.write(work);
      },
    };
    await departures({ ...stage.ctx, db }, 10);
    const [row] = await stage.db.reader.select().from(schema.sender);
    expect(row?.state).toBe('retiring');
  });

  it('by Finish: who waits outside goes to another sender, and ends with none', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const persons = await people(8);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'], segment: { activeLimit: 4 } }));
    await settle(stage);
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    const rows = () => Promise.all(persons.map(({ contactId }) => enrollmentOf(stage, contactId)));
    for (const { id, senderId, live } of await rows()) {
      if (senderId !== 's1') continue;
      expect(live).toBe(1);
      await inUnit(stage, (unit) => decideEnrollment(unit, id, 'cancel', 'test'));
    }
    await settle(stage);
    expect((await senderState('s1'))?.state).toBe('deleted');
    const open = (await rows()).filter(({ endedAt }) => endedAt === null);
    expect(open.filter(({ live }) => live === 1).map(({ senderId }) => senderId)).toEqual(
      Array(4).fill('s2'),
    );
    expect(open.filter(({ live }) => live === 0).map(({ status }) => status)).toEqual(
      Array(2).fill('active_limit'),
    );
  });

  it('by Finish: who waits to be connected with it may be connected with another', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const person = await somebody();
    const pair = { workspaceId: WORKSPACE, contactId: person.contactId, since: 1 };
    await stage.db.write((tx) =>
      tx.insert(schema.relation).values([
        { ...pair, senderId: 's1', status: 'not_connected' },
        { ...pair, senderId: 's2', status: 'not_connected' },
      ]),
    );
    const segment = { existingConnections: true };
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'], segment }));
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      senderId: 's1',
      reason: 'not_a_connection',
    });
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      senderId: 's2',
      reason: 'not_a_connection',
    });
    expect((await senderState('s1'))?.state).toBe('deleted');
  });

  it('by Finish: an invitation that is to be withdrawn is withdrawn before; by Cancel it never is', async () => {
    await addSender(stage, 's1');
    await somebody();
    const invite = graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        ask: ['connect', { note: null, whenNoNote: null }],
        over: ['end', { outcome: 'neutral' }],
      },
      ['seg>who', 'who>ask', 'ask>over'],
    );
    await addAutomation(stage, 'a1', invite);
    await perform(stage, await nextOfKind(stage, 'connect'));
    pass(stage, 21 * DAY);
    const sentInvitations = { toContacts: [], toOthers: [], gone: [], complete: true };
    await observe(stage, { acceptances: [], inbound: [], sentInvitations });
    const withdrawal = async () =>
      (await stage.db.reader.select().from(schema.task)).find(({ kind }) => kind === 'withdraw');
    expect((await withdrawal())?.state).toBe('ready');
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    await settle(stage);
    expect((await senderState('s1'))?.state).toBe('retiring');
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    expect(await withdrawal()).toMatchObject({ state: 'canceled', reason: 'sender_deleted' });
  });

  it('keeps it in the bin for 30 days: a restore brings the account back, but no task', async () => {
    await addSender(stage, 's1');
    const person = await somebody();
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    expect(await inUnit(stage, (unit) => restoreSender(unit, 's1'))).toBe('still_leaving');
    await settle(stage);
    expect(await inUnit(stage, (unit) => restoreSender(unit, 's1'))).toBeNull();
    await settle(stage);
    const channels = await stage.db.reader.select().from(schema.channel);
    expect(channels.map(({ address }) => address).sort()).toEqual([memberIdOf('s1'), 's1@team.test'].sort());
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('canceled');
    expect(await holdsOf('a1')).toEqual([]);

    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    pass(stage, 31 * DAY);
    await settle(stage);
    expect((await senderState('s1'))?.purgedAt).not.toBeNull();
    expect(await inUnit(stage, (unit) => restoreSender(unit, 's1'))).toBe('purged');
  });

  it('gives the account its usage, age and ceilings back on another profile', async () => {
    await addSender(stage, 's1');
    await people(2);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await perform(stage, await nextOfKind(stage, 'visit'));
    const before = await linkedinOf('s1');
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);

    await addSender(stage, 's2', { connected: false });
    const memberId = memberIdOf('s1');
    const member = { memberId, name: 'Rep', slug: 'rep', profileId: 'ACoRep', premium: false };
    await recordSession(stage.ctx, 's2-d1', { state: 'logged_in', member });
    const bound = await linkedinOf('s2');
    expect(bound.address).toBe(memberId);
    expect(bound.firstUsedAt).toBe(before.firstUsedAt);
    expect(bound.lastActionAt).toBe(before.lastActionAt);
    const usage = await usageOf(stage.db.reader, bound, eagerSettings, stage.ctx.clocks.schedule.now());
    expect(usage.find(({ kind }) => kind === 'page_load')?.usedDay).toBe(1);

    // While it lives there, the first profile cannot have it back.
    await inUnit(stage, (unit) => restoreSender(unit, 's1'));
    expect((await linkedinOf('s1')).address).toBeNull();
  });
});

describe('limits', () => {
  it("an automation's own daily limit parks its tasks and lets one go when the day allows it", async () => {
    await addSender(stage, 's1');
    await people(4);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await stage.db.write((tx) => tx.update(schema.automation).set({ dailyLimits: { page_load: 2 } }));
    for (let i = 0; i < 2; i++) await perform(stage, await nextOfKind(stage, 'visit'));
    expect(await nextStep(stage)).toBeNull();
    const parked = await stage.db.reader
      .select({ on: schema.task.blockedOn, reason: schema.task.reason })
      .from(schema.task)
      .where(eq(schema.task.state, 'scheduled'));
    expect(parked.map(({ reason }) => reason)).toEqual(['automation_limit', 'automation_limit']);
    pass(stage, DAY);
    await perform(stage, await nextOfKind(stage, 'visit'));
  });

  it('raising the active limit wakes as many as it lets in, lowering it lets nobody in', async () => {
    await addSender(stage, 's1');
    const persons = await people(6);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'], segment: { activeLimit: 2 } }));
    await settle(stage);
    const live = async () => {
      const rows = await Promise.all(persons.map(({ contactId }) => enrollmentOf(stage, contactId)));
      return rows.filter((row) => row.live === 1).length;
    };
    expect(await live()).toBe(2);
    const segment = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'seg' };
    const limitTo = (activeLimit: number) =>
      inUnit(stage, (unit) => setSegmentLimits(unit, segment, { activeLimit, coworkersLimit: null }));
    await limitTo(5);
    await settle(stage);
    expect(await live()).toBe(5);
    await limitTo(1);
    await perform(stage, await nextOfKind(stage, 'visit'));
    pass(stage, DAY + HOUR);
    await settle(stage);
    expect(await live()).toBe(4);
  });

  it('existing connections only: others wait and say so, and enter once connected', async () => {
    await addSender(stage, 's1');
    const [known, stranger] = [await somebody(1), await somebody(2)];
    for (const [person, status] of [
      [known, 'connected'],
      [stranger, 'not_connected'],
    ] as const) {
      await stage.db.write((tx) =>
        tx.insert(schema.relation).values({
          contactId: person.contactId,
          senderId: 's1',
          workspaceId: WORKSPACE,
          status,
          since: 1,
        }),
      );
    }
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'], segment: { existingConnections: true } }));
    await settle(stage);
    expect((await enrollmentOf(stage, known.contactId)).live).toBe(1);
    expect(await enrollmentOf(stage, stranger.contactId)).toMatchObject({
      live: 0,
      status: 'ready',
      reason: 'not_a_connection',
    });
    pass(stage, MINUTE);
    await accept(stage, stranger);
    await settle(stage);
    expect((await enrollmentOf(stage, stranger.contactId)).live).toBe(1);
  });

  it('a dead link is tried by one other sender', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const person = await addContact(stage, 1);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'] }));
    const first = await nextOfKind(stage, 'visit');
    await report(stage, first, failed('profile_not_found'));
    await settle(stage);
    expect(await enrollmentOf(stage, person.contactId)).toMatchObject({
      senderId: 's2',
      status: 'waiting_enrichment',
    });
    const second = must(await nextStep(stage, 's2-d1'), 'step of the other sender');
    await report(stage, second, failed('profile_not_found'), 's2-d1');
    await settle(stage);
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('failed');
  });
});
