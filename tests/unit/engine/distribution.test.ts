import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { addSenderToNode, setSenderWeight } from '../../../companion-server/engine/index.ts';
import { setSegmentLimits } from '../../../companion-server/engine/wayIn/slots.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  choiceOf,
  enterLater,
  graphFor,
  interaction,
  node,
  people,
  senderOfEach,
  somebody,
} from './senderStage.ts';
import {
  accept,
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

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(3);
});
afterEach(() => stage.close());

describe('distribution', () => {
  it('is even by weight', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const persons = await people(stage, 9);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'], weights: [2, 1] }));
    await settle(stage);
    const chosen = await senderOfEach(stage, persons);
    expect(chosen.filter((id) => id === 's1')).toHaveLength(6);
    expect(chosen.filter((id) => id === 's2')).toHaveLength(3);
  });

  it('counts anew when senders or weights change: a newcomer gets its share of later contacts only', async () => {
    for (const id of ['s1', 's2', 's3']) await addSender(stage, id);
    const early = await people(stage, 6);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'] }));
    await settle(stage);
    await inUnit(stage, (unit) => addSenderToNode(unit, node(), 's3', 1));
    const later = await people(stage, 6, 100);
    await enterLater(stage, later);
    expect(await senderOfEach(stage, early)).not.toContain('s3');
    for (const id of ['s1', 's2', 's3']) {
      expect((await senderOfEach(stage, later)).filter((each) => each === id)).toHaveLength(2);
    }
    await inUnit(stage, (unit) => setSenderWeight(unit, node(), 's3', 4));
    const last = await people(stage, 6, 200);
    await enterLater(stage, last);
    expect((await senderOfEach(stage, last)).filter((each) => each === 's3')).toHaveLength(4);
  });
});

describe('who was in touch before', () => {
  it('keeps the contact, across automations', async () => {
    for (const id of ['s1', 's2']) await addSender(stage, id);
    const person = await somebody(stage);
    await interaction(stage, person, 's1', 1000);
    await interaction(stage, person, 's2', 2000);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1', 's2'] }));
    await settle(stage);
    expect(await senderOfEach(stage, [person])).toEqual(['s2']);
    expect(await choiceOf(stage, person)).toEqual({ way: 'latest_contacted' });
  });

  it('warns of a collision when that one is not in the node, unless interactions are ignored', async () => {
    for (const id of ['s1', 's9']) await addSender(stage, id);
    const person = await somebody(stage);
    await interaction(stage, person, 's9', 2000);
    await addAutomation(stage, 'a1', graphFor({ senders: ['s1'] }));
    await settle(stage);
    expect(await choiceOf(stage, person)).toEqual({
      way: 'distribution',
      collisionSenderId: 's9',
      collisionAt: 2000,
    });

    const second = await somebody(stage, 50);
    await interaction(stage, second, 's9', 2000);
    const who = { ignorePreviousInteractions: true };
    await addAutomation(stage, 'a2', graphFor({ senders: ['s1'], who }));
    await enterLater(stage, [second]);
    const rows = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.contactId, second.contactId));
    const ignoring = rows.find((row) => row.type === 'sender_chosen' && row.automationId === 'a2');
    expect(ignoring?.data ?? { way: 'distribution' }).toEqual({ way: 'distribution' });
  });

  it('gives way to a pinned sender that is usable, and says when it is not', async () => {
    for (const id of ['s1', 's2', 's9']) await addSender(stage, id);
    const [pinned, stray] = [await somebody(stage, 1), await somebody(stage, 2)];
    await interaction(stage, pinned, 's2', 2000);
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
    expect(await choiceOf(stage, pinned)).toEqual({ way: 'pinned' });
    expect((await senderOfEach(stage, [pinned]))[0]).toBe('s1');
    expect(await choiceOf(stage, stray)).toEqual({ way: 'distribution', unusablePin: 's9' });
  });
});

describe('limits', () => {
  it("an automation's own daily limit parks its tasks and lets one go when the day allows it", async () => {
    await addSender(stage, 's1');
    await people(stage, 4);
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
    const persons = await people(stage, 6);
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
    const [known, stranger] = [await somebody(stage, 1), await somebody(stage, 2)];
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
