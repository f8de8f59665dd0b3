import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import type { EventType } from '#shared/statuses/engine.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  dayOf,
  findDrifts,
  repairDrifts,
  rollUp,
  statisticsOf,
} from '../../../companion-server/engine/index.ts';
import { openStage, START, type Stage, WORKSPACE } from '../../simulation/setup.ts';
import { inUnit } from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

/** The log is counted by real ids, so this clock must be past them. */
const later = () => ({
  ...stage.ctx,
  clocks: { schedule: stage.ctx.clocks.schedule, lease: { now: () => Date.now() + 2 * MINUTE } },
});

async function log(type: EventType, at: number, change: Partial<typeof schema.event.$inferInsert> = {}) {
  const id = systemNewId();
  await stage.db.write((tx) =>
    tx.insert(schema.event).values({ id, workspaceId: WORKSPACE, type, at, dedupeKey: id, ...change }),
  );
}

const counted = (scope: 'workspace' | 'automation' | 'sender' | 'node', scopeId: string) =>
  statisticsOf(stage.db.reader, {
    workspaceId: WORKSPACE,
    scope,
    scopeId,
    from: dayOf(START) - 5,
    until: dayOf(START),
  });

const inAutomation = { automationId: 'a1', senderId: 's1', nodeId: 'n1' };

it('counts each event of the log once, by day and for every part it belongs to', async () => {
  await log('invite_sent', START - DAY, inAutomation);
  await log('invite_sent', START, inAutomation);
  await log('invite_sent', START, { ...inAutomation, nodeId: 'n2' });
  await log('reply_received', START, { senderId: 's1' });
  await log('status_changed', START, inAutomation);
  while (await rollUp(later(), 2));
  expect(await rollUp(later(), 2)).toBe(false);
  const today = dayOf(START);
  expect(await counted('workspace', WORKSPACE)).toEqual([
    { day: today - 1, metric: 'invite_sent', n: 1 },
    { day: today, metric: 'invite_sent', n: 2 },
    { day: today, metric: 'reply_received', n: 1 },
  ]);
  expect(await counted('sender', 's1')).toHaveLength(3);
  expect(await counted('automation', 'a1')).toEqual([
    { day: today - 1, metric: 'invite_sent', n: 1 },
    { day: today, metric: 'invite_sent', n: 2 },
  ]);
  expect(await counted('node', 'a1:n2')).toEqual([{ day: today, metric: 'invite_sent', n: 1 }]);
});

it('waits until no earlier event can come any more', async () => {
  await log('invite_sent', START);
  const now = { ...later(), clocks: { ...later().clocks, lease: { now: () => Date.now() } } };
  expect(await rollUp(now, 10)).toBe(false);
  expect(await counted('workspace', WORKSPACE)).toEqual([]);
});

it('says and mends what was missed, a late entry of yesterday too', async () => {
  await log('invite_sent', START - DAY, inAutomation);
  await rollUp(later(), 10);
  // An id from before the mark: made by a clock that was set back.
  const id = '00000000-0000-7000-8000-000000000000';
  await log('invite_sent', START - DAY, { ...inAutomation, id, dedupeKey: id });
  await rollUp(later(), 10);
  const drifts = await findDrifts(stage.db.reader, START, async () => {});
  expect(drifts.map(({ key, stored, counted }) => [key[0], stored, counted]).sort()).toEqual(
    ['automation', 'node', 'sender', 'workspace'].map((scope) => [scope, 1, 2]),
  );
  await inUnit(stage, (unit) => repairDrifts(unit, WORKSPACE, drifts));
  expect(await findDrifts(stage.db.reader, START, async () => {})).toEqual([]);
});
