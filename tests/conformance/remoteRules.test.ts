import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONSENT_VERSION, deviceRoutes } from '#shared/contract/device.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { noRemoteRules, type RemoteRules } from '#shared/protocol/remoteRules.ts';
import { makeWorld, pairDevice, type World } from './fixture.ts';
import { call, startTestServer, type TestServer } from './support.ts';

/** The operator's rules as a browser and the dashboard see them. */

let server: TestServer;
let world: World;
let device: { token: string };
let rules: RemoteRules = noRemoteRules;

beforeAll(async () => {
  server = await startTestServer();
  server.services.remoteRules = () => ({ ...rules, catalogueId: rules.catalogue ? 'c1' : null });
  world = await makeWorld(server);
  device = { token: await pairDevice(server, world.workspaceId, world.ids.senderId) };
  const body = { version: CONSENT_VERSION, agreed: true };
  await call(server, deviceRoutes.consent, device, { body });
});
afterAll(() => server.close());

const next = async (more: object) =>
  (await call(server, deviceRoutes.next, device, { body: { canAct: true, ...more } })).body;

test('a catalogue goes to a browser that takes updates, and to no other', async () => {
  rules = { ...noRemoteRules, catalogue: { version: '2099-01-02', entries: { name: { css: 'h1' } } } };
  expect(await next({ catalogue: { held: null, inForce: '2026-10-09' } })).toEqual({
    type: 'catalogue',
    id: 'c1',
    catalogue: rules.catalogue,
  });
  expect(await next({})).not.toMatchObject({ type: 'catalogue' });
});

test('an update that the browser dropped shows on the sender profile until another one is taken', async () => {
  rules = noRemoteRules;
  const problem = 'topCard: not a selector';
  const shown = async () => {
    const params = { senderId: world.ids.senderId };
    const view = await call(server, senderRoutes.get, { cookie: world.owner }, { params });
    return view.body;
  };
  const held = { held: null, inForce: '2026-10-09' };
  await next({ catalogue: { ...held, problem } });
  expect(await shown()).toMatchObject({ linkedin: { catalogueProblem: problem } });
  await next({ catalogue: held });
  expect(await shown()).toMatchObject({ linkedin: { catalogueProblem: null } });
});

test('a kind that is switched off shows on the device, with the reason', async () => {
  rules = { ...noRemoteRules, killSwitch: [{ kind: 'like', versions: ['*'], reason: 'Likes moved.' }] };
  await next({ version: '1.0.0' });
  const held = async () => (await call(server, deviceRoutes.snapshot, device)).body;
  expect(await held()).toMatchObject({
    holds: [{ reason: 'kill_switch', detail: expect.stringContaining('Likes moved.') }],
  });
  rules = noRemoteRules;
  await next({ version: '1.0.0' });
  expect(await held()).toMatchObject({ holds: [] });
});

test('the daily layout check shows on the sender profile; page content is refused', async () => {
  const seen = { page: 'profile', missing: ['topCard'], catalogue: '2026-10-09' };
  expect((await call(server, deviceRoutes.layout, device, { body: seen })).status).toBe(200);
  const view = await call(
    server,
    senderRoutes.get,
    { cookie: world.owner },
    {
      params: { senderId: world.ids.senderId },
    },
  );
  expect(view.body).toMatchObject({ linkedin: { layout: { missing: ['profile: topCard'] } } });
  const content = { ...seen, missing: ['Lena Voss, Norden Freight'] };
  expect((await call(server, deviceRoutes.layout, device, { body: content })).status).toBe(422);
});
