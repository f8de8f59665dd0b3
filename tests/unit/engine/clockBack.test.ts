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
import { nextOfKind, observe, pass, perform, settle } from './support.ts';

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

it('a clock that is set back makes no message unread that came since the last reading', async () => {
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await settle(stage);
  const readAt = stage.ctx.clocks.schedule.now();
  const since = async () => {
    const [row] = (await stage.db.reader.select().from(schema.channel)).filter(
      ({ kind }) => kind === 'linkedin',
    );
    return row?.inboxSince ?? 0;
  };
  // Wrong by three days, read, and put right when that reading lies in the past already.
  pass(stage, 3 * DAY);
  await observe(stage, { inbound: [] });
  expect(await since()).toBeGreaterThan(readAt);
  pass(stage, 4 * DAY);
  await settle(stage);
  pass(stage, -3 * DAY);
  await settle(stage);
  expect(await since()).toBeLessThanOrEqual(readAt);
  // Wrong by three days, read, and put right at once.
  const later = stage.ctx.clocks.schedule.now();
  pass(stage, 3 * DAY);
  await observe(stage, { inbound: [] });
  await settle(stage);
  pass(stage, -3 * DAY);
  await settle(stage);
  expect(await since()).toBeLessThanOrEqual(later);
});
