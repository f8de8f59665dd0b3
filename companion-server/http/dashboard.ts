import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { App } from './httpEnv.ts';

/** The built files. */
export interface DashboardFiles {
  dir: string;
  indexHtml: string;
}

/** The built dashboard, or null while nobody built it. */
export async function findDashboard(dir: string): Promise<DashboardFiles | null> {
  try {
    return { dir, indexHtml: await readFile(path.join(dir, 'index.html'), 'utf8') };
  } catch {
    return null;
  }
}

/** Static files; every other page address gets index.html, where the dashboard's own router goes on. */
export function serveDashboard(app: App, dashboard: DashboardFiles | null): void {
  if (!dashboard) {
    app.get('/*', (c, next) =>
      isPage(c.req.path)
        ? c.text('The dashboard is not built. Run "npm run build:dashboard" and start the server again.', 503)
        : next(),
    );
    return;
  }
  const { indexHtml } = dashboard;
  app.use('/assets/*', async (c, next) => {
    await next();
    if (c.res.ok) c.header('cache-control', 'public, max-age=31536000, immutable');
  });
  app.get('/*', (c, next) => (c.req.path === '/' ? next() : files(c, next)));
  app.get('/*', (c, next) =>
    isPage(c.req.path) ? c.html(indexHtml, 200, { 'cache-control': 'no-cache' }) : next(),
  );
  const files = serveStatic({ root: dashboard.dir });
}

/** Not an API address and not a file that is missing. */
function isPage(pathname: string): boolean {
  return !pathname.startsWith('/api/') && !pathname.startsWith('/u/') && path.extname(pathname) === '';
}
