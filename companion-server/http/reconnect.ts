import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { MINUTE, SECOND, withDeadline } from '#shared/kernel/clock.ts';
import {
  accountState,
  type ReconnectClaim,
  readReconnectLink,
  sendFreshLink,
  stopReminders,
} from '../services/reconnect/reconnect.ts';
import type { App, HttpEnv } from './httpEnv.ts';
import { accountPage, expiredPage, invalidPage, notePage, pageScript } from './reconnectPage.ts';

const LOOK_EVERY_MS = 15 * SECOND;
const STREAM_MS = 30 * MINUTE;

/** The page a reminder leads to: no login, one account, nothing but its name and status. */
export function serveReconnect(app: App, shutdown: AbortSignal): void {
  app.get('/reconnect.js', (c) => c.body(pageScript, 200, { 'content-type': 'text/javascript' }));

  app.get('/reconnect/:token', async (c) => {
    const claim = await claimOf(c);
    if (!claim) return c.html(invalidPage(), 404);
    c.header('cache-control', 'no-store');
    if (claim.state === 'expired') return c.html(expiredPage(c.req.param('token')), 410);
    return c.html(accountPage(accountState(claim), c.req.param('token'), claim.sender.reconnectMail));
  });

  app.get('/reconnect/:token/events', async (c) => {
    const claim = await claimOf(c);
    if (claim?.state !== 'valid') return c.html(invalidPage(), 404);
    const { changes } = c.get('services');
    return streamSSE(c, async (stream) => {
      const closed = new AbortController();
      stream.onAbort(() => closed.abort());
      // The page connects again by itself; nobody holds a connection for ever.
      const signal = AbortSignal.any([closed.signal, withDeadline(STREAM_MS, shutdown)]);
      let told = '';
      while (!signal.aborted) {
        const seen = changes.count();
        const now = await claimOf(c);
        if (now?.state !== 'valid') return;
        const data = JSON.stringify(accountState(now));
        if (data === told) await stream.write(': still here\n\n');
        else await stream.writeSSE({ event: 'state', data });
        told = data;
        await changes.wait(seen, LOOK_EVERY_MS, signal);
      }
    });
  });

  app.post('/reconnect/:token/fresh', async (c) => {
    const claim = await claimOf(c);
    if (!claim) return c.html(invalidPage(), 404);
    await sendFreshLink(c.get('services'), claim);
    return c.html(
      notePage(
        'Look into your inbox',
        'If the account still waits, a fresh link is on its way to the same address.',
      ),
    );
  });

  app.post('/reconnect/:token/reminders', async (c) => {
    const claim = await claimOf(c);
    if (claim?.state !== 'valid') return c.html(invalidPage(), 404);
    await stopReminders(c.get('services'), claim);
    return c.html(
      notePage('No more reminders', 'You can switch them on again on the sender profile in Rapport.'),
    );
  });
}

function claimOf(c: Context<HttpEnv>): Promise<ReconnectClaim | null> {
  return readReconnectLink(c.get('services'), c.req.param('token') ?? '');
}
