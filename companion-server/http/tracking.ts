import type { Context } from 'hono';
import { html } from 'hono/html';
import { readTrackingClaim, recordHit, type TrackingClaim } from '../services/tracking/hit.ts';
import type { App, HttpEnv } from './httpEnv.ts';

/** A transparent pixel. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

const headers = {
  'cache-control': 'no-store, private',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
};

/** Opens and clicks of automations that ask for them. What cannot be recorded never keeps a person from the page. */
export function serveTracking(app: App): void {
  app.get('/o/:token', async (c) => {
    const services = c.get('services');
    const claim = readTrackingClaim(services, c.req.param('token'));
    if (claim && claim.link === null) await note(c, claim);
    // The same for a wrong token: there is nothing to find out.
    return c.body(new Uint8Array(GIF), 200, { ...headers, 'content-type': 'image/gif' });
  });
  app.get('/c/:token', async (c) => {
    const services = c.get('services');
    const claim = readTrackingClaim(services, c.req.param('token'));
    if (!claim?.link) {
      return c.html(
        html`<!doctype html><title>This link is not complete</title>
          <p>Open the link in the email again. If it is broken over two lines, copy all of it.</p>`,
        404,
        headers,
      );
    }
    await note(c, claim);
    return c.body(null, 302, { ...headers, location: claim.link.url });
  });
}

async function note(c: Context<HttpEnv>, claim: TrackingClaim): Promise<void> {
  const services = c.get('services');
  const request = { method: c.req.method, userAgent: c.req.header('user-agent') ?? '' };
  await recordHit(services, claim, request).catch((error: unknown) => {
    services.log.warn({ err: error }, 'an open or a click could not be recorded');
  });
}
