import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  decideEnrollment,
  deleteSender,
  recordSession,
  restoreSender,
  retireSender,
  usageOf,
} from '../../../companion-server/engine/index.ts';
import { departures } from '../../../companion-server/engine/senders/departures.ts';
import {
  addAutomation,
  addSender,
  eagerSettings,
  graphOfSteps,
  memberIdOf,
  openStage,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { graphFor, holdsOf, linkedinOf, people, senderState, somebody } from './senderStage.ts';
import { commit, enrollmentOf, inUnit, nextOfKind, observe, pass, perform, settle } from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(3);
});
afterEach(() => stage.close());

describe('deleting a sender profile', () => {
  it('by Cancel: channels disconnect at once, its enrollments end, the automation is held', async () => {
    await addSender(stage, 's1');
    const persons = await people(stage, 3);
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
    expect((await holdsOf(stage, 'a1')).map(({ reason }) => reason)).toEqual(['no_usable_sender']);
  });

  it('by Finish: it retires, and is deleted when its last contact is through', async () => {
    await addSender(stage, 's1');
    const person = await somebody(stage);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    await inUnit(stage, (unit) => retireSender(unit, 's1'));
    await settle(stage);
    expect((await senderState(stage, 's1'))?.state).toBe('retiring');
    await perform(stage, await nextOfKind(stage, 'visit'));
    pass(stage, 2 * DAY);
    await settle(stage);
    expect((await enrollmentOf(stage, person.contactId)).status).toBe('finished');
    expect((await senderState(stage, 's1'))?.state).toBe('deleted');
  });

  it('by Finish: it is not deleted when a contact came back to it in between', async () => {
    await addSender(stage, 's1');
    const person = await somebody(stage);
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
    const persons = await people(stage, 8);
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
    expect((await senderState(stage, 's1'))?.state).toBe('deleted');
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
    const person = await somebody(stage);
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
    expect((await senderState(stage, 's1'))?.state).toBe('deleted');
  });

  it('by Finish: an invitation that is to be withdrawn is withdrawn before; by Cancel it never is', async () => {
    await addSender(stage, 's1');
    await somebody(stage);
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
    expect((await senderState(stage, 's1'))?.state).toBe('retiring');
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    expect(await withdrawal()).toMatchObject({ state: 'canceled', reason: 'sender_deleted' });
  });

  it('keeps it in the bin for 30 days: a restore brings the account back, but no task', async () => {
    await addSender(stage, 's1');
    const person = await somebody(stage);
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
    expect(await holdsOf(stage, 'a1')).toEqual([]);

    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    pass(stage, 31 * DAY);
    await settle(stage);
    expect((await senderState(stage, 's1'))?.purgedAt).not.toBeNull();
    expect(await inUnit(stage, (unit) => restoreSender(unit, 's1'))).toBe('purged');
  });

  it('gives the account its usage, age and ceilings back on another profile', async () => {
    await addSender(stage, 's1');
    await people(stage, 2);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await perform(stage, await nextOfKind(stage, 'visit'));
    const before = await linkedinOf(stage, 's1');
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);

    await addSender(stage, 's2', { connected: false });
    const memberId = memberIdOf('s1');
    const member = { memberId, name: 'Rep', slug: 'rep', profileId: 'ACoRep', premium: false };
    await recordSession(stage.ctx, 's2-d1', { state: 'logged_in', member });
    const bound = await linkedinOf(stage, 's2');
    expect(bound.address).toBe(memberId);
    expect(bound.firstUsedAt).toBe(before.firstUsedAt);
    expect(bound.lastActionAt).toBe(before.lastActionAt);
    const usage = await usageOf(stage.db.reader, bound, eagerSettings, stage.ctx.clocks.schedule.now());
    expect(usage.find(({ kind }) => kind === 'page_load')?.usedDay).toBe(1);

    // While it lives there, the first profile cannot have it back.
    await inUnit(stage, (unit) => restoreSender(unit, 's1'));
    expect((await linkedinOf(stage, 's1')).address).toBeNull();
  });
});
