import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { DeviceSnapshot } from '#shared/contract/device.ts';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import { createDeviceApi } from '../../../extension/background/api.ts';
import { createControls } from '../../../extension/background/controls.ts';
import { createPairing } from '../../../extension/background/pairing.ts';
import { createPermission } from '../../../extension/background/permission.ts';
import { createSessions } from '../../../extension/background/sessions.ts';
import { createSnapshots } from '../../../extension/background/snapshots.ts';
import { openDatabase } from '../../../extension/storage/database.ts';
import { saveSnapshot } from '../../../extension/storage/snapshot.ts';
import { fakeServer, memoryStore, snapshotOf } from './fakes.ts';

let setUps = 0;

async function setUp(answers: Record<string, unknown[]>, snapshot: DeviceSnapshot | null = snapshotOf()) {
  const server = fakeServer(answers);
  const store = memoryStore();
  const database = openDatabase(`controls-${setUps++}`);
  const world = {
    now: 1_000_000,
    halts: 0,
    wakes: 0,
    closed: 0,
    badge: '',
    notices: [] as string[],
    reads: 0,
  };
  const clock = { now: () => world.now };
  await store.set('pairing', {
    state: 'paired',
    serverUrl: 'http://127.0.0.1:4000',
    token: 'tok',
    deviceId: 'd1',
    senderId: 's1',
    senderName: 'Maria',
    pairedAt: 1,
  });
  if (snapshot) await saveSnapshot(database, snapshot, world.now);
  const pairing = createPairing({
    store,
    database,
    fetch: server.fetch,
    clock,
    version: '0.1.0',
    deviceName: 'Browser',
  });
  const api = createDeviceApi({
    store,
    fetch: server.fetch,
    version: '0.1.0',
    onRevoked: () => pairing.forget('revoked'),
  });
  const work = {
    drive: async () => undefined,
    wake: async () => {
      world.wakes += 1;
    },
    halt: () => {
      world.halts += 1;
    },
  };
  const snapshots = createSnapshots({
    store,
    database,
    clock,
    halt: work.halt,
    showBadge: async (text) => {
      world.badge = text;
    },
    notify: async (title) => {
      world.notices.push(title);
    },
  });
  const permission = createPermission(store, database);
  const member = { memberId: '7', profileId: 'ACoAA7', slug: 'maria', name: 'Maria', premium: false };
  const sessions = createSessions({
    store,
    database,
    clock,
    api,
    permission,
    snapshots,
    readSession: async (): Promise<SessionReport> => {
      world.reads += 1;
      return { state: 'logged_in', member };
    },
    wake: work.wake,
  });
  const controls = createControls({
    store,
    api,
    pairing,
    snapshots,
    sessions,
    work,
    closeTab: async () => {
      world.closed += 1;
    },
    startPolling: () => undefined,
  });
  return { server, store, world, controls, permission, sessions, snapshots };
}

const stopPath = '/api/v1/device/stop-everything';
const sessionPath = '/api/v1/device/session';

describe('stopping', () => {
  it('works at once and offline, and the server is told later', async () => {
    const answers: Record<string, unknown[]> = {};
    const { controls, permission, world, store } = await setUp(answers);
    expect(await permission.mayAct()).toBe(true);
    expect(await controls.stopEverything()).toMatchObject({
      ok: false,
      title: 'Stopped in this browser only',
    });
    expect(await permission.mayAct()).toBe(false);
    expect(world).toMatchObject({ halts: 1, closed: 1 });

    answers[stopPath] = [snapshotOf({ stopped: true })];
    expect(await controls.tellStop()).toEqual({ ok: true });
    expect(await store.get('pendingStops')).toEqual([]);
    expect(await permission.mayAct()).toBe(false);
  });

  it('pausing still allows reading; withdrawing the consent does not', async () => {
    const { controls, permission } = await setUp({});
    await controls.pause();
    expect([await permission.mayAct(), await permission.mayRead()]).toEqual([false, true]);
    await controls.consent(false);
    expect([await permission.mayAct(), await permission.mayRead()]).toEqual([false, false]);
  });

  it.each<'withdraw' | 'stop'>(['withdraw', 'stop'])('pausing takes nothing back of: %s', async (kind) => {
    const answers: Record<string, unknown[]> = {};
    const { controls, permission, server } = await setUp(answers);
    await (kind === 'withdraw' ? controls.consent(false) : controls.stopEverything());
    await controls.pause();
    expect([await permission.mayAct(), await permission.mayRead()]).toEqual([false, kind === 'stop']);
    const path = kind === 'withdraw' ? '/api/v1/device/consent' : stopPath;
    answers[path] = [snapshotOf()];
    answers['/api/v1/device/pause'] = [snapshotOf({ paused: true })];
    server.calls.length = 0;
    expect(await controls.tellStop()).toEqual({ ok: true });
    expect(server.calls.map((call) => call.path)).toEqual([path, '/api/v1/device/pause']);
  });

  it('keeps all that is ordered to stop at one moment', async () => {
    const { controls, store } = await setUp({});
    await Promise.all([controls.stopEverything(), controls.consent(false), controls.pause()]);
    expect(new Set(await store.get('pendingStops'))).toEqual(new Set(['stop', 'withdraw', 'pause']));
  });

  it('a server that could not be told of an unpairing is said to count the browser as paired', async () => {
    const answers: Record<string, unknown[]> = {};
    const { controls, store } = await setUp(answers);
    await controls.unpair();
    expect(await store.get('pairing')).toMatchObject({ state: 'unpaired', notice: 'untold' });
  });

  it('a stop the server has not heard of is told before anything goes on', async () => {
    const answers: Record<string, unknown[]> = {};
    const { controls, server } = await setUp(answers);
    await controls.pause();
    expect(await controls.resume()).toMatchObject({ ok: false });
    expect(server.calls.map((call) => call.path)).not.toContain('/api/v1/device/resume');
  });

  it('a snapshot that forbids acting halts what is under way', async () => {
    const { snapshots, world } = await setUp({});
    await snapshots.take(snapshotOf({ paused: true }));
    expect(world.halts).toBe(1);
    await snapshots.take(snapshotOf({ consentVersion: 0 }));
    expect(world.halts).toBe(2);
  });

  it('a token the server no longer knows unpairs this browser', async () => {
    const problem = { ...notFound, status: 401, code: 'unauthorized' };
    const { controls, store, permission } = await setUp({
      '/api/v1/device/snapshot': [Response.json(problem, { status: 401 })],
    });
    await controls.refresh();
    expect(await store.get('pairing')).toMatchObject({ state: 'unpaired', notice: 'revoked' });
    expect(await permission.mayRead()).toBe(false);
  });
});

