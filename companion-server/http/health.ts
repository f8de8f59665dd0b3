import { databaseAnswers } from '../services/workspace/ready.ts';
import { answerSelfTest, SELF_TEST_PATH } from '../services/workspace/selfTest.ts';
import type { App } from './httpEnv.ts';

/** `/health`: the process answers. `/ready`: the database too, and the server is not shutting down. */
export function serveHealth(app: App, isReady: () => boolean): void {
  app.get('/health', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }));
  // The self-test of PUBLIC_URL recognises this server by an answer that no other can give.
  app.get(`${SELF_TEST_PATH}/:nonce{[A-Za-z0-9-]{8,64}}`, (c) =>
    c.json(answerSelfTest(c.get('services'), c.req.param('nonce')), 200, { 'cache-control': 'no-store' }),
  );
  app.get('/ready', async (c) => {
    const ready = isReady() && (await databaseAnswers(c.get('services')));
    return c.json({ ready }, ready ? 200 : 503, { 'cache-control': 'no-store' });
  });
}
