import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { rateLimiter } from 'hono-rate-limiter';
import { z } from 'zod';
import { MINUTE } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';
import { clientBehind, type Proxies } from '../network/proxies.ts';
import { SIGN_IN_PATH } from '../services/mailbox/signIn.ts';
import { Refusal } from '../services/refusal.ts';
import type { App, HttpEnv } from './httpEnv.ts';
import { problemResponse } from './problem.ts';

/** Requests per minute and client address; of an unsubscribe link, per link. */
export interface RateLimits {
  everything: number;
  /** Attempts at one account from one address. */
  signIn: number;
  /** Attempts from one address, whatever the account. */
  signInsOfClient: number;
  /** Attempts at one account, wherever they come from. */
  signInsOfAccount: number;
  setup: number;
  deviceCode: number;
  deviceToken: number;
  approveCode: number;
  unsubscribe: number;
  reconnect: number;
  /** Opens and clicks that are reported: mail programs fetch for many recipients from one address. */
  tracking: number;
  /** Answers of a mailbox provider's sign-in. */
  mailSignIn: number;
}

export const defaultRateLimits: RateLimits = {
  everything: 1200,
  signIn: 10,
  // An office behind one address, or everybody behind a proxy that is not named in TRUSTED_PROXIES, still gets in.
  signInsOfClient: 60,
  signInsOfAccount: 30,
  setup: 10,
  deviceCode: 10,
  deviceToken: 60,
  // Guessing a code of 8 out of 32 letters within its 10 minutes stays hopeless.
  approveCode: 10,
  unsubscribe: 60,
  reconnect: 60,
  tracking: 1200,
  mailSignIn: 60,
};

/** Tests and the demo do in seconds what people do in days. */
export const unlimitedRates: RateLimits = {
  everything: 1_000_000,
  signIn: 1_000_000,
  signInsOfClient: 1_000_000,
  signInsOfAccount: 1_000_000,
  setup: 1_000_000,
  deviceCode: 1_000_000,
  deviceToken: 1_000_000,
  approveCode: 1_000_000,
  unsubscribe: 1_000_000,
  reconnect: 1_000_000,
  tracking: 1_000_000,
  mailSignIn: 1_000_000,
};

type Key = (c: Context<HttpEnv>) => string | Promise<string>;

/** The address that asks: of the connection, or as the proxies before it say that the operator trusts. */
function clientBy(proxies: Proxies | null): (c: Context<HttpEnv>) => string {
  return (c) => {
    const connection = connectionOf(c);
    return clientBehind(proxies, connection, c.req.header('x-forwarded-for') ?? null);
  };
}

function connectionOf(c: Context<HttpEnv>): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    return 'in-process';
  }
}

function limitTo(limit: number, keyGenerator: Key, from = 'from this address') {
  return rateLimiter<HttpEnv>({
    windowMs: MINUTE,
    limit,
    keyGenerator,
    handler: (c) =>
      problemResponse(
        c,
        new Refusal(
          429,
          'too_many_requests',
          `More than ${limit} such requests came ${from} within a minute.`,
          'Wait a minute and try again.',
        ),
      ),
  });
}

/** How often each client may ask, and one link may be used; whoever asks more often gets 429. */
export function applyRateLimits(app: App, rates: RateLimits, proxies: Proxies | null): void {
  const client = clientBy(proxies);
  app.use('/api/*', limitTo(rates.everything, client));
  app.on('POST', signInPaths, limitTo(rates.signInsOfClient, client));
  app.on('POST', ['/api/v1/setup'], limitTo(rates.setup, client));
  app.on('POST', ['/api/auth/device/code'], limitTo(rates.deviceCode, client));
  app.on('POST', ['/api/v1/device/token'], limitTo(rates.deviceToken, client));
  app.on('POST', ['/api/v1/senders/:senderId/devices'], limitTo(rates.approveCode, client));
  // Per link, not per address: behind a proxy everybody has the same one, and no opt-out may be lost to others'.
  app.use(
    '/u/*',
    limitTo(rates.unsubscribe, (c) => c.req.path),
  );
  app.use('/reconnect/*', limitTo(rates.reconnect, client));
  const tracking = limitTo(rates.tracking, client);
  app.use('/o/*', tracking);
  app.use('/c/*', tracking);
  app.use(SIGN_IN_PATH, limitTo(rates.mailSignIn, client));
}

const signInPaths = ['/api/auth/sign-in/*', '/api/auth/sign-up/*', '/api/auth/change-password'];

/** By account: reads the body, so behind its limit. */
export function applySignInLimits(app: App, rates: RateLimits, proxies: Proxies | null): void {
  const client = clientBy(proxies);
  const both: Key = async (c) => `${client(c)} ${await accountOf(c)}`;
  app.on('POST', signInPaths, limitTo(rates.signIn, both));
  app.on('POST', ['/api/auth/sign-in/*'], limitTo(rates.signInsOfAccount, accountOf, 'for this account'));
}

const named = z.object({ email: z.string() });

/** The address that somebody signs in with; none: the same for all who name none. */
async function accountOf(c: Context<HttpEnv>): Promise<string> {
  const body = named.safeParse(await c.req.json().catch(() => null));
  return body.success ? body.data.email.trim().toLowerCase().slice(0, 254) : '';
}

const MIB = 1024 * 1024;
const importPath = '/api/v1/imports';
/** A file of the largest size allowed, as base64 in JSON. */
const importBytes = Math.ceil(limits.csvBytes * 1.35);

const attachmentPath = '/api/v1/attachments';
const attachmentRequestBytes = Math.ceil(limits.attachmentBytes * 1.35);

/** What to do about a request that is too large. */
const adviceFor: Record<string, string> = {
  [importPath]: `Split the file: at most ${Math.floor(limits.csvBytes / MIB)} MiB each.`,
  [attachmentPath]: `A file may have ${Math.floor(limits.attachmentBytes / MIB)} MiB at most: make it smaller, or send a link to it.`,
};

function limitBody(maxSize: number): MiddlewareHandler<HttpEnv> {
  const refuse = (c: Context) => {
    // The rest of the body is not read, so nothing more can come over this connection.
    c.header('connection', 'close');
    return problemResponse(
      c,
      new Refusal(
        413,
        'body_too_large',
        `The request is larger than ${Math.floor(maxSize / MIB)} MiB.`,
        adviceFor[c.req.path] ?? 'Send less at once.',
      ),
    );
  };
  const whileReading = bodyLimit({ maxSize, onError: refuse });
  return async (c, next) => {
    // Node reads no more than the length that was announced. To look at the body here would make a stream of it, which
    // costs as much as all other middleware of a small request.
    const length = c.req.header('content-length');
    const isAnnounced = length !== undefined && c.req.header('transfer-encoding') === undefined;
    if (!isAnnounced) return await whileReading(c, next);
    return Number(length) <= maxSize ? await next() : refuse(c);
  };
}

/** How large a request's body may be: 1 MiB, more for imports and attachments; larger answers 413. */
export function applyBodyLimits(app: App): void {
  const small = limitBody(MIB);
  const larger = new Map([
    [importPath, limitBody(importBytes)],
    [attachmentPath, limitBody(attachmentRequestBytes)],
  ]);
  app.use('*', (c, next) => (larger.get(c.req.path) ?? small)(c, next));
}
