import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { rateLimiter } from 'hono-rate-limiter';
import { MINUTE } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';
import { Refusal } from '../services/refusal.ts';
import type { App, HttpEnv } from './httpEnv.ts';
import { problemResponse } from './problem.ts';

/** Requests per minute and client address; of an unsubscribe link, per link. */
export interface RateLimits {
  everything: number;
  signIn: number;
  setup: number;
  deviceCode: number;
  deviceToken: number;
  approveCode: number;
  unsubscribe: number;
  reconnect: number;
}

export const defaultRateLimits: RateLimits = {
  everything: 1200,
  signIn: 10,
  setup: 10,
  deviceCode: 10,
  deviceToken: 60,
  // Guessing a code of 8 out of 32 letters within its 10 minutes stays hopeless.
  approveCode: 10,
  unsubscribe: 60,
  reconnect: 60,
};

/** Tests and the demo do in seconds what people do in days. */
export const unlimitedRates: RateLimits = {
  everything: 1_000_000,
  signIn: 1_000_000,
  setup: 1_000_000,
  deviceCode: 1_000_000,
  deviceToken: 1_000_000,
  approveCode: 1_000_000,
  unsubscribe: 1_000_000,
  reconnect: 1_000_000,
};

/** The address of the connection itself: a forwarded-for header could be anybody's. */
function clientAddress(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    return 'in-process';
  }
}

function limitTo(limit: number, keyGenerator: (c: Context) => string = clientAddress) {
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
          `More than ${limit} such requests came from this address within a minute.`,
          'Wait a minute and try again.',
        ),
      ),
  });
}

export function applyRateLimits(app: App, rates: RateLimits): void {
  app.use('/api/*', limitTo(rates.everything));
  app.on(
    'POST',
    ['/api/auth/sign-in/*', '/api/auth/sign-up/*', '/api/auth/change-password'],
    limitTo(rates.signIn),
  );
  app.on('POST', ['/api/v1/setup'], limitTo(rates.setup));
  app.on('POST', ['/api/auth/device/code'], limitTo(rates.deviceCode));
  app.on('POST', ['/api/v1/device/token'], limitTo(rates.deviceToken));
  app.on('POST', ['/api/v1/senders/:senderId/devices'], limitTo(rates.approveCode));
  // Per link, not per address: behind a proxy everybody has the same one, and no opt-out may be lost to others'.
  app.use(
    '/u/*',
    limitTo(rates.unsubscribe, (c) => c.req.path),
  );
  app.use('/reconnect/*', limitTo(rates.reconnect));
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

export function applyBodyLimits(app: App): void {
  const small = limitBody(MIB);
  const larger = new Map([
    [importPath, limitBody(importBytes)],
    [attachmentPath, limitBody(attachmentRequestBytes)],
  ]);
  app.use('*', (c, next) => (larger.get(c.req.path) ?? small)(c, next));
}
