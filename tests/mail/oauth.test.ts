import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { deliverabilityRoutes } from '#shared/contract/deliverability.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { must } from '#shared/kernel/assert.ts';
import { MINUTE, systemClock } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import type { OAuthClient } from '../../companion-server/email/oauth.ts';
import { testConnection } from '../../companion-server/email/testConnection.ts';
import { openSecret, sealSecret } from '../../companion-server/services/mail/secret.ts';
import { openSettings } from '../../companion-server/services/mail/settings.ts';
import { makeWorld, type World } from '../conformance/fixture.ts';
import { call, ORIGIN, problemOf, signIn, startTestServer, type TestServer } from '../conformance/support.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { type OAuthServer, startOAuthServer } from '../support/oauthServer.ts';
import { ANNA, PASSWORD, signal } from './support.ts';

let provider: OAuthServer;
let sandbox: MailSandbox;
let server: TestServer;
let world: World;
let channelId: string;

beforeAll(async () => {
  provider = await startOAuthServer();
  sandbox = await startMailSandbox({
    users: [{ address: ANNA, password: PASSWORD }],
    tokens: { addressOf: provider.addressOf, introspectUrl: `${provider.issuer}/introspect?token=` },
  });
  const plain = { host: '127.0.0.1', security: 'none' } as const;
  const client: OAuthClient = {
    provider: 'google',
    name: 'Google',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    scope: 'openid email https://mail.google.com/',
    parameters: { access_type: 'offline', prompt: 'consent' },
    sendsAsItself: true,
    smtp: { ...plain, port: sandbox.ports.smtp },
    imap: { ...plain, port: sandbox.ports.imap },
    insecure: true,
  };
  server = await startTestServer({ oauthClients: [client] });
  world = await makeWorld(server);
  const channels = await server.services.db.reader.select().from(schema.channel);
  channelId =
    channels.find(({ senderId, kind }) => senderId === world.ids.senderId && kind === 'email')?.id ?? '';
}, 60_000);
afterAll(() => Promise.all([server?.close(), sandbox?.stop(), provider?.stop()]));

beforeEach(() => {
  Object.assign(provider, {
    account: { email: ANNA },
    deny: null,
    offline: true,
    expiresIn: 3600,
    away: false,
  });
});

const params = () => ({ senderId: world.ids.senderId });
const body = { provider: 'google', fromName: 'Anna Berg', fromAddress: ANNA };

async function begin(cookie = world.owner): Promise<URL> {
  const answer = await call(server, mailboxRoutes.signIn, { cookie }, { params: params(), body });
  return new URL(mailboxRoutes.signIn.response.parse(answer.body).url);
}

/** What the browser does at the provider: it is sent back with a code, or with an error. */
async function signInThere(url: URL): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' });
  return answer.headers.get('location') ?? '';
}

const comeBack = (address: string, cookie = world.owner) =>
  server.app.request(address, { headers: { cookie }, redirect: 'manual' });

async function connect(): Promise<void> {
  const back = await comeBack(await signInThere(await begin()));
  const where = back.headers.get('location') ?? (await back.text());
  expect([back.status, where]).toEqual([302, `/senders/${world.ids.senderId}?tab=email`]);
}

const mailboxNow = async () =>
  senderRoutes.get.response.parse(
    (await call(server, senderRoutes.get, { cookie: world.owner }, { params: params() })).body,
  ).mailbox;

/** As if the token lived this much longer; 0: it has run out. */
async function expire(leftMs = 0): Promise<void> {
  const secret = await openSecret(server.services, channelId);
  if (secret?.kind !== 'oauth') throw new Error('no tokens are stored');
  const sealed = await sealSecret(server.services.vault, channelId, {
    ...secret,
    expiresAt: leftMs && systemClock.now() + leftMs,
  });
  await server.services.db.write((tx) =>
    tx.update(schema.mailbox).set({ sealed }).where(eq(schema.mailbox.channelId, channelId)),
  );
}

