import { expect, it } from 'vitest';
import { waitsForVisibleTab } from '../../../extension/ui/waitsForVisibleTab.ts';
import { createWorld, stepFor, taskWork } from './runnerWorld.ts';

const hidden = {
  code: 'needs_visible_tab',
  effect: 'before_effect',
  detail: 'Hidden.',
  until: null,
} as const;

it('the rep is told of a step that needs a visible tab until a later try of it ended otherwise', async () => {
  const world = createWorld();
  const waiting = async () => waitsForVisibleTab(await world.journal.since(0));
  expect(await waiting()).toBeNull();
  const ready = world.prepareResult;
  world.prepareResult = { outcome: 'failed', failure: hidden, profile: null };
  world.queue.push(taskWork(stepFor('t1', 1)));
  await world.cycle();
  expect(world.outcomes.at(-1)?.outcome).toMatchObject({
    result: 'failed',
    failure: { code: 'needs_visible_tab' },
  });
  expect(await waiting()).toMatchObject({ kind: 'connect' });
  world.prepareResult = ready;
  world.queue.push(taskWork(stepFor('t1', 2)));
  await world.cycle();
  expect(await waiting()).toBeNull();
});