const notFound = {
  type: 'about:blank',
  title: 'No',
  status: 404,
  code: 'not_found',
  detail: 'No',
  action: null,
  requestId: 'r',
  fields: [],
};

describe('what the rep must do', () => {
  it('a reply raises one notification; those from before the pairing, and unwanted ones, none', async () => {
    const { snapshots, store, world } = await setUp({});
    const reply = (name: string, at: number) => ({ contactId: name, name, at });
    await snapshots.take(snapshotOf({ replies: [reply('Old', 5)] }));
    expect(world.notices).toEqual([]);
    await snapshots.take(snapshotOf({ replies: [reply('Anna', 9), reply('Old', 5)] }));
    await snapshots.take(snapshotOf({ replies: [reply('Anna', 9), reply('Old', 5)] }));
    expect(world.notices).toEqual(['Anna replied']);
    await store.set('notices', { replies: false, mustAct: true });
    await snapshots.take(snapshotOf({ replies: [reply('Bo', 11), reply('Anna', 9)] }));
    await store.set('notices', { replies: true, mustAct: true });
    await snapshots.take(snapshotOf({ replies: [reply('Bo', 11), reply('Anna', 9)] }));
    expect(world.notices).toEqual(['Anna replied']);
  });

  it('is a red badge, and one notification each', async () => {
    const { snapshots, world } = await setUp({});
    const must = [{ title: 'Sign in to LinkedIn', detail: 'You were signed out.', href: null }];
    await snapshots.take(snapshotOf({ mustAct: must }));
    await snapshots.take(snapshotOf({ mustAct: must }));
    expect(world).toMatchObject({ badge: '!', notices: ['Sign in to LinkedIn'] });
    await snapshots.take(snapshotOf());
    expect(world.badge).toBe('');
  });
});

describe('what LinkedIn’s pages show', () => {
  const loggedIn: SessionReport = { state: 'logged_in', member: null };
  const loggedOut: SessionReport = { state: 'inactive', reason: 'logged_out', challenge: null };

  it('stays in this browser before the rep agreed, and is told after', async () => {
    const answers = { '/api/v1/device/consent': [snapshotOf()], [sessionPath]: [snapshotOf()] };
    const { sessions, server, controls } = await setUp(answers, snapshotOf({ consentVersion: null }));
    await sessions.seen(loggedIn, 5);
    expect(server.calls).toEqual([]);
    await controls.consent(true);
    expect(server.calls.map((call) => call.path)).toEqual(['/api/v1/device/consent', sessionPath]);
  });

  it('a sign-in is told at once, with who it is, and the runner is woken', async () => {
    const inactive = snapshotOf();
    inactive.linkedin.status = 'inactive';
    const { sessions, server, world } = await setUp({ [sessionPath]: [snapshotOf()] }, inactive);
    await sessions.seen(loggedIn, 5);
    expect(server.calls[0]?.body).toMatchObject({ report: { member: { memberId: '7' } }, seenAgoMs: 0 });
    expect(world).toMatchObject({ reads: 1, wakes: 1 });
  });

  it('a sign-out is told at once; the same news is not told again and again', async () => {
    const inactive = snapshotOf();
    inactive.linkedin.status = 'inactive';
    const { sessions, server } = await setUp({ [sessionPath]: [inactive] });
    await sessions.seen(loggedOut, 5);
    await sessions.seen(loggedOut, 5);
    await sessions.seen(loggedOut, 6);
    expect(server.calls).toHaveLength(1);
  });

  it('a page without a sign says nothing', async () => {
    const { sessions, server, store } = await setUp({});
    await sessions.seen({ state: 'unknown' }, 5);
    expect(server.calls).toEqual([]);
    expect(await store.get('session')).toBeNull();
  });

  it('a heartbeat goes out once a minute', async () => {
    const { sessions, server, world } = await setUp({ [sessionPath]: [snapshotOf(), snapshotOf()] });
    await sessions.heartbeat();
    await sessions.heartbeat();
    world.now += 61_000;
    await sessions.heartbeat();
    expect(server.calls).toHaveLength(2);
    expect(server.calls[0]).toMatchObject({
      authorization: 'Bearer tok',
      body: { report: { state: 'unknown' } },
    });
  });
});
