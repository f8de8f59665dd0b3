import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { changeSender } from '../../../companion-server/engine/flow/changeSender.ts';
import { nextWorkFor, retireSender } from '../../../companion-server/engine/index.ts';
import { setSegmentLimits } from '../../../companion-server/engine/wayIn/slots.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Person,
  START,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  DEVICE,
  enrollmentOf,
  inUnit,
  nextOfKind,
  nextStep,
  observe,
  pass,
  perform,
  reply,
  settle,
} from './support.ts';

/** Whose messages a browser reports: everybody's this account had to do with. */

let stage: Stage;
let anna: Person;

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

async function watch() {
  pass(stage, 11 * MINUTE);
  const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
  if (work.type !== 'watch') throw new Error(`no watch: ${JSON.stringify(work)}`);
  return { known: work.knownProfileIds, further: work.furtherProfileIds, threads: work.threads };
}

/** Anna is invited, does not accept, and that is that. */
async function inviteAndFinish(): Promise<void> {
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await perform(stage, await nextOfKind(stage, 'connect'));
  pass(stage, 7 * HOUR);
  await nextStep(stage);
  await settle(stage);
  expect((await enrollmentOf(stage, anna.contactId)).status).toBe('finished');
}

describe('people whose messages are reported', () => {
  it('somebody whose automation is over; the answer stops what goes on with another sender', async () => {
    await inviteAndFinish();
    expect((await watch()).known).toEqual([anna.profileId]);
    await addSender(stage, 's2');
    await addAutomation(stage, 'a2', outreachGraph(['s2'], { email: false }));
    await settle(stage);
    await reply(stage, anna);
    const rows = await stage.db.reader
      .select()
      .from(schema.enrollment)
      .where(eq(schema.enrollment.automationId, 'a2'));
    expect(rows.map(({ senderId, status, reason }) => [senderId, status, reason])).toEqual([
      ['s2', 'paused', 'replied'],
    ]);
  });

  it('somebody who goes on with another sender', async () => {
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await perform(stage, await nextOfKind(stage, 'connect'));
    await addSender(stage, 's2');
    await stage.db.write((tx) => tx.update(schema.enrollment).set({ senderId: 's2' }));
    expect((await watch()).known).toEqual([anna.profileId]);
  });

  it('somebody who waits to start; who comes from another sender meanwhile has their thread read from where they entered', async () => {
    await addSender(stage, 's0');
    const bert = await addContact(stage, 2, { bound: true });
    const carl = await addContact(stage, 3, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s0', 's1'], { email: false, active: 1 }));
    await settle(stage);
    const waiting = await stage.db.reader.select().from(schema.enrollment);
    const entered = stage.ctx.clocks.schedule.now();
    expect(waiting.map(({ senderId, live }) => [senderId, live])).toEqual([
      ['s0', 1],
      ['s1', 0],
      ['s0', 0],
    ]);
    expect((await watch()).known).toEqual([bert.profileId]);
    pass(stage, 5 * HOUR);
    await observe(stage, { acceptances: [], inbound: [] });
    expect((await watch()).threads).toBeNull();
    await inUnit(stage, (unit) => retireSender(unit, 's0'));
    const segment = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'seg' };
    await inUnit(stage, (unit) =>
      setSegmentLimits(unit, segment, { activeLimit: null, coworkersLimit: null }),
    );
    await settle(stage);
    const { known, threads } = await watch();
    expect(known).toEqual([bert.profileId, carl.profileId]);
    expect(threads).toEqual({ since: entered, profileIds: [carl.profileId] });
    const message = {
      messageId: 'm1',
      conversationId: 'c',
      fromProfileId: carl.profileId,
      deliveredAt: entered + HOUR,
      text: 'Hello',
    };
    await observe(stage, { acceptances: [], inbound: [message], threadsOf: [carl.profileId] });
    expect(await enrollmentOf(stage, carl.contactId)).toMatchObject({ status: 'paused', reason: 'replied' });
  });

  it('whoever is under way and goes on with this sender: their thread is read from where they entered', async () => {
    await addSender(stage, 's0');
    await addAutomation(stage, 'a1', outreachGraph(['s0'], { email: false }));
    await settle(stage);
    const entered = stage.ctx.clocks.schedule.now();
    pass(stage, 5 * HOUR);
    await observe(stage, { acceptances: [], inbound: [] });
    const row = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => changeSender(unit, row, 's1'));
    expect((await watch()).threads).toEqual({ since: entered, profileIds: [anna.profileId] });
  });

  it('nobody in the bin, nobody the account never had to do with', async () => {
    await inviteAndFinish();
    await addContact(stage, 2, { bound: true });
    await stage.db.write((tx) =>
      tx.update(schema.contact).set({ deletedAt: START }).where(eq(schema.contact.id, anna.contactId)),
    );
    expect((await watch()).known).toEqual([]);
  });

  it('more than one list holds: those under way first, then the newest, and nobody is left out', async () => {
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await settle(stage);
    const many = Array.from({ length: 5_200 }, (_, n) => n);
    await inUnit(stage, async (unit) => {
      for (let from = 0; from < many.length; from += 400) {
        const some = many.slice(from, from + 400);
        await unit.tx.insert(schema.contact).values(
          some.map((n) => ({
            id: `m${n}`,
            workspaceId: WORKSPACE,
            firstName: 'Many',
            lastName: `${n}`,
            linkedinProfileId: `ACoAAmany${n}`,
            source: 'test',
            legalBasis: 'test',
            createdAt: START,
            updatedAt: START,
          })),
        );
        await unit.tx.insert(schema.relation).values(
          some.map((n) => ({
            contactId: `m${n}`,
            senderId: 's1',
            workspaceId: WORKSPACE,
            status: 'connected' as const,
            since: START,
            lastInteractionAt: START - n,
          })),
        );
      }
    });
    const { known, further } = await watch();
    expect([known.length, further.length]).toEqual([5_000, 201]);
    expect(known.slice(0, 3)).toEqual([anna.profileId, 'ACoAAmany0', 'ACoAAmany1']);
    expect(further.at(-1)).toBe('ACoAAmany5199');
    expect(new Set([...known, ...further]).size).toBe(5_201);
  });
});
