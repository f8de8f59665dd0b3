import { afterEach, expect, test } from 'vitest';
import { defaultRateLimits } from '../../companion-server/http/limits.ts';
import { clientBehind, readProxies } from '../../companion-server/network/proxies.ts';
import { ORIGIN, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
afterEach(() => server?.close());

const rates = { ...defaultRateLimits, signIn: 2, signInsOfClient: 5, signInsOfAccount: 4 };

/** A sign-in over a connection from this address; its status. */
async function attempt(from: string, email: string, forwarded?: string): Promise<number> {
  const request = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: ORIGIN,
      ...(forwarded ? { 'x-forwarded-for': forwarded } : {}),
    },
    body: JSON.stringify({ email, password: 'a wrong guess' }),
  };
  const connection = { incoming: { socket: { remoteAddress: from } } };
  return (await server.app.request(`${ORIGIN}/api/auth/sign-in/email`, request, connection)).status;
}

test('behind a trusted proxy clients are told apart, and cannot say that they are somebody else', async () => {
  server = await startTestServer({ rates, trustedProxies: readProxies('10.0.0.0/8') });
  const proxy = '10.0.0.7';
  for (const _ of [1, 2]) expect(await attempt(proxy, 'a@x.test', '203.0.113.1')).toBe(401);
  expect(await attempt(proxy, 'a@x.test', '203.0.113.1')).toBe(429);
  expect(await attempt(proxy, 'a@x.test', '198.51.100.9, 203.0.113.1')).toBe(429);
  expect(await attempt(proxy, 'a@x.test', '203.0.113.2')).toBe(401);
  // One account from everywhere.
  expect(await attempt(proxy, 'A@x.test', '203.0.113.3')).toBe(401);
  expect(await attempt(proxy, 'a@x.test', '203.0.113.4')).toBe(429);
  expect(await attempt(proxy, 'b@x.test', '203.0.113.4')).toBe(401);
});

test('without trusted proxies the header counts for nothing, and one account locks out no other', async () => {
  server = await startTestServer({ rates });
  for (const _ of [1, 2]) expect(await attempt('10.0.0.7', 'a@x.test', '203.0.113.1')).toBe(401);
  expect(await attempt('10.0.0.7', 'a@x.test', '203.0.113.2')).toBe(429);
  // Others behind the same address still get in, until it made too many attempts in all.
  for (const who of ['b', 'c']) expect(await attempt('10.0.0.7', `${who}@x.test`)).toBe(401);
  expect(await attempt('10.0.0.7', 'd@x.test')).toBe(429);
  expect(await attempt('10.0.0.8', 'd@x.test')).toBe(401);
});

test.each([
  ['203.0.113.1', '10.0.0.1', '203.0.113.1'],
  ['10.0.0.1', '198.51.100.1, 203.0.113.1', '203.0.113.1'],
  ['10.0.0.1', '203.0.113.1, 10.9.9.9', '203.0.113.1'],
  ['::ffff:10.0.0.1', '203.0.113.1:4711', '203.0.113.1'],
  ['fd00::1', '[2001:db8::5]:443', '2001:db8::5'],
  ['10.0.0.1', 'nonsense', '10.0.0.1'],
  ['10.0.0.1', '203.0.113.1, unknown', '10.0.0.1'],
  ['10.0.0.1', null, '10.0.0.1'],
])('a connection from %s forwarded for %s is of %s', (connection, forwarded, client) => {
  expect(clientBehind(readProxies('10.0.0.0/8, fd00::/8'), connection, forwarded)).toBe(client);
});

test.each(['', 'localhost', '10.0.0.0/33', '10.0.0.1;10.0.0.2', '10.0.0.1,'])('%j is no list', (text) => {
  expect(readProxies(text)).toBeNull();
});

test.each(['/o/made.up', '/c/made.up', '/oauth/mail'])('%s is limited by address', async (path) => {
  server = await startTestServer({ rates: { ...defaultRateLimits, tracking: 2, mailSignIn: 2 } });
  const ask = async (from: string) => {
    const connection = { incoming: { socket: { remoteAddress: from } } };
    return (await server.app.request(`${ORIGIN}${path}`, {}, connection)).status;
  };
  for (const _ of [1, 2]) expect(await ask('10.0.0.7')).not.toBe(429);
  expect(await ask('10.0.0.7')).toBe(429);
  expect(await ask('10.0.0.8')).not.toBe(429);
});
