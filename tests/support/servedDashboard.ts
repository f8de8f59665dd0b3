import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { type Browser, chromium, type Page } from '@playwright/test';
import { must } from '#shared/kernel/assert.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { findDashboard } from '../../companion-server/http/dashboard.ts';
import { ORIGIN, startTestServer, type TestServer } from '../conformance/support.ts';
import { chromiumArgs } from './chromiumArgs.ts';
import { chromiumPath } from './require.ts';

/** The whole server in this process with the built dashboard, and a browser that takes it for a real address. */
export interface ServedDashboard {
  server: TestServer;
  page: Page;
  /** With the cookie that a sign-in over HTTP answered. */
  signIn(cookie: string): Promise<void>;
  close(): Promise<void>;
}

export async function serveDashboard(schedule?: Clock): Promise<ServedDashboard> {
  const built = fileURLToPath(new URL(path.join('..', '..', 'dist', 'dashboard'), import.meta.url));
  const dashboard = must(await findDashboard(built), 'the built dashboard');
  const server = await startTestServer({ schedule, dashboard });
  const { port, closeHttp } = await listen(server);
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...chromiumArgs, `--host-resolver-rules=MAP rapport.test 127.0.0.1:${port}`],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  return {
    server,
    page: await context.newPage(),
    async signIn(cookie) {
      const cookies = cookie.split('; ').map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return { name, value: value.join('='), url: ORIGIN };
      });
      await context.addCookies(cookies);
    },
    async close() {
      await browser.close();
      closeHttp();
      await server.close();
    },
  };
}

function listen(server: TestServer): Promise<{ port: number; closeHttp: () => void }> {
  return new Promise((resolve) => {
    const http = serve({ fetch: server.app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ port, closeHttp: () => http.close() }),
    );
  });
}
