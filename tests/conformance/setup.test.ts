import { afterEach, beforeEach, expect, test } from 'vitest';
import { deviceRoutes } from '#shared/contract/device.ts';
import { pairRoutes } from '#shared/contract/devicePairing.ts';
import { setupRoutes, workspaceRoutes } from '#shared/contract/workspace.ts';
import { checkPublicUrl } from '../../companion-server/email/publicUrl.ts';
import { defaultRateLimits } from '../../companion-server/http/limits.ts';
import {
  call,
  ORIGIN,
  owner,
  problemOf,
  setUp,
  signIn,
  startTestServer,
  type TestServer,
} from './support.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const body = (token: string) => ({ token, workspaceName: 'Acme', ...owner });

test('the first run makes owner and workspace, signs in, and closes behind itself', async () => {
  expect((await call(server, setupRoutes.status, {})).body).toMatchObject({ needed: true });
  const { cookie, workspaceId } = await setUp(server);
  const me = await call(server, workspaceRoutes.me, { cookie });
  expect(me.body).toMatchObject({
    email: owner.email,
    role: 'owner',
    workspace: { id: workspaceId, name: 'Acme' },
  });
  expect((await call(server, setupRoutes.status, {})).body).toMatchObject({ needed: false });
  const again = await call(server, setupRoutes.run, {}, { body: body(server.services.setupToken) });
  expect(problemOf(again)).toMatchObject({ status: 409, code: 'already_set_up' });
});

test('the first run needs the token of this start', async () => {
  const answer = await call(server, setupRoutes.run, {}, { body: body('wrong') });
  expect(problemOf(answer)).toMatchObject({
    status: 403,
    code: 'wrong_setup_token',
    fields: [{ field: 'token' }],
  });
  expect((await call(server, setupRoutes.status, {})).body).toMatchObject({ needed: true });
});

test('two first runs at once make one owner', async () => {
  const runs = await Promise.all(
    [1, 2].map(() => call(server, setupRoutes.run, {}, { body: body(server.services.setupToken) })),
  );
  expect(runs.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('a bad first run names every field at fault', async () => {
  const answer = await call(
    server,
    setupRoutes.run,
    {},
    {
      body: { ...body('x'), email: 'nonsense', password: 'short', workspaceName: ' ' },
    },
  );
  const { status, fields } = problemOf(answer);
  expect(status).toBe(422);
  expect(fields.map(({ field }) => field).sort()).toEqual(['email', 'password', 'workspaceName']);
});

test('signing in with the password works, with a wrong one it says so', async () => {
  await setUp(server);
  const cookie = await signIn(server, owner.email, owner.password);
  expect((await call(server, workspaceRoutes.me, { cookie })).status).toBe(200);
  expect(await signIn(server, owner.email, 'wrong password')).toBe('');
});

test('guessing passwords from one address is slowed down', async () => {
  const strict = await startTestServer({ rates: defaultRateLimits });
  const guess = () =>
    strict.app.request(`${ORIGIN}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify({ email: owner.email, password: 'a wrong guess' }),
    });
  const codes: number[] = [];
  for (let attempt = 0; attempt < defaultRateLimits.signIn; attempt++) codes.push((await guess()).status);
  expect(new Set(codes)).toEqual(new Set([401]));
  const refused = await guess();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({
    code: 'too_many_requests',
    action: 'Wait a minute and try again.',
  });
  expect((await strict.app.request(`${ORIGIN}/ready`)).status).toBe(200);
  await strict.close();
});

test.each([
  '/api/auth/sign-up/email',
  '/api/auth/organization/create',
  '/api/auth/device/approve',
  '/api/auth/device/token',
])('%s is closed', async (path) => {
  await setUp(server);
  const response = await server.app.request(`${ORIGIN}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify({ email: 'eve@evil.test', name: 'Eve', password: 'long enough 1' }),
  });
  expect([403, 404]).toContain(response.status);
});

test('a write with the cookie from another site is refused', async () => {
  const { cookie } = await setUp(server);
  for (const origin of ['https://evil.test', 'null', null]) {
    const answer = await call(server, workspaceRoutes.stop, { cookie, origin });
    expect(problemOf(answer)).toMatchObject({ status: 403, code: 'bad_origin' });
  }
});

test('an extension may ask for a code across origins, but not with cookies', async () => {
  for (const origin of ['chrome-extension://abcdefghijklmnop', 'moz-extension://0c1d2e3f-4a5b']) {
    const answer = await call(
      server,
      pairRoutes.code,
      { origin },
      { body: { client_id: 'rapport-extension' } },
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  }
  const site = await call(
    server,
    pairRoutes.code,
    { origin: 'https://evil.test' },
    { body: { client_id: 'rapport-extension' } },
  );
  expect(site.headers.get('access-control-allow-origin')).toBeNull();
});

test('an answer to an extension names it, whatever the answer is; to a site it names nobody', async () => {
  const origin = 'chrome-extension://abcdefghijklmnop';
  const answer = await call(server, deviceRoutes.snapshot, { origin }, {});
  expect(answer.status).toBe(401);
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answer.headers.get('vary')).toContain('Origin');
  const site = await call(server, deviceRoutes.snapshot, { origin: 'https://evil.test' }, {});
  expect(site.headers.get('access-control-allow-origin')).toBeNull();
});

test('a body beyond the limit is refused with the limit named', async () => {
  const { cookie } = await setUp(server);
  const answer = await call(
    server,
    workspaceRoutes.update,
    { cookie },
    { body: { name: 'x'.repeat(1_100_000) } },
  );
  expect(problemOf(answer)).toMatchObject({ status: 413, code: 'body_too_large' });
  expect(problemOf(answer).detail).toContain('1 MiB');
});

test('what does not exist is a problem too', async () => {
  const response = await server.app.request(`${ORIGIN}/api/v1/nothing`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'not_found' });
});

test('a wrong method is a problem that names the right ones', async () => {
  const ask = (method: string, path: string) => server.app.request(`${ORIGIN}${path}`, { method });
  for (const path of ['/api/v1/senders', '/u/token']) {
    const response = await ask('DELETE', path);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
    expect(await response.json()).toMatchObject({ code: 'wrong_method', action: 'Use GET or POST.' });
  }
  expect((await ask('DELETE', '/api/v1/nothing')).status).toBe(404);
});

test('health answers the probe of the public address', async () => {
  const response = await server.app.request(`${ORIGIN}/health`);
  expect(await response.json()).toEqual({ status: 'ok' });
  const throughHere: typeof fetch = async (url) => server.app.request(String(url));
  const check = (key: Uint8Array) =>
    checkPublicUrl(
      'https://rapport.example.com',
      throughHere,
      { nonce: server.services.newId(), key },
      server.services.shutdown,
    );
  expect(await check(server.services.unsubscribeKey)).toEqual({
    ok: true,
    value: 'https://rapport.example.com',
  });
  // Another server of the same kind answers too, and is not this one.
  expect(await check(new Uint8Array(32))).toMatchObject({ ok: false, error: { code: 'wrong_answer' } });
  expect((await server.app.request(`${ORIGIN}/ready`)).status).toBe(200);
});
