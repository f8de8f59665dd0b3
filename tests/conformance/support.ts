import { randomBytes, scryptSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { count } from 'drizzle-orm';
import { z } from 'zod';
import { type Problem, problem, type Route } from '#shared/contract/route.ts';
import { setupRoutes } from '#shared/contract/workspace.ts';
import { type Clock, systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { loadKeys } from '../../companion-server/auth/keys.ts';
import { schema } from '../../companion-server/db/index.ts';
import type { OAuthClient } from '../../companion-server/email/oauth.ts';
import type { SystemMailAccount } from '../../companion-server/email/systemMail.ts';
import { createApp } from '../../companion-server/http/app.ts';
import type { DashboardFiles } from '../../companion-server/http/dashboard.ts';
import type { App } from '../../companion-server/http/httpEnv.ts';
import { type RateLimits, unlimitedRates } from '../../companion-server/http/limits.ts';
import { createDns, type Dns } from '../../companion-server/network/dns.ts';
import type { FetchText } from '../../companion-server/network/fetchText.ts';
import type { Proxies } from '../../companion-server/network/proxies.ts';
import { createLog } from '../../companion-server/observability/log.ts';
import { createChanges } from '../../companion-server/services/changes.ts';
import type { Services } from '../../companion-server/services/context.ts';
import { createServices } from '../../companion-server/services/create.ts';
import { newFolder, openTestDatabase } from '../support/openTestDatabase.ts';

export const ORIGIN = 'http://rapport.test';

export interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

export interface TestServer {
  app: App;
  services: Services;
  auditRows(): Promise<number>;
  close(): Promise<void>;
}

/** The whole server in this process, on a database of its own. */
export async function startTestServer(
  options: {
    schedule?: Clock;
    lease?: Clock;
    rates?: RateLimits;
    trustedProxies?: Proxies | null;
    systemMail?: SystemMailAccount;
    dashboard?: DashboardFiles | null;
    oauthClients?: readonly OAuthClient[];
    dns?: Dns;
    fetchText?: FetchText;
    /** Told of every statement. */
    onStatement?: (text: string) => void;
  } = {},
): Promise<TestServer> {
  const dir = newFolder('conformance');
  const database = await openTestDatabase(path.join(dir, 'test.db'), options.onStatement);
  const shutdown = new AbortController();
  const services = createServices({
    database,
    dataDir: dir,
    keys: await loadKeys(dir),
    log: createLog('silent'),
    clocks: { schedule: options.schedule ?? systemClock, lease: options.lease ?? systemClock },
    timers: systemTimers,
    newId: systemNewId,
    rng: seededRng(1),
    changes: createChanges(systemTimers),
    onWrite: () => {},
    baseUrl: ORIGIN,
    publicUrl: null,
    systemMail: options.systemMail ?? null,
    mailPrivateNetwork: true,
    oauthClients: options.oauthClients,
    // Nothing outside this computer is ever asked.
    dns: options.dns ?? createDns(['127.0.0.1:9']),
    fetchText: options.fetchText ?? (async () => null),
    allowLoopback: false,
    version: '0.0.0-test',
    shutdown: shutdown.signal,
  });
  await hashPasswordsCheaply(services);
  const app = createApp({
    services,
    rates: options.rates ?? unlimitedRates,
    trustedProxies: options.trustedProxies,
    dashboard: options.dashboard ?? null,
    shutdown: shutdown.signal,
    isReady: () => true,
  });
  return {
    app,
    services,
    auditRows: async () => (await database.reader.select({ rows: count() }).from(schema.audit))[0]?.rows ?? 0,
    close: async () => {
      shutdown.abort();
      await database.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * The library's cost (0.1 s of processor a password, on purpose) was a third of what these tests took. The same function
 * at its lowest cost; servers in processes of their own hash as they do for users.
 */
async function hashPasswordsCheaply(services: Services): Promise<void> {
  const { password } = await services.auth.$context;
  const keyOf = (text: string, salt: string) => scryptSync(text, salt, 64, { N: 2 }).toString('hex');
  password.hash = async (text) => {
    const salt = randomBytes(16).toString('hex');
    return `${salt}:${keyOf(text, salt)}`;
  };
  password.verify = async ({ hash, password: text }) => {
    const [salt = '', key] = hash.split(':');
    return keyOf(text, salt) === key;
  };
}

export interface Caller {
  cookie?: string;
  token?: string;
  origin?: string | null;
}

export interface Input {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}

/** One request to a route of the contract. */
export async function call(
  server: TestServer,
  route: Route,
  caller: Caller,
  input: Input = {},
): Promise<Answer> {
  const address = route.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(input.params?.[name] ?? 'missing'),
  );
  const url = new URL(address, ORIGIN);
  for (const [name, value] of Object.entries(input.query ?? {})) url.searchParams.set(name, value);
  const headers = new Headers();
  if (caller.cookie) headers.set('cookie', caller.cookie);
  if (caller.token) headers.set('authorization', `Bearer ${caller.token}`);
  if (caller.origin !== null) headers.set('origin', caller.origin ?? ORIGIN);
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE';
  if (hasBody) headers.set('content-type', 'application/json');
  const response = await server.app.request(url.href, {
    method: route.method,
    headers,
    body: hasBody ? JSON.stringify(input.body ?? {}) : undefined,
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers };
}

export function problemOf(answer: Answer): Problem {
  return problem.parse(answer.body);
}

export function cookieOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');
}

export const owner = { name: 'Olga Owner', email: 'olga@acme.test', password: 'correct horse 1' };

/** The first run over HTTP; answers the owner's cookie. */
export async function setUp(server: TestServer): Promise<{ cookie: string; workspaceId: string }> {
  const answer = await call(
    server,
    setupRoutes.run,
    {},
    {
      body: {
        token: server.services.setupToken,
        workspaceName: 'Acme',
        postalAddress: 'Acme, 1 Road, Town',
        ...owner,
      },
    },
  );
  const { workspaceId } = z.object({ workspaceId: z.string() }).parse(answer.body);
  return { cookie: cookieOf(answer.headers), workspaceId };
}

/** One more user with a password, as an accepted invitation leaves them; signed in over HTTP. */
export async function addMember(
  server: TestServer,
  workspace: { id: string; isNew?: boolean },
  role: 'owner' | 'manager' | 'rep',
  email: string,
): Promise<{ cookie: string; userId: string }> {
  const { services } = server;
  const context = await services.auth.$context;
  const password = 'correct horse 2';
  const hash = await context.password.hash(password);
  const userId = services.newId();
  const at = new Date(systemClock.now());
  await services.db.write(async (tx) => {
    if (workspace.isNew) {
      const postalAddress = 'Other, 1 Road, Town';
      await tx
        .insert(schema.workspace)
        .values({ id: workspace.id, name: 'Other', postalAddress, createdAt: at.getTime() });
      await tx
        .insert(schema.organization)
        .values({ id: workspace.id, name: 'Other', slug: workspace.id, createdAt: at });
    }
    await tx.insert(schema.user).values({ id: userId, name: email, email, createdAt: at, updatedAt: at });
    await tx.insert(schema.account).values({
      id: services.newId(),
      accountId: userId,
      providerId: 'credential',
      userId,
      password: hash,
      createdAt: at,
      updatedAt: at,
    });
    await tx.insert(schema.member).values({
      id: services.newId(),
      organizationId: workspace.id,
      userId,
      role,
      createdAt: at,
    });
  });
  return { cookie: await signIn(server, email, password), userId };
}

export async function signIn(server: TestServer, email: string, password: string): Promise<string> {
  const response = await server.app.request(`${ORIGIN}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify({ email, password }),
  });
  return cookieOf(response.headers);
}
