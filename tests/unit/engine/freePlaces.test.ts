import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { explainEnrollment, lookAhead } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Stage,
} from '../../simulation/setup.ts';
import { enrollmentOf, nextStep, pass, perform, settle } from './support.ts';

const PEOPLE = 6;
let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const now = () => stage.ctx.clocks.schedule.now();
const people = Array.from({ length: PEOPLE }, (_, n) => `c${String(n + 1).padStart(3, '0')}`);

/** Invite, three hours, end. */
function invited(limits: { activeLimit?: number; coworkersLimit?: number }): Graph {
  return graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'], ...limits }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      invite: ['connect', { note: null, whenNoNote: 'send_without' }],
      rest: ['delay', { durationMs: 3 * HOUR }],
      over: ['end', { outcome: 'neutral' }],
    },
    ['seg>who', 'who>invite', 'invite>rest', 'rest>over'],
  );
}

async function begin(graph: Graph, { companyId }: { companyId?: string } = {}) {
  await addSender(stage, 's1');
  for (let n = 1; n <= PEOPLE; n++) {
    await addContact(stage, n, { bound: true, ...(companyId ? { companyId } : {}) });
  }
  await addAutomation(stage, 'a1', graph);
  await settle(stage);
}

/** When each is expected to enter; who is in already is left out. */
async function expected(status: string, reason: string | null = null): Promise<Map<string, number | null>> {
  const ahead = lookAhead(stage.db.reader, now());
  const times = new Map<string, number | null>();
  for (const id of people) {
    const row = await enrollmentOf(stage, id);
    if (row.status !== status || row.reason !== reason) continue;
    times.set(id, (await explainEnrollment(stage.db.reader, row, now(), { ahead })).expectedAt);
  }
  return times;
}

/** The rep's browser does what is due until all have entered, or no more of them do. */
async function entries(waiting: Iterable<string>): Promise<Map<string, number>> {
  const entered = new Map<string, number>();
  const open = new Set(waiting);
  for (let round = 0; round < 2000 && open.size > 0; round++) {
    const step = await nextStep(stage);
    if (step) await perform(stage, step);
    else pass(stage, 10 * MINUTE);
    for (const id of open) {
      if ((await enrollmentOf(stage, id)).live === 0) continue;
      entered.set(id, now());
      open.delete(id);
    }
  }
  return entered;
}

function expectAscending(times: readonly (number | null)[]): void {
  expect(times).toEqual([...times].sort((a, b) => (a ?? 0) - (b ?? 0)));
}

describe('when who waits for a place has one', () => {
  it.each([
    ['active_limit', { activeLimit: 2 }, undefined],
    ['coworkers_limit', { coworkersLimit: 2 }, 'firm'],
  ] as const)('%s: those in front go their way first', async (status, limits, companyId) => {
    await begin(invited(limits), companyId ? { companyId } : {});
    const told = await expected(status);
    expect(told.size).toBe(PEOPLE - 2);
    const entered = await entries(told.keys());
    for (const [id, at] of told) {
      // A round of the test's browser is ten minutes; those behind the first two follow the pace of these.
      expect(Math.abs((at ?? 0) - (entered.get(id) ?? 0)), id).toBeLessThan(90 * MINUTE);
    }
    expectAscending([...told.values()]);
  });

  it('whose profile waits for room in the reading of its sender: after those before it', async () => {
    await addSender(stage, 's1');
    const settings = senderSettings.parse({ caps: { page_load: { daily: 1, weekly: 7 } } });
    await stage.db.write((tx) => tx.update(schema.sender).set({ settings }));
    for (let n = 1; n <= PEOPLE; n++) await addContact(stage, n);
    await addAutomation(stage, 'a1', invited({}));
    await settle(stage);
    const began = now();
    const times = [...(await expected('waiting_enrichment', 'sender_busy')).values()];
    expect(times).toHaveLength(PEOPLE - 2);
    // One a day is read, and two are in the queue already.
    expect(times[0]).toBeGreaterThan(began + 2 * DAY);
    times.reduce((before, at) => {
      expect((at ?? 0) - (before ?? 0)).toBe(DAY);
      return at;
    });
    expect(times.at(-1)).toBeLessThan(began + 14 * DAY);
  });

  it('nobody can tell while all who are in are paused, or their account does nothing', async () => {
    await begin(invited({ activeLimit: 2 }));
    await stage.db.write((tx) => tx.update(schema.channel).set({ status: 'inactive' }));
    expect([...(await expected('active_limit')).values()]).toEqual([null, null, null, null]);
    await stage.db.write(async (tx) => {
      await tx.update(schema.channel).set({ status: 'active' });
      await tx.update(schema.enrollment).set({ status: 'paused' }).where(eq(schema.enrollment.live, 1));
    });
    expect([...(await expected('active_limit')).values()]).toEqual([null, null, null, null]);
  });
});
