import { serve } from '@hono/node-server';
import { SECOND, type Timers, withDeadline } from '#shared/kernel/clock.ts';

type Fetch = Parameters<typeof serve>[0]['fetch'];

const ANSWER_WITHIN_MS = 15 * SECOND;
const LOOK_EVERY_MS = 50;

export interface Listening {
  /** http://host:port, as this computer reaches it. */
  address: string;
  /** Who answers from now on. */
  setHandler(fetch: Fetch): void;
  /** Accepts nothing new; resolves when every request under way has its answer, or was given up after 15 s. */
  answerAll(timers: Timers): Promise<void>;
}

/** Listens at once, so that the address is known; answers 503 until there is a handler. Rejects where the port is taken. */
export async function listen(where: { host: string; port: number }): Promise<Listening> {
  let handler: Fetch = () => new Response('starting', { status: 503 });
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve, reject) => {
      const listening = serve(
        { fetch: (request, bindings) => handler(request, bindings), hostname: where.host, port: where.port },
        (info) => resolve({ server: listening, port: info.port }),
      );
      listening.once('error', reject);
    },
  );
  return {
    address: `http://${nameOf(where.host)}:${port}`,
    setHandler(fetch) {
      handler = fetch;
    },
    answerAll: (timers) => answerAll(server, timers),
  };
}

function nameOf(host: string): string {
  if (host.includes(':')) return `[${host}]`;
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}

async function answerAll(server: ReturnType<typeof serve>, timers: Timers): Promise<void> {
  let closed = false;
  server.close(() => {
    closed = true;
  });
  const giveUp = withDeadline(ANSWER_WITHIN_MS);
  while (!closed && !giveUp.aborted) {
    // A connection kept alive becomes idle only after its last answer.
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    await timers.sleep(LOOK_EVERY_MS, giveUp).catch(() => undefined);
  }
}
