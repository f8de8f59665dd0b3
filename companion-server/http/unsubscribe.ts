import { html } from 'hono/html';
import { isUnsubscribed, readClaim, unsubscribe } from '../services/unsubscribe/unsubscribe.ts';
import type { App } from './httpEnv.ts';

function page(title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    <style>
      body { font: 18px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 30rem; padding: 0 1rem; color: #1a1b1e; }
      button { font: inherit; padding: 0.6rem 1.4rem; border: 0; border-radius: 8px; background: #1c5fd1; color: #fff; cursor: pointer; }
    </style>
  </head>
  <body><main><h1>${title}</h1>${content}</main></body>
</html>`;
}

const invalid = () =>
  page(
    'This link is not complete',
    html`<p>Open the link in the email again. If it is broken over two lines, copy all of it.</p>`,
  );

const done = () =>
  page('You are unsubscribed', html`<p>You will get no more messages from this team, on any channel.</p>`);

/** A GET only shows the button: mail scanners open every link. The POST is also the one-click of RFC 8058. */
export function serveUnsubscribe(app: App): void {
  app.get('/u/:token', async (c) => {
    const services = c.get('services');
    const claim = readClaim(services, c.req.param('token'));
    if (!claim) return c.html(invalid(), 404);
    if (await isUnsubscribed(services, claim)) return c.html(done());
    return c.html(
      page(
        'Unsubscribe',
        html`<p>You will get no more messages from this team, on any channel.</p>
          <form method="post"><button type="submit">Unsubscribe</button></form>`,
      ),
    );
  });
  app.post('/u/:token', async (c) => {
    const services = c.get('services');
    const claim = readClaim(services, c.req.param('token'));
    if (!claim) return c.html(invalid(), 404);
    await unsubscribe(services, claim);
    return c.html(done());
  });
}
