import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CONSENT_VERSION, deviceRoutes } from '#shared/contract/device.ts';
import { pairRoutes } from '#shared/contract/devicePairing.ts';
import { senderRoutes, senderView } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { schema } from '../../companion-server/db/index.ts';
import { addMember, call, problemOf, setUp, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let owner: { cookie: string; workspaceId: string };
let senderId: string;
beforeAll(async () => {
  server = await startTestServer();
  owner = await setUp(server);
  const sender = await call(server, senderRoutes.create, owner, { body: { name: 'Olga', zone: 'UTC' } });
  senderId = senderView.parse(sender.body).id;
});
afterAll(() => server.close());

async function askCode() {
  const answer = await call(server, pairRoutes.code, {}, { body: { client_id: 'rapport-extension' } });
  return pairRoutes.code.response.parse(answer.body);
}

type Codes = Awaited<ReturnType<typeof askCode>>;

/** The library refuses polls within its interval; the test does not wait for it. */
async function forgetPoll() {
  await server.services.db.write((tx) => tx.update(schema.deviceCode).set({ lastPolledAt: null }));
}

async function poll(codes: Codes, userCode = codes.user_code) {
  await forgetPoll();
  return call(
    server,
    pairRoutes.token,
    {},
    {
      body: { deviceCode: codes.device_code, userCode, name: 'Chrome on Linux', extensionVersion: '1.0.0' },
    },
  );
}

async function approve(codes: Codes, cookie = owner.cookie) {
  return call(
    server,
    senderRoutes.approveDevice,
    { cookie },
    {
      params: { senderId },
      body: { userCode: `${codes.user_code.slice(0, 4)}-${codes.user_code.slice(4).toLowerCase()}` },
    },
  );
}

async function pair() {
  const codes = await askCode();
  await approve(codes);
  const answer = pairRoutes.token.response.parse((await poll(codes)).body);
  if (answer.state !== 'paired') throw new Error(`not paired: ${answer.state}`);
  return answer;
}

test('a code is approved once, its token answered once, and no session stays behind', async () => {
  const codes = await askCode();
  expect((await poll(codes)).body).toEqual({ state: 'pending' });
  expect((await approve(codes)).status).toBe(200);
  const sessions = () => server.services.db.reader.select().from(schema.session);
  const before = (await sessions()).length;
  const paired = await poll(codes);
  expect(paired.body).toMatchObject({ state: 'paired', senderId, senderName: 'Olga' });
  expect((await sessions()).length).toBe(before);
  expect((await poll(codes)).body).toEqual({ state: 'expired' });
  const { token } = z.object({ token: z.string() }).parse(paired.body);
  const devices = await server.services.db.reader.select().from(schema.device);
  expect(devices.map(({ tokenHash }) => tokenHash)).not.toContain(token);
});

test('polling too fast is answered, not refused', async () => {
  const codes = await askCode();
  await poll(codes);
  const again = await call(
    server,
    pairRoutes.token,
    {},
    {
      body: { deviceCode: codes.device_code, userCode: codes.user_code, name: 'x', extensionVersion: '1' },
    },
  );
  expect(again.body).toEqual({ state: 'slow_down' });
});

test('a device code with another user code is refused', async () => {
  const codes = await askCode();
  expect(problemOf(await poll(codes, 'AAAAAAAA'))).toMatchObject({
    code: 'wrong_code',
    fields: [{ field: 'userCode' }],
  });
});

test('an unknown code names the field', async () => {
  const answer = await call(server, senderRoutes.approveDevice, owner, {
    params: { senderId },
    body: { userCode: 'ZZZZZZZZ' },
  });
  expect(problemOf(answer)).toMatchObject({
    status: 422,
    code: 'unknown_code',
    fields: [{ field: 'userCode' }],
  });
});

test('nobody connects a browser to the profile of somebody else, not even a manager', async () => {
  const manager = await addMember(server, { id: owner.workspaceId }, 'manager', 'mara@acme.test');
  const codes = await askCode();
  expect((await approve(codes, manager.cookie)).status).toBe(403);
  expect((await poll(codes)).body).toEqual({ state: 'pending' });
});

test('a paired browser shows, agrees, works, pauses, stops and unpairs', async () => {
  const device = await pair();
  const caller = { token: device.token };
  const member = { memberId: '4711', profileId: 'ACoAAA', slug: 'olga', name: 'Olga Owner', premium: false };
  const first = await call(server, deviceRoutes.snapshot, caller);
  expect(first.body).toMatchObject({
    consentVersion: null,
    linkedin: { status: 'connecting' },
    paused: false,
  });
  expect((await call(server, deviceRoutes.next, caller, { body: { canAct: true } })).body).toMatchObject({
    type: 'wait',
    reason: 'consent',
  });
  const agreed = await call(server, deviceRoutes.consent, caller, {
    body: { version: CONSENT_VERSION, agreed: true },
  });
  expect(agreed.body).toMatchObject({ consentVersion: CONSENT_VERSION });
  const seen = await call(server, deviceRoutes.session, caller, {
    body: { report: { state: 'logged_in', member }, seenAgoMs: 0 },
  });
  expect(seen.body).toMatchObject({ linkedin: { status: 'active', memberId: '4711' } });
  const lists = { acceptances: [], inbound: [] };
  const tell = (memberId?: string) =>
    call(server, deviceRoutes.observations, caller, { body: { ...lists, memberId } });
  expect((await tell('4711')).status).toBe(200);
  expect(await tell('4712')).toMatchObject({ status: 409, body: { code: 'wrong_account' } });
  expect(await tell()).toMatchObject({ status: 409, body: { code: 'member_unproven' } });
  const audited = await server.services.db.reader.select().from(schema.audit);
  const refused = audited.filter(({ action }) => action === 'device.observations_refused');
  expect(refused.map(({ data }) => data)).toEqual([{ code: 'wrong_account' }, { code: 'member_unproven' }]);
  expect((await call(server, deviceRoutes.pause, caller)).body).toMatchObject({ paused: true });
  expect((await call(server, deviceRoutes.resume, caller)).body).toMatchObject({ paused: false });
  expect((await call(server, deviceRoutes.stopEverything, caller)).body).toMatchObject({ stopped: true });
  expect((await call(server, workspaceRoutes.home, owner)).body).toMatchObject({
    stopped: { reason: 'manual' },
  });
  expect((await call(server, deviceRoutes.unpair, caller)).status).toBe(200);
  expect((await call(server, deviceRoutes.snapshot, caller)).status).toBe(401);
});

test('withdrawing consent holds everything of the rep at once', async () => {
  const { token } = await pair();
  const body = { version: CONSENT_VERSION, agreed: true };
  await call(server, deviceRoutes.consent, { token }, { body });
  const answer = await call(server, deviceRoutes.consent, { token }, { body: { ...body, agreed: false } });
  const { holds } = deviceRoutes.consent.response.parse(answer.body);
  expect(holds.map(({ reason }) => reason)).toContain('consent_withdrawn');
});

test('a lost session shows the red dot, the hold with its hint, and comes back by itself', async () => {
  const { token } = await pair();
  await call(
    server,
    deviceRoutes.session,
    { token },
    {
      body: { report: { state: 'inactive', reason: 'session_expired', challenge: null }, seenAgoMs: 0 },
    },
  );
  const view = senderView.parse((await call(server, senderRoutes.get, owner, { params: { senderId } })).body);
  expect(view.redDot).toEqual({ linkedin: true, email: false });
  expect(view.holds.find(({ reason }) => reason === 'linkedin_account_disconnected')?.hint).toBe(
    'Will auto-resume after LinkedIn account reconnection.',
  );
  const home = await call(server, workspaceRoutes.home, owner);
  expect(workspaceRoutes.home.response.parse(home.body).actions[0]).toMatchObject({ severity: 'red' });
});

test('a disconnect is taken back by its owner alone, in the dashboard or the browser, and lifts nothing else', async () => {
  const { token } = await pair();
  const manager = await addMember(server, { id: owner.workspaceId }, 'manager', 'mia@acme.test');
  const params = { senderId };
  const disconnect = () => call(server, senderRoutes.disconnectLinkedin, owner, { params });
  const stands = async () => {
    const view = senderView.parse((await call(server, senderRoutes.get, owner, { params })).body);
    return { reason: view.linkedin.reason, holds: view.holds.map(({ reason }) => reason) };
  };
  await call(server, senderRoutes.pause, owner, { params, body: { channel: 'linkedin' } });
  await disconnect();
  const before = (await stands()).holds;
  expect(before).toEqual(expect.arrayContaining(['manual', 'disconnected_by_user']));
  expect((await call(server, senderRoutes.reconnectLinkedin, manager, { params })).status).toBe(403);
  expect((await stands()).holds).toEqual(before);

  const seen = await call(server, deviceRoutes.snapshot, { token });
  const { mustAct } = deviceRoutes.snapshot.response.parse(seen.body);
  expect(mustAct.filter(({ title }) => title === 'Reconnect LinkedIn' || title === 'Held')).toEqual([
    expect.objectContaining({ title: 'Reconnect LinkedIn', href: null }),
  ]);

  for (const takeBack of [
    () => call(server, senderRoutes.reconnectLinkedin, owner, { params }),
    () => call(server, deviceRoutes.reconnect, { token }),
  ]) {
    await disconnect();
    expect((await takeBack()).status).toBe(200);
    const { reason, holds } = await stands();
    expect(reason).toBeNull();
    expect(holds).toEqual(expect.arrayContaining(['manual', 'linkedin_account_disconnected']));
    expect(holds).not.toContain('disconnected_by_user');
  }
  await call(server, senderRoutes.resume, owner, { params, body: { channel: 'linkedin' } });
});
