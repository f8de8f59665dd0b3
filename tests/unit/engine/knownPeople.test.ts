import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { nextWorkFor } from '../../../companion-server/engine/index.ts';
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

async function watch(): Promise<{ known: string[]; further: string[] }> {
  pass(stage, 11 * MINUTE);
  const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
  if (work.type !== 'watch') throw new Error(`no watch: ${JSON.stringify(work)}`);
  return { known: work.knownProfileIds, further: work.furtherProfileIds };
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
