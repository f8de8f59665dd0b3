import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { holdRestored, lead, nextWorkFor, setHold, tick } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { inUnit, nextOfKind, nextStep, observe, pass, perform, settle } from './support.ts';

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

/** Both clocks were wrong, and are put right. */
function putRight(ms: number): void {
  stage.time.real -= ms;
}

it('lets contacts in who came while the clock was wrong', async () => {
  for (let n = 3; n <= 25; n++) await addContact(stage, n, { bound: true });
  await settle(stage);
  stage.time.real += 30 * DAY;
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await tick(stage.ctx);
  putRight(30 * DAY);
  await settle(stage);
  const entered = await stage.db.reader.select().from(schema.enrollment);
  expect(entered.filter(({ live }) => live === 1)).toHaveLength(25);
});

it('gives the lead to another process when the lease of one that is gone was written by a wrong clock', async () => {
  stage.time.real += 30 * DAY;
  expect(await lead(stage.ctx, 'a')).toBe(true);
  putRight(30 * DAY);
  expect(await lead(stage.ctx, 'b')).toBe(true);
  // Servers whose clocks differ a little do not take it from each other.
  putRight(MINUTE);
  expect(await lead(stage.ctx, 'a')).toBe(false);
});

it('takes back the step that a device held when the clock was put right, and its turn as the runner', async () => {
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  stage.time.real += 30 * DAY;
  const held = await nextStep(stage);
  expect(held?.kind).toBe('connect');
  putRight(30 * DAY);
  await settle(stage);
  const tasks = await stage.db.reader.select().from(schema.task);
  expect(tasks.filter(({ state }) => state === 'claimed')).toEqual([]);
  await stage.db.write((tx) => {
    const other = { id: 's1-d2', tokenHash: 's1-d2', name: 'Other', pairedBy: 'test', pairedAt: 0 };
    return tx.insert(schema.device).values({ ...other, workspaceId: WORKSPACE, senderId: 's1' });
  });
  const work = await nextWorkFor(stage.ctx, 's1-d2', { canAct: true });
  expect(work).not.toMatchObject({ reason: 'other_device' });
});

it('ends a hold as long after the clock was put right as it would have lasted, and reads anew what a restore waits for', async () => {
  const [channel] = (await stage.db.reader.select().from(schema.channel)).filter(
    ({ kind }) => kind === 'linkedin',
  );
  stage.time.real += 30 * DAY;
  await settle(stage);
  const until = stage.ctx.clocks.schedule.now() + 5 * HOUR;
  const invites = { scope: 'kind', scopeId: channel?.id ?? '', kind: 'connect', by: 'system' } as const;
  await inUnit(stage, (unit) =>
    setHold(unit, { ...invites, workspaceId: WORKSPACE, reason: 'too_many_requests', until }),
  );
  await inUnit(stage, holdRestored);
  putRight(30 * DAY);
  await settle(stage);
  const now = stage.ctx.clocks.schedule.now();
  const holds = await stage.db.reader.select().from(schema.hold);
  const open = holds.filter(({ liftedAt }) => liftedAt === null);
  expect(
    open.map(({ reason, since, until: ends }) => [reason, (since ?? 0) - now, ends && ends - now]),
  ).toEqual([
    ['too_many_requests', 0, 5 * HOUR],
    ['restored_from_backup', 0, null],
  ]);
  const channels = await stage.db.reader.select().from(schema.channel);
  for (const { reconcileFrom } of channels) expect(reconcileFrom).toBe(now);
});
