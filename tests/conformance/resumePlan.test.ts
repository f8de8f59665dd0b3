import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { resumePlan, resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import { senderRoutes, senderView } from '#shared/contract/sender.ts';
import { homeView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { DAY, systemClock } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { isOpen } from '#shared/schedule/window.ts';
import { schema } from '../../companion-server/db/index.ts';
import { makeBusyAccount } from './lostAccount.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

let offset = 0;
let server: TestServer;
let account: Awaited<ReturnType<typeof makeBusyAccount>>;

beforeAll(async () => {
  server = await startTestServer({ schedule: { now: () => systemClock.now() + offset } });
  account = await makeBusyAccount(server, 25);
}, 60_000);
afterAll(() => server?.close());

const owner = () => ({ cookie: account.world.owner });
const params = () => ({ senderId: account.world.ids.senderId });
const planNow = async () =>
  resumePlan.parse((await call(server, resumePlanRoutes.get, owner(), { params: params() })).body);
const edit = (edits: unknown[], cookie = account.world.owner) =>
  call(server, resumePlanRoutes.edit, { cookie }, { params: params(), body: { channel: 'linkedin', edits } });
const visits = (over: object) => [{ automationId: account.automationId, kind: 'visit', ...over }];
const senderNow = async () =>
  senderView.parse((await call(server, senderRoutes.get, owner(), { params: params() })).body);

describe('after a lost account', () => {
  test('the plan shows what is held, and when it would go', async () => {
    await account.lose();
    offset += 10 * DAY;
    const plan = await planNow();
    expect(plan.lostAt).not.toBeNull();
    const group = plan.groups.find(({ automationId }) => automationId === account.automationId);
    expect(group).toMatchObject({ kind: 'visit', steps: 25, automationName: 'Visits' });
    const { window } = senderSettings.parse((await senderNow()).settings ?? {});
    expect(isOpen(window, group?.firstAt ?? 0)).toBe(true);
    expect(group?.lastAt ?? 0).toBeGreaterThan(group?.firstAt ?? Infinity);
    expect((await senderNow()).backlogs).toMatchObject([{ channel: 'linkedin', lostAt: plan.lostAt }]);
  });

  test('Home leads to it once the account is back', async () => {
    await account.signIn();
    expect((await senderNow()).linkedin).toMatchObject({
      status: 'active',
      detail: 'Active, reading what happened meanwhile.',
      reconciling: { failure: null },
    });
    await account.readAll();
    const home = homeView.parse((await call(server, workspaceRoutes.home, owner())).body);
    const action = home.actions.find(({ id }) => id.startsWith('resume:linkedin'));
    expect(action).toMatchObject({ severity: 'yellow', href: expect.stringContaining('/resume') });
  });

  test('names what stays held by another reason', async () => {
    await call(server, automationRoutes.pause, owner(), { params: { automationId: account.automationId } });
    const plan = await planNow();
    expect(plan.stillHeld).toMatchObject([{ name: 'Visits', hold: { reason: 'manual' } }]);
    expect(plan.resumed.map(({ automationId }) => automationId)).not.toContain(account.automationId);
    await call(server, automationRoutes.resume, owner(), { params: { automationId: account.automationId } });
  });

  test('says of nothing that it goes on while the whole workspace is held', async () => {
    await call(server, workspaceRoutes.stop, owner(), {});
    const stopped = await planNow();
    expect(stopped.stillHeld).toMatchObject([{ name: 'Everything', hold: { scope: 'workspace' } }]);
    expect(stopped.resumed).toEqual([]);
    await call(server, workspaceRoutes.resume, owner(), {});
    expect((await planNow()).resumed).toMatchObject([{ name: 'Visits' }]);
  });

  test('says when a profile that retires finishes what it has', async () => {
    const { services } = server;
    const become = (state: 'active' | 'retiring') =>
      services.db.write((tx) =>
        tx.update(schema.sender).set({ state }).where(eq(schema.sender.id, account.world.ids.senderId)),
      );
    await become('retiring');
    expect((await planNow()).groups[0]?.firstAt).not.toBeNull();
    await become('active');
  });

  test('refuses a date that is past, and changes nothing', async () => {
    const before = await planNow();
    const answer = await edit([
      ...visits({ do: 'cancel', firstTouches: false }),
      ...visits({ do: 'postpone', until: before.now - DAY }),
    ]);
    expect([answer.status, problemOf(answer).fields[0]?.field]).toEqual([422, 'edits.1.until']);
    expect((await planNow()).groups).toMatchObject(before.groups.map(({ steps }) => ({ steps })));
  });

  test('leaves out only first touches that are old enough', async () => {
    const fresh = await edit(visits({ do: 'cancel', dueBefore: systemClock.now() - DAY }));
    expect(fresh.body).toMatchObject({ canceled: 0 });
  });

  test('postpones in one go, with a line in the audit', async () => {
    const before = await server.auditRows();
    const until = systemClock.now() + offset + 5 * DAY;
    const answer = await edit(visits({ do: 'postpone', until }));
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ postponed: 25 })]);
    expect(await server.auditRows()).toBe(before + 1);
    await account.settle();
    expect((await planNow()).groups.find(({ automationId }) => automationId === account.automationId)).toBe(
      undefined,
    );
    offset += 6 * DAY;
    await account.settle();
    expect((await planNow()).groups[0]).toMatchObject({ steps: 25 });
  });

  test('takes contacts out who are not to be written to any more', async () => {
    const answer = await edit(visits({ do: 'cancel', firstTouches: false }));
    expect(answer.body).toMatchObject({ canceled: 25 });
    await account.settle();
    expect((await planNow()).groups).toEqual([]);
  });
});

test('the plan of somebody else is neither shown nor changed', async () => {
  const { rep, stranger } = account.world;
  for (const [cookie, status] of [
    [rep, 403],
    [stranger, 404],
  ] as const) {
    expect((await call(server, resumePlanRoutes.get, { cookie }, { params: params() })).status).toBe(status);
    expect((await edit(visits({ do: 'cancel' }), cookie)).status).toBe(status);
  }
});

test('only the rep shows their own presence', async () => {
  const body = { sharesPresence: true };
  const by = async (cookie: string) =>
    (await call(server, senderRoutes.update, { cookie }, { params: params(), body })).status;
  expect(await by(account.world.manager)).toBe(403);
  expect(await by(account.world.owner)).toBe(200);
  expect((await senderNow()).sharesPresence).toBe(true);
});
