import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { settle } from '../world/events.ts';
import type { World } from '../world/world.ts';
import { readRoutes } from './api-reads.ts';
import { salesRoutes } from './api-sales.ts';
import { writeRoutes } from './api-writes.ts';
import { memberPages } from './pages.ts';
import { guestRoutes } from './pages-guest.ts';
import type { Sessions } from './session.ts';
import { pageScript } from './static.ts';
import { twinRoutes } from './twin-routes.ts';

/** Inline, and so before every other script: also a click that a page swallows is one. */
const watch = () => `<script>(()=>{${pageScript('browser/clicks.ts')}})()</script>`;

/** The whole site. Paths count with and without their last slash, as on the real one. */
export function createApp(world: World, sessions: Sessions): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>({ strict: false });
  app.use(async (c, next) => {
    settle(world);
    // The pages' own scripts name the control that was clicked; a navigation, and a download that one became
    // and that Chromium asks for again, is no fetch.
    const isFetch = c.req.header('sec-fetch-dest') === 'empty' && c.req.header('sec-fetch-mode') === 'cors';
    if (isFetch && !c.req.header('x-li-page-instance')) {
      const { pathname, search } = new URL(c.req.url);
      if (!pathname.startsWith('/__twin')) world.toolRequests.push(`${c.req.method} ${pathname}${search}`);
    }
    if (c.req.method === 'POST' && c.req.header('x-li-page-instance')) {
      const hidden = c.req.header('x-li-track')?.includes('"hidden"') ?? false;
      world.writes.push({ path: new URL(c.req.url).pathname, hidden });
    }
    await next();
    if (world.watchesClicks && c.res.headers.get('content-type')?.includes('text/html')) {
      const watched = (await c.res.text()).replace('<head>', () => `<head>${watch()}`);
      c.res = new Response(watched, c.res);
    }
  });
  app.get('/sc/h/:build/:folder/:file', (c) => {
    const source = pageScript(`${c.req.param('folder')}/${c.req.param('file')}`);
    if (source === null) return c.text('not found', 404);
    // The address holds the build, as on the real site: a browser asks for each script once.
    return c.body(source, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });
  app.get('/favicon.ico', (c) => c.body(null, 204));
  twinRoutes(app, world, sessions);
  readRoutes(app, world, sessions);
  writeRoutes(app, world, sessions);
  salesRoutes(app, world, sessions);
  app.all('/voyager/api/*', (c) => c.json({ status: 404 }, 404));
  guestRoutes(app, world, sessions);
  memberPages(app, world, sessions);
  app.notFound((c) => c.redirect('/404/'));
  return app;
}
