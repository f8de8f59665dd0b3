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
  let rssMb = 0;
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
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
  return { ...result, perSecond: result.tasks / result.seconds, rssMb, cpuMs };
}
