import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { createPairing } from '../../../extension/background/pairing.ts';
import { serverUrlOf } from '../../../extension/background/serverUrl.ts';
import { openDatabase } from '../../../extension/storage/database.ts';
import { journalLostAt } from '../../../extension/storage/snapshot.ts';
import { fakeServer, memoryStore } from './fakes.ts';

const code = {
  device_code: 'secret-device-code',
  user_code: 'ABCD-1234',
  verification_uri: 'http://127.0.0.1:4000/device',
  verification_uri_complete: 'http://127.0.0.1:4000/device?user_code=ABCD-1234',
  expires_in: 600,
  interval: 5,
};
const token = '/api/v1/device/token';

function setUp(
  answers: unknown[],
  server = fakeServer({ '/api/auth/device/code': [code], [token]: answers }),
) {
  const world = { now: 1_000_000 };
  const store = memoryStore();
  const database = openDatabase(`pairing-${Math.floor(answers.length * 1000 + setUps++)}`);
  /** A new worker each time: nothing may be remembered but what is stored. */
  const pairing = () =>
    createPairing({
      store,
      database,
      fetch: server.fetch,
      clock: { now: () => world.now },
      version: '0.1.0',
      deviceName: 'Browser on Linux',
    });
  return { server, world, store, database, pairing };
}
let setUps = 0;

describe('pairing', () => {
  it('asks no earlier than told, also by a new worker, and ends paired', async () => {
    const paired = { state: 'paired', token: 'tok', deviceId: 'd1', senderId: 's1', senderName: 'Maria' };
    const { server, world, store, database, pairing } = setUp([{ state: 'pending' }, paired]);
    expect(await pairing().start('127.0.0.1:4000')).toEqual({ ok: true });
    expect(await pairing().poll()).toBe(false);
    expect(server.calls.filter((call) => call.path === token)).toHaveLength(0);
    world.now += 5_000;
    expect(await pairing().poll()).toBe(false);
    expect(await pairing().poll()).toBe(false);
    expect(server.calls.filter((call) => call.path === token)).toHaveLength(1);
    world.now += 5_000;
    expect(await pairing().poll()).toBe(true);
    expect(await store.get('pairing')).toMatchObject({ state: 'paired', token: 'tok', senderName: 'Maria' });
    expect(
      await journalLostAt(database, { deviceId: 'd1', serverUrl: 'http://127.0.0.1:4000' }, world.now),
    ).toBeNull();
  });

  it('waits no longer than an interval for the next poll, also when the clock was set back', async () => {
    const { world, store, pairing } = setUp([]);
    await pairing().start('http://127.0.0.1:4000');
    const waiting = await store.get('pairing');
    if (waiting?.state !== 'pairing') throw new Error('not pairing');
    expect(pairing().pollIn(waiting)).toBe(5_000);
    world.now += 9_000;
    expect(pairing().pollIn(waiting)).toBe(0);
    world.now = 1_000;
    expect(pairing().pollIn(waiting)).toBe(0);
  });

  it('slows down by 5 seconds for good when told to', async () => {
    const { world, store, pairing } = setUp([{ state: 'slow_down' }, { state: 'pending' }]);
    await pairing().start('http://127.0.0.1:4000');
    world.now += 5_000;
    await pairing().poll();
    expect(await store.get('pairing')).toMatchObject({ intervalMs: 10_000, nextPollAt: world.now + 10_000 });
    world.now += 10_000;
    await pairing().poll();
    expect(await store.get('pairing')).toMatchObject({ nextPollAt: world.now + 10_000 });
  });

  it('goes on polling when the clock was set back', async () => {
    const { world, store, pairing } = setUp([{ state: 'denied' }]);
    await pairing().start('http://127.0.0.1:4000');
    world.now -= 86_400_000;
    await pairing().poll();
    expect(await store.get('pairing')).toMatchObject({ state: 'unpaired', notice: 'denied' });
  });

  it('survives a server that is away for a moment', async () => {
    const { world, store, pairing } = setUp([]);
    await pairing().start('http://127.0.0.1:4000');
    world.now += 5_000;
    expect(await pairing().poll()).toBe(false);
    expect(await store.get('pairing')).toMatchObject({ state: 'pairing', userCode: 'ABCD-1234' });
  });

  it.each(['denied', 'expired'] as const)('%s ends it with that reason', async (state) => {
    const { world, store, pairing } = setUp([{ state }]);
    await pairing().start('http://127.0.0.1:4000');
    world.now += 5_000;
    await pairing().poll();
    expect(await store.get('pairing')).toEqual({
      state: 'unpaired',
      serverUrl: 'http://127.0.0.1:4000',
      notice: state,
    });
  });

  it('runs out by its own clock, too', async () => {
    const { world, store, pairing } = setUp([]);
    await pairing().start('http://127.0.0.1:4000');
    world.now += 600_001;
    await pairing().poll();
    expect(await store.get('pairing')).toMatchObject({ state: 'unpaired', notice: 'expired' });
  });
});

describe('the page to approve on', () => {
  it.each([
    ['http://127.0.0.1:4000/device?user_code=A', 'http://127.0.0.1:4000/device?user_code=A'],
    ['https://elsewhere.example/device?user_code=A', 'http://127.0.0.1:4000/device?user_code=A'],
    ['https://elsewhere.example//evil.example', 'http://127.0.0.1:4000//evil.example'],
    ['javascript:alert(1)', 'http://127.0.0.1:4000/alert(1)'],
  ])('%s opens %s: a page of the server that was named', async (offered, opened) => {
    const server = fakeServer({
      '/api/auth/device/code': [{ ...code, verification_uri_complete: offered }],
    });
    const { store, pairing } = setUp([], server);
    await pairing().start('http://127.0.0.1:4000');
    expect(await store.get('pairing')).toMatchObject({ approveUrl: opened });
  });
});

describe('forgetting', () => {
  it('keeps nothing of the session and the working tab', async () => {
    const { store, pairing } = setUp([]);
    await store.set('session', { report: { state: 'unknown' }, at: 1 });
    const url = 'https://www.linkedin.com/feed/';
    await store.set('workingTab', { tabId: 7, url, document: null, loadedAt: 1, wasSeen: false });
    await pairing().forget(null);
    expect(await store.get('session')).toBeNull();
    expect(await store.get('workingTab')).toBeNull();
  });
});

describe('the server address', () => {
  it.each([
    ['rapport.example.com', 'https://rapport.example.com'],
    [' https://rapport.example.com/login?x=1 ', 'https://rapport.example.com'],
    ['localhost:4000', 'http://localhost:4000'],
    ['127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
  ])('%s is %s', (typed, origin) => {
    expect(serverUrlOf(typed)).toEqual({ ok: true, value: origin });
  });

  it.each(['', 'not an address', 'ftp://example.com', 'javascript://x', 'http://rapport.example.com'])(
    '%s is refused with what to do',
    (typed) => {
      expect(serverUrlOf(typed)).toMatchObject({
        ok: false,
        error: { action: expect.stringMatching(/https/u) },
      });
    },
  );
});
