import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { App, HttpEnv } from './httpEnv.ts';

/** Hashes of the scripts written into the dashboard's page itself, so that the policy allows just those. */
export function inlineScriptHashes(html: string): string[] {
  const scripts = html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g);
  return [...scripts].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  );
}

/** What browsers may do with our pages: own scripts only, no frames, no referrer. */
export function applySecurityHeaders(app: App, scriptHashes: string[]): void {
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", ...scriptHashes],
        // The component library sets styles from scripts.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
      // Plain http on loopback is a supported way to run; a proxy with https sets its own.
      strictTransportSecurity: false,
      crossOriginResourcePolicy: 'same-origin',
    }),
  );
}

/** What the pages of an extension have as their scheme: Chrome and Edge, Firefox. */
const extensionOrigin = /^(chrome|moz)-extension:\/\//;

/** Extension pages may call with a bearer token; cookies are never allowed across origins. */
export function applyExtensionCors(app: App): void {
  const extension = cors({
    origin: (origin) => (extensionOrigin.test(origin) ? origin : null),
    allowHeaders: ['authorization', 'content-type', 'x-rapport-client'],
    allowMethods: ['GET', 'POST'],
    credentials: false,
    maxAge: 600,
  });
  // It adds a header to the finished answer, which makes a stream of its body: a tenth of a small request.
  const ownAnswers: MiddlewareHandler<HttpEnv> = (c, next) => {
    if (c.req.method === 'OPTIONS') return extension(c, next);
    c.header('vary', 'Origin');
    const origin = c.req.header('origin');
    if (origin !== undefined && extensionOrigin.test(origin)) c.header('access-control-allow-origin', origin);
    return next();
  };
  app.use('/api/v1/device/*', ownAnswers);
  app.use('/api/auth/device/code', extension);
}
