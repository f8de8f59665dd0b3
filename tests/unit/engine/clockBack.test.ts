import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import { nextOfKind, pass, perform, settle } from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  for (const n of [1, 2]) await addContact(stage, n, { bound: true });
});
afterEach(() => stage.close());

it('a clock that is set back holds nothing up until it has caught up, and asks for new reads', async () => {
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await settle(stage);
  pass(stage, 20 * DAY);
  await perform(stage, await nextOfKind(stage, 'connect'));
  pass(stage, -20 * DAY);
  await settle(stage);
  const now = stage.ctx.clocks.schedule.now();
  const channels = await stage.db.reader.select().from(schema.channel);
  for (const { inboxReadAt, lastActionAt } of channels) {
    expect(inboxReadAt ?? 0).toBeLessThanOrEqual(now);
    expect(lastActionAt ?? 0).toBeLessThanOrEqual(now);
  }
  const used = await stage.db.reader.select().from(schema.usage);
  expect(used.map(({ kind }) => kind).toSorted()).toEqual(['invite', 'note', 'page_load']);
  for (const { at } of used) expect(at).toBeLessThanOrEqual(now);
  await nextOfKind(stage, 'connect');
});
