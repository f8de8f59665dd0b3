import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  addSenderToNode,
  contactsAddedToList,
  publishVersion,
  removeSenderFromNode,
  retireSender,
} from '../../../companion-server/engine/index.ts';
import { admit } from '../../../companion-server/engine/wayIn/admit.ts';
import {
  addAutomation,
  addSender,
  graphOfSteps,
  openStage,
  type Person,
  type Stage,
} from '../../simulation/setup.ts';
import { enterLater, graphFor, holdsOf, node, people, senderOfEach, somebody } from './senderStage.ts';
import { commit, enrollmentOf, inUnit, nextOfKind, pass, perform, settle, taskRow } from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(3);
});
afterEach(() => stage.close());

describe('removing a sender from a running automation', () => {
  async function runningWith(senders: string[]): Promise<Person[]> {
    for (const id of senders) await addSender(stage, id);
    const persons = await people(stage, 4);
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
    const later = await people(stage, 2, 100);
    await enterLater(stage, later);
    expect(await senderOfEach(stage, later)).toEqual(['s2', 's2']);
    expect((await senderOfEach(stage, persons)).filter((id) => id === 's1')).toHaveLength(2);
    await perform(stage, await nextOfKind(stage, 'visit'));
  });

  it('the last one: the automation is held until a sender is there, and what waited enters then', async () => {
    await runningWith(['s1']);
    await inUnit(stage, (unit) => removeSenderFromNode(unit, node(), 's1', 'finish'));
    expect((await holdsOf(stage, 'a1')).map(({ reason }) => reason)).toEqual(['no_usable_sender']);
    // What is under way is finished all the same.
    await perform(stage, await nextOfKind(stage, 'visit'));
    const later = await people(stage, 1, 100);
    await enterLater(stage, later);
    expect((await senderOfEach(stage, later))[0]).toBeNull();
    await addSender(stage, 's2');
    await inUnit(stage, (unit) => addSenderToNode(unit, node(), 's2', 1));
    await settle(stage);
    expect(await holdsOf(stage, 'a1')).toEqual([]);
    expect(await senderOfEach(stage, later)).toEqual(['s2']);
  });
});

describe('a sender in two Sender Profile steps', () => {
  /** `who` behind a list, `who2` behind another one, the same sender in both. */
  async function twice(): Promise<[Person, Person]> {
    await addSender(stage, 's1');
    const [first, second] = [await somebody(stage, 1), await somebody(stage, 2)];
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
    const persons = await people(stage, 4);
    await addAutomation(stage, 'a1', changing(['s2', 's3']));
    await settle(stage);
    const [row] = await stage.db.reader.select().from(schema.automation);
    const running = { ...must(row, 'automation'), versionId: must(row?.versionId, 'version') };
    const edit = { graph: changing(['s3']), plan: { targets: {}, recompute: [] }, by: 'test' };
    await inUnit(stage, (unit) => publishVersion(unit, running, edit));
    await settle(stage);
    pass(stage, DAY + MINUTE);
    await settle(stage);
    expect(await senderOfEach(stage, persons)).toEqual(Array(4).fill('s3'));
  });

  it('let nobody in: the automation is held when those of its Sender Profile nodes are gone', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    await somebody(stage);
    await addAutomation(stage, 'a1', changing(['s2']));
    await settle(stage);
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    expect((await holdsOf(stage, 'a1')).map(({ reason }) => reason)).toEqual(['no_usable_sender']);
  });
});

describe('a removed sender that is added again while its contacts are being canceled', () => {
  it('takes newcomers only after that, so that none of them is canceled too', async () => {
    await addSender(stage, 's1');
    const old = await somebody(stage, 1);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    await inUnit(stage, async (unit) => {
      await removeSenderFromNode(unit, node(), 's1', 'cancel');
      await addSenderToNode(unit, node(), 's1', 1);
    });
    const newcomer = await somebody(stage, 2);
    await inUnit(stage, (unit) => contactsAddedToList(unit, 'l1', [newcomer.contactId]));
    await admit(stage.ctx, 10);
    expect((await enrollmentOf(stage, newcomer.contactId)).senderId).toBeNull();
    await settle(stage);
    expect((await enrollmentOf(stage, old.contactId)).status).toBe('canceled');
    expect(await enrollmentOf(stage, newcomer.contactId)).toMatchObject({ senderId: 's1', live: 1 });
  });
});
