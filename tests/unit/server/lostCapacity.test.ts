import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { schema } from '../../../companion-server/db/index.ts';
import type { MemberCall } from '../../../companion-server/services/context.ts';
import { lostCapacityOf } from '../../../companion-server/services/sender/lostCapacity.ts';
import { addSender, openStage, START, type Stage, WORKSPACE } from '../../simulation/setup.ts';

/** Working hours without a browser: the sum for managers, one's own day for the rep. */

let stage: Stage;
let channels: Record<'s1' | 's2', string>;
/** Monday to Friday, 09:00 to 18:00 UTC; it is Monday, 10:00. */
const settings = senderSettings.parse({ window: { zone: 'UTC' } });

beforeEach(async () => {
  stage = await openStage();
  const open = async (id: string) => (await addSender(stage, id, { settings })).linkedin;
  channels = { s1: await open('s1'), s2: await open('s2') };
});
afterEach(() => stage.close());

const set = (id: 's1' | 's2', values: Partial<typeof schema.channel.$inferInsert>) =>
  stage.db.write((tx) => tx.update(schema.channel).set(values).where(eq(schema.channel.id, channels[id])));

function lost(userId: string, role: 'manager' | 'rep') {
  const actor = { kind: 'member', id: userId, userId, role };
  const { db, ctx } = stage;
  return lostCapacityOf({ db, clocks: ctx.clocks, workspaceId: WORKSPACE, actor } as unknown as MemberCall);
}

it('is nothing where the browsers were open, or were never seen', async () => {
  stage.time.real = START + 2 * HOUR;
  await set('s1', { lastSeenAt: stage.time.real });
  expect(await lost('boss', 'manager')).toBeNull();
});

it('is the sum for a manager, with the steps that waited; whose browser it was only where the rep agreed', async () => {
  stage.time.real = START + 2 * HOUR;
  for (const id of ['s1', 's2'] as const) await set(id, { lastSeenAt: START });
  await stage.db.write((tx) =>
    tx.update(schema.lane).set({ readyCount: 1 }).where(eq(schema.lane.channelId, channels.s1)),
  );
  const lanes = await stage.db.reader
    .select()
    .from(schema.lane)
    .where(eq(schema.lane.channelId, channels.s1));
  const sum = { profiles: 2, lostMs: 4 * HOUR, openMs: 4 * HOUR, steps: lanes.length };
  expect(await lost('boss', 'manager')).toEqual({ ...sum, senders: [] });
  await stage.db.write((tx) =>
    tx.update(schema.sender).set({ sharesPresence: true }).where(eq(schema.sender.id, 's2')),
  );
  const shown = await lost('boss', 'manager');
  expect(shown).toMatchObject({ ...sum, senders: [{ senderId: 's2', lostMs: 2 * HOUR, steps: 0 }] });
});

it("is the rep's own, and only of working hours", async () => {
  // Seen until 17:30, then from 19:00 on: half an hour of work was lost.
  stage.time.real = START + 9 * HOUR;
  const span = { from: START + 7.5 * HOUR, until: START + 9 * HOUR };
  await set('s1', { lastSeenAt: stage.time.real });
  await stage.db.write((tx) =>
    tx.insert(schema.presenceSpan).values({ channelId: channels.s1, workspaceId: WORKSPACE, ...span }),
  );
  await set('s2', { lastSeenAt: START });
  expect(await lost('user-s1', 'rep')).toMatchObject({
    profiles: 1,
    lostMs: 30 * MINUTE,
    openMs: 8 * HOUR,
    senders: [{ senderId: 's1' }],
  });
});
