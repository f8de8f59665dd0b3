import { fork } from 'node:child_process';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { z } from 'zod';
import { systemTimers } from '#shared/kernel/clock.ts';
import { loadKeys } from '../../../companion-server/auth/keys.ts';
import { createApp } from '../../../companion-server/http/app.ts';
import { unlimitedRates } from '../../../companion-server/http/limits.ts';
import { createLog } from '../../../companion-server/observability/log.ts';
import { createChanges } from '../../../companion-server/services/changes.ts';
import { createServices } from '../../../companion-server/services/create.ts';
import { tokenOf } from './population.ts';
import { sendersWithWork } from './steps.ts';
import type { BenchWorld } from './world.ts';

const finished = z.object({ tasks: z.number(), seconds: z.number(), p50: z.number(), p99: z.number() });
export type HttpResult = z.infer<typeof finished> & {
  perSecond: number;
  rssMb: number;
  /** Processor time of this process, which is the server, for one task. */
  cpuMs: number;
  /** The same in the tenth of the time that was least disturbed by others. */
  calmCpuMs: number;
};

/** Tasks as devices do them: three requests each over real sockets, from another process, many devices at a time. */
export async function measureHttp(
  world: BenchWorld,
  devices: number,
  atOnce: number,
  devicesProgram: string,
): Promise<HttpResult> {
  const senders = await sendersWithWork(world, devices);
  const shutdown = new AbortController();
  const services = createServices({
    database: world.db,
    dataDir: world.folder,
    keys: await loadKeys(world.folder),
    log: createLog('error'),
    clocks: world.ctx.clocks,
    timers: systemTimers,
    newId: world.ctx.newId,
    rng: world.ctx.rng,
    changes: createChanges(systemTimers),
    onWrite: () => {},
    baseUrl: 'http://127.0.0.1',
    publicUrl: null,
    allowLoopback: true,
    version: 'bench',
    shutdown: shutdown.signal,
  });
  const app = createApp({
    services,
    rates: unlimitedRates,
    dashboard: null,
    shutdown: shutdown.signal,
    isReady: () => true,
  });
  // Whoever looks at the dashboard leaves what the authentication keeps of a call.
  await services.auth.api.getSession({ headers: new Headers() });
  let [rssMb, requests, roundFrom] = [0, 0, process.cpuUsage()];
  const rounds: number[] = [];
  const counted: typeof app.fetch = (...request) => {
    requests += 1;
    if (requests % (3 * atOnce) === 0) {
      const { user, system } = process.cpuUsage(roundFrom);
      rounds.push((user + system) / 1000 / atOnce);
      roundFrom = process.cpuUsage();
    }
    return app.fetch(...request);
  };
  const server = serve({ fetch: counted, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const child = fork(devicesProgram, {
    execArgv: ['--import', 'tsx'],
  });
  child.send({ port, atOnce, tokens: senders.map(tokenOf) });
  const watch = setInterval(() => {
    rssMb = Math.max(rssMb, process.memoryUsage().rss / 2 ** 20);
  }, 50);
  const cpu = process.cpuUsage();
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the devices ended with ${code}`);
  });
  failed.catch(() => {});
  const finishedBy = once(child, 'message', { signal: AbortSignal.timeout(240_000) });
  const [message] = await Promise.race([finishedBy, failed]);
  const used = process.cpuUsage(cpu);
  clearInterval(watch);
  child.kill();
  shutdown.abort();
  server.close();
  const result = finished.parse(message);
  const cpuMs = (used.user + used.system) / 1000 / result.tasks;
  // The first round waits for the devices' process.
  const calmCpuMs = rounds.slice(1).sort((a, b) => a - b)[Math.floor(rounds.length / 10)] ?? 0;
  return { ...result, perSecond: result.tasks / result.seconds, rssMb, cpuMs, calmCpuMs };
}
