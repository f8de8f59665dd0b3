import { isNull } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { archiveAutomation, tick } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Stage,
} from '../../simulation/setup.ts';
import { inUnit, pass, settle } from './support.ts';

const PEOPLE = 250;
let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  for (let n = 1; n <= PEOPLE; n++) await addContact(stage, n, { bound: true });
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      pause: ['delay', { durationMs: HOUR }],
      tell: ['notify', { memberId: null, text: 'Look' }],
    },
    ['seg>who', 'who>pause', 'pause>tell'],
  );
  await addAutomation(stage, 'a1', graph);
  await settle(stage);
});
afterEach(() => stage.close());

const open = async () =>
  (await stage.db.reader.select().from(schema.enrollment).where(isNull(schema.enrollment.endedAt))).length;

it('ends everybody in rounds, and nothing of the automation moves meanwhile', async () => {
  expect(await open()).toBe(PEOPLE);
  await inUnit(stage, (unit) => archiveAutomation(unit, 'a1'));
  const after = await stage.db.reader.select().from(schema.automation);
  expect(after).toMatchObject([{ status: 'archived', closing: true }]);
  // The decision ends nobody itself: one who cannot be ended must not refuse it.
  expect(await open()).toBe(PEOPLE);
  // Everybody's wait is over: the next round finds them due.
  pass(stage, 2 * HOUR);
  expect((await tick(stage.ctx)).busy).toBe(true);
  expect(await open()).toBeLessThan(PEOPLE);
  await settle(stage);
  expect(await open()).toBe(0);
  expect(await stage.db.reader.select().from(schema.notification)).toEqual([]);
  const counted = await stage.db.reader.select().from(schema.enrollmentCount);
  expect(counted.filter(({ n }) => n > 0)).toMatchObject([{ status: 'canceled', n: PEOPLE }]);
  const done = await stage.db.reader.select().from(schema.automation);
  expect(done).toMatchObject([{ status: 'archived', closing: false }]);
});
