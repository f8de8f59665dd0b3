import { OpenAPIHono } from '@hono/zod-openapi';
import type { Proxies } from '../network/proxies.ts';
import type { Services } from '../services/context.ts';
import { notFound, Refusal } from '../services/refusal.ts';
import { serveAuth } from './authRoutes.ts';
import { type DashboardFiles, serveDashboard } from './dashboard.ts';
import { serveHealth } from './health.ts';
import type { App, HttpEnv } from './httpEnv.ts';
import { applyBodyLimits, applyRateLimits, applySignInLimits, type RateLimits } from './limits.ts';
import { serveMailSignIn } from './mailSignIn.ts';
import { methodsOf, wrongMethod } from './methods.ts';
import { serveMetrics } from './metrics.ts';
import { serveOpenApi } from './openApi.ts';
import { problemResponse, unexpectedResponse } from './problem.ts';
import { serveReconnect } from './reconnect.ts';
import { serveAllRoutes } from './routes/index.ts';
import { applyExtensionCors, applySecurityHeaders, inlineScriptHashes } from './security.ts';
import { serveStream } from './stream.ts';
import { serveTracking } from './tracking.ts';
import { serveUnsubscribe } from './unsubscribe.ts';

export interface AppOptions {
  services: Services;
  rates: RateLimits;
  /** Proxies whose word about the client's address counts; none: nobody's. */
  trustedProxies?: Proxies | null;
  /** Built files of the dashboard; null: not built. */
  dashboard: DashboardFiles | null;
  /** Ends open event streams. */
  shutdown: AbortSignal;
  isReady: () => boolean;
  /** Opens /metrics; none: it does not exist. */
  metricsToken?: string | null;
}

/** The whole HTTP surface. In process: `app.request(…)`. */
export function createApp(options: AppOptions): App {
  const { services } = options;
  const app: App = new OpenAPIHono<HttpEnv>();
  app.use('*', async (c, next) => {
    c.set('requestId', services.newId());
    c.set('services', services);
    c.header('x-request-id', c.get('requestId'));
    const startedAt = services.clocks.lease.now();
    await next();
    services.log.debug(
      {
        requestId: c.get('requestId'),
        method: c.req.method,
        path: pathForLog(c.req.path),
        status: c.res.status,
        ms: services.clocks.lease.now() - startedAt,
      },
      'request',
    );
  });
  app.onError((error, c) => {
    if (error instanceof Refusal) return problemResponse(c, error);
    services.log.error({ requestId: c.get('requestId'), err: error }, 'request failed');
    return unexpectedResponse(c);
  });
  app.notFound((c) => {
    const allowed = methodsOf(app, c.req.path);
    if (allowed.length === 0) return problemResponse(c, notFound('address'));
    c.header('allow', allowed.join(', '));
    return problemResponse(c, wrongMethod(c.req.method, allowed));
  });
  applySecurityHeaders(app, options.dashboard ? inlineScriptHashes(options.dashboard.indexHtml) : []);
  applyExtensionCors(app);
  const proxies = options.trustedProxies ?? null;
  applyRateLimits(app, options.rates, proxies);
  applyBodyLimits(app);
  applySignInLimits(app, options.rates, proxies);

  serveHealth(app, options.isReady);
  serveMetrics(app, options.metricsToken ?? null);
  serveUnsubscribe(app);
  serveTracking(app);
  serveReconnect(app, options.shutdown);
  serveMailSignIn(app);
  serveAuth(app);
  serveStream(app, options.shutdown);
  serveAllRoutes(app);
  serveOpenApi(app, services.version);
  serveDashboard(app, options.dashboard);
  return app;
}

/** Tokens in links are secrets of their recipients. */
function pathForLog(path: string): string {
  return path.replace(/^\/(u|o|c|reconnect)\/.*/, '/$1/…');
}