describe('signing in at the provider', () => {
  test('asks with PKCE, state and nonce, and for lasting access', async () => {
    const asked = (await begin()).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      client_id: 'rapport',
      redirect_uri: `${ORIGIN}/oauth/mail`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      login_hint: ANNA,
      access_type: 'offline',
      scope: expect.stringContaining('https://mail.google.com/'),
    });
    const kept = await server.services.db.reader.select().from(schema.verification);
    expect(JSON.stringify(kept)).not.toContain(asked.get('state'));
  });

  test('connects the mailbox: both servers take the token, nothing secret is shown or stored readable', async () => {
    await connect();
    const view = await mailboxNow();
    expect(view).toMatchObject({
      address: ANNA,
      smtp: { status: 'active', response: expect.stringMatching(/^235 /) },
      imap: { status: 'active' },
      settings: { signIn: 'google', smtp: { user: ANNA, password: '' } },
    });
    const secret = await openSecret(server.services, channelId);
    expect(secret).toMatchObject({ kind: 'oauth', refreshToken: expect.any(String) });
    const rows = await server.services.db.reader.select().from(schema.mailbox);
    const [access, refresh] = secret?.kind === 'oauth' ? [secret.accessToken, secret.refreshToken] : [];
    expect(JSON.stringify(rows)).not.toContain(access);
    expect(JSON.stringify(rows)).not.toContain(refresh);
    const sent = await call(
      server,
      deliverabilityRoutes.sendTest,
      { cookie: world.owner },
      { params: params() },
    );
    expect(sent.status).toBe(200);
  });

  test('is finished once, and only in the session that began it', async () => {
    const location = await signInThere(await begin());
    const otherSession = await signIn(server, 'mara@acme.test', 'correct horse 2');
    const stolen = await comeBack(location, otherSession);
    expect([stolen.status, await stolen.text()]).toEqual([
      400,
      expect.stringContaining('not begun in this session'),
    ]);
    const again = await comeBack(location);
    expect([again.status, await again.text()]).toEqual([
      400,
      expect.stringContaining('not begun in this session'),
    ]);
    expect((await comeBack(`${ORIGIN}/oauth/mail?code=x&state=made-up`)).status).toBe(400);
    expect((await comeBack(location, '')).status).toBe(400);
  });

  test.each([
    ['access_denied', () => (provider.deny = 'access_denied'), 'You did not allow it'],
    ['no refresh token', () => (provider.offline = false), 'gave no lasting permission'],
    ['no address', () => (provider.account.email = null), 'did not say whose mailbox it is'],
    ['another account', () => (provider.account.email = 'eve@team.test'), 'You signed in as eve@team.test'],
  ])('says what to do after %s, and changes nothing', async (_name, arrange, words) => {
    const before = await mailboxNow();
    arrange();
    const page = await comeBack(await signInThere(await begin()));
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining(words)]);
    expect(await mailboxNow()).toEqual(before);
  });

  test('is offered only where the operator registered this server', async () => {
    const wrong = { ...body, provider: 'microsoft' };
    const answer = await call(
      server,
      mailboxRoutes.signIn,
      { cookie: world.owner },
      { params: params(), body: wrong },
    );
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'sign_in_not_registered' });
  });
});

describe('the access token', () => {
  test('is renewed once for everybody who needs it at the same time', async () => {
    await connect();
    await expire();
    const before = provider.refreshes();
    const gate = provider.hold();
    const all = Array.from({ length: 5 }, () => openSettings(server.services, channelId));
    gate.release();
    const tokens = new Set((await Promise.all(all)).map((settings) => settings?.imap.accessToken));
    expect([tokens.size, provider.refreshes() - before]).toEqual([1, 1]);
    expect(
      await testConnection(must(await openSettings(server.services, channelId), 'settings'), signal),
    ).toMatchObject({
      smtp: { ok: true },
      imap: { ok: true },
    });
    expect(provider.refreshes() - before).toBe(1);
  });

  test('is not renewed while it lives, and still used while the provider is away', async () => {
    await connect();
    const before = provider.refreshes();
    await openSettings(server.services, channelId);
    expect(provider.refreshes()).toBe(before);
    provider.away = true;
    await expire(MINUTE);
    expect(await openSettings(server.services, channelId)).toMatchObject({
      imap: { accessToken: expect.any(String) },
    });
    expect(provider.refreshes()).toBe(before + 1);
    await expire();
    expect(await openSettings(server.services, channelId)).toBeNull();
    expect((await mailboxNow()).smtp).toMatchObject({
      status: 'inactive',
      response: expect.stringContaining('does not answer'),
    });
  });

  test('that the provider ended makes the mailbox Inactive with what to do, and is asked for no more', async () => {
    await connect();
    await expire();
    provider.revoke();
    expect(await openSettings(server.services, channelId)).toBeNull();
    const words = expect.stringMatching(/Sign in with Google again.*invalid_grant/);
    expect(await mailboxNow()).toMatchObject({
      smtp: { status: 'inactive', response: words },
      imap: { status: 'inactive', response: words },
    });
    const holds = await server.services.db.reader.select().from(schema.hold);
    expect(holds.filter(({ scopeId, liftedAt }) => scopeId === channelId && liftedAt === null)).toMatchObject(
      [{ reason: 'email_disconnected' }],
    );
    const before = provider.refreshes();
    expect(await openSettings(server.services, channelId)).toBeNull();
    expect(provider.refreshes()).toBe(before);
    await connect();
    expect(await mailboxNow()).toMatchObject({ smtp: { status: 'active' }, imap: { status: 'active' } });
  });

  test.each([
    ['a new sign-in', () => undefined],
    ['a new sign-in, when the old one had ended', () => provider.revoke()],
  ])('does not take the place of %s that was stored while it was renewed', async (_name, arrange) => {
    await connect();
    await expire();
    arrange();
    const gate = provider.hold();
    const opening = openSettings(server.services, channelId);
    await vi.waitUntil(() => server.services.tokenFlights.has(channelId));
    const fresh = { kind: 'oauth', accessToken: 'new', refreshToken: 'newer' } as const;
    const secret = { ...fresh, expiresAt: systemClock.now() + 30 * MINUTE };
    const sealed = await sealSecret(server.services.vault, channelId, secret);
    await server.services.db.write((tx) =>
      tx.update(schema.mailbox).set({ sealed }).where(eq(schema.mailbox.channelId, channelId)),
    );
    gate.release();
    expect(await opening).toMatchObject({ imap: { accessToken: 'new' } });
    expect(await openSecret(server.services, channelId)).toEqual(secret);
  });

  test('that a server refuses is told apart from a wrong password', async () => {
    await connect();
    const settings = must(await openSettings(server.services, channelId), 'settings');
    settings.smtp.accessToken = 'old';
    settings.imap.accessToken = 'old';
    expect(await testConnection(settings, signal)).toMatchObject({
      smtp: { problem: 'sign_in_again', code: '535 5.7.8', response: '535 5.7.8 Token not accepted' },
      imap: { problem: 'sign_in_again', code: expect.any(String) },
    });
  });
});
