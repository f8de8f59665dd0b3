import { databaseAnswers } from '../services/workspace/ready.ts';
import type { App } from './httpEnv.ts';

/** `/health`: the process answers. `/ready`: the database too, and the server is not shutting down. */
export function serveHealth(app: App, isReady: () => boolean): void {
  app.get('/health', (c) => {
    // The self-test of PUBLIC_URL recognises this server by its own nonce.
    const probe = (c.req.query('probe') ?? '').slice(0, 100);
    return c.json({ status: 'ok', probe }, 200, { 'cache-control': 'no-store' });
  });
  app.get('/ready', async (c) => {
    const ready = isReady() && (await databaseAnswers(c.get('services')));
    return c.json({ ready }, ready ? 200 : 503, { 'cache-control': 'no-store' });
  });
}
