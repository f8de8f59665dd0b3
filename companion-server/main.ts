import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { type Clocks, shiftedClock, systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { systemRng } from '#shared/kernel/prng.ts';
import { createAuth } from './auth/auth.ts';
import { loadKeys } from './auth/keys.ts';
import { DatabaseRefused, openDatabase } from './db/index.ts';
import { type Env, readEnv } from './env.ts';
import { createApp } from './http/app.ts';
import { findDashboard } from './http/dashboard.ts';
import { defaultRateLimits } from './http/limits.ts';
import { createLog } from './observability/log.ts';
import { createChanges } from './services/changes.ts';
import type { Services } from './services/context.ts';
import { createPublicUrl } from './services/workspace/publicUrl.ts';
import { isSetupNeeded } from './services/workspace/setup.ts';
import { createVault } from './vault/vault.ts';

const VERSION = '0.1.0';
const dashboardDir = fileURLToPath(new URL('../dist/dashboard', import.meta.url));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(lines: string[]): never {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

async function start(env: Env): Promise<void> {
  const log = createLog(env.logLevel);
  const keys = await loadKeys(env.dataDir);
  const database = await openDatabase({ url: env.databaseUrl, authToken: env.databaseAuthToken });
  const changes = createChanges(systemTimers);
  const shutdown = new AbortController();
  const offset = env.scheduleOffsetMs;
  const clocks: Clocks = { schedule: shiftedClock(systemClock, () => offset), lease: systemClock };
  let address = '';
  const services: Services = {
    db: {
      ...database,
      write: async (work) => {
        const result = await database.write(work);
        changes.notify();
        return result;
      },
    },
    clocks,
    timers: systemTimers,
    newId: systemNewId,
    rng: systemRng,
    log,
    auth: createAuth({
      db: database,
      secret: keys.authSecret,
      baseUrl: env.publicUrl ?? `http://${env.host}:${env.port}`,
      newId: systemNewId,
      clock: systemClock,
    }),
    vault: createVault(keys.vault),
    changes,
    publicUrl: env.publicUrl,
    publicUrlCheck: createPublicUrl({
      url: env.publicUrl,
      fetch,
      newId: systemNewId,
      clock: systemClock,
      allowLoopback: env.scheduleControl,
      signal: shutdown.signal,
    }),
    unsubscribeKey: keys.unsubscribe,
    setupToken: randomBytes(24).toString('base64url'),
    version: VERSION,
  };
  const app = createApp({
    services,
    rates: defaultRateLimits,
    dashboard: await findDashboard(dashboardDir),
    shutdown: shutdown.signal,
    isReady: () => !shutdown.signal.aborted,
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const listening = serve({ fetch: app.fetch, hostname: env.host, port: env.port }, (info) => {
      address = `http://${env.host}:${info.port}`;
      resolve(listening);
    });
  });
  say(`Dashboard: ${address}`);
  const setupNeeded = await isSetupNeeded(database.reader);
  const setupUrl = setupNeeded ? `${address}/setup?token=${services.setupToken}` : null;
  if (setupUrl) say(`First run, set up here: ${setupUrl}`);
  sayExtension(address);

  async function stop(): Promise<void> {
    shutdown.abort();
    server.close();
    await database.close();
    process.exit(0);
  }
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function sayExtension(address: string): void {
  const dir = path.join(path.dirname(dashboardDir), '..', '.output', 'chrome-mv3');
  say(
    `Extension: open chrome://extensions, switch on developer mode, "Load unpacked", choose ${path.resolve(dir)}`,
  );
  say(`Pair it: open its side panel on LinkedIn and enter the server address ${address}`);
  say('Then enter the code it shows on your sender profile in the dashboard.');
}

const env = readEnv(process.env);
if (!env.ok)
  fail(['Rapport cannot start. Please correct these settings:', ...env.error.map((line) => `- ${line}`)]);
try {
  await start(env.value);
} catch (error) {
  if (error instanceof DatabaseRefused) fail([`Rapport cannot start. ${error.message}`]);
  throw error;
}
