import { sql } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { counterNames } from '#shared/statuses/counters.ts';
import { findDrifts, repairDrifts } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import { inUnit, nextStep, perform, settle } from './support.ts';

let stage: Stage;
afterEach(() => stage.close());

const recount = () => findDrifts(stage.db.reader, stage.ctx.clocks.schedule.now(), async () => {});

/** A small campaign with steps done, ready and waiting, so that every counter counts something. */
async function campaign(): Promise<void> {
  stage = await openStage(3);
  await addSender(stage, 's1');
  for (let n = 1; n <= 4; n++) await addContact(stage, n, { bound: true, companyId: 'firm' });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { active: 3, coworkers: 3 }));
  await stage.db.write((tx) => tx.run(sql`UPDATE list SET member_count = 4`));
  await settle(stage);
  for (let n = 0; n < 3; n++) {
    const step = await nextStep(stage);
    if (step) await perform(stage, step);
  }
}

/** One statement per counter that makes it wrong. */
const plants: Record<(typeof counterNames)[number], string> = {
  'lane.ready_count': `UPDATE lane SET ready_count = ready_count + 2`,
  'lane.hold_count': `UPDATE lane SET hold_count = hold_count + 1 WHERE kind = 'connect'`,
  'channel.hold_count': `UPDATE channel SET hold_count = hold_count + 1`,
  'channel.inflight': `UPDATE channel SET inflight = 1 - inflight`,
  'automation.hold_count': `UPDATE automation SET hold_count = 4`,
  'segment_slot.active': `UPDATE segment_slot SET active = 0`,
  'company_slot.active': `UPDATE company_slot SET active = active + 1`,
  'node_count.standing': `DELETE FROM node_count WHERE standing > 0`,
  'node_count.failed': `UPDATE node_count SET failed = failed + 1`,
  'enrollment_count.n': `DELETE FROM enrollment_count WHERE n > 0`,
  'automation_sender.placed': `UPDATE automation_sender SET placed = 1000`,
  'list.member_count': `UPDATE list SET member_count = member_count - 1`,
  'stat_daily.n': `INSERT INTO stat_daily (workspace_id, scope, scope_id, day, metric, n)
    SELECT 'w1', 'workspace', 'w1', (SELECT max(at) FROM event) / 86400000 - 1, 'accepted', 3`,
  usage: `DELETE FROM usage WHERE kind = 'invite'`,
};

test('a campaign under way has no drift', async () => {
  await campaign();
  expect(await recount()).toEqual([]);
});

test.each(counterNames)('a drift of %s is reported and repaired', async (name) => {
  await campaign();
  await stage.db.write((tx) => tx.run(sql.raw(plants[name])));
  const found = await recount();
  expect(found.map(({ counter }) => counter)).toContain(name);
  expect(found.every(({ workspaceId, stored, counted }) => workspaceId === 'w1' && stored !== counted)).toBe(
    true,
  );
  await inUnit(stage, (unit) => repairDrifts(unit, 'w1', found));
  expect(await recount()).toEqual([]);
});
