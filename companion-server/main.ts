import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import {
  type Clocks,
  SECOND,
  shiftedClock,
  systemClock,
  systemTimers,
  withDeadline,
} from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { systemRng } from '#shared/kernel/prng.ts';
import packageJson from '../package.json' with { type: 'json' };
import { DataFolderRefused, loadKeys } from './auth/keys.ts';
import { DatabaseRefused, markFileOf, openDatabase, recogniseRestore } from './db/index.ts';
import { oauthClients } from './email/oauth.ts';
import {
  type EngineContext,
  holdRestored,
  replayErasures,
  replayStops,
  takeOver,
  unitIn,
} from './engine/index.ts';
import { type Env, readEnv } from './env.ts';
import { createApp } from './http/app.ts';
import { findDashboard } from './http/dashboard.ts';
import { defaultRateLimits, unlimitedRates } from './http/limits.ts';
import { createLog, type Log } from './observability/log.ts';
import { createChanges } from './services/changes.ts';
import { createServices, notifying } from './services/create.ts';
import { startMailWorkers } from './services/mail/worker.ts';
import { createRemoteRules, watchRemoteRules } from './services/remoteRules/file.ts';
import { startEngineLoop } from './services/run/engineLoop.ts';
import { listenForScheduleControl } from './services/run/scheduleControl.ts';
import { startSystemMail } from './services/systemMail/worker.ts';
import { startUpkeep } from './services/upkeep/worker.ts';
import { postWebhook } from './services/webhook/post.ts';
import { startWebhooks } from './services/webhook/worker.ts';
import { isSetupNeeded } from './services/workspace/setup.ts';
import { createErasureLog, createStopLog } from './vault/erasureLog.ts';
import { createKeyedHash } from './vault/keyedHash.ts';

/** While schedule time is moved from outside, a device must not sleep through a jump. */
const MOVED_CLOCK_ASK_MS = 500;
const root = fileURLToPath(new URL('..', import.meta.url));
const ANSWER_WITHIN_MS = 15 * SECOND;
/** Longer than the longest send; afterwards the process ends anyway, and leases bring back what was open. */
const STOP_WITHIN_MS = 70 * SECOND;

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
  const rules = createRemoteRules(env.dataDir);
  const rulesRead = await rules.reload();
  if (!rulesRead.ok) throw new DataFolderRefused(rulesRead.error);
  const database = await openDatabase({ url: env.databaseUrl, authToken: env.databaseAuthToken });
  const shutdown = new AbortController();
  const { signal } = shutdown;
  let offset = env.scheduleOffsetMs;
  const clocks: Clocks = { schedule: shiftedClock(systemClock, () => offset), lease: systemClock };
  const [changes, wakeups, ticked] = [
    createChanges(systemTimers),
    createChanges(systemTimers),
    createChanges(systemTimers),
  ];

  // Before anybody is answered: a device must not claim what was done after the backup.
  const markFile = markFileOf(env.databaseUrl, env.dataDir);
  const keyedHash = createKeyedHash(keys.unsubscribe);
  const erased = await createErasureLog(env.dataDir).read();
  const stops = await createStopLog(env.dataDir).read();
  const restored = await recogniseRestore({
    db: database,
    markFile,
    newId: systemNewId,
    onRestored: async (tx) => {
      const unit = unitIn({ clocks, newId: systemNewId, rng: systemRng, keyedHash }, tx);
      await holdRestored(unit);
      await replayStops(unit, stops);
      const again = await replayErasures(unit, erased);
      if (again > 0) log.warn({ contacts: again }, 'erased again what the backup still held');
    },
  });
  if (restored) log.warn({}, 'the database was restored from a backup: everything is held');

  if (env.publicUrl && !env.trustedProxies) {
    log.warn(
      {},
      'PUBLIC_URL without TRUSTED_PROXIES: if a proxy stands before this server, all its clients share one rate limit',
    );
  }

  const { server, address, setHandler } = await listen(env);
  // Tests and demo send mail only within this computer, where the own address is public enough.
  const publicUrl = env.publicUrl ?? (env.scheduleControl ? address : null);
  const services = createServices({
    database,
    dataDir: env.dataDir,
    keys,
    log,
    clocks,
    timers: systemTimers,
    newId: systemNewId,
    rng: systemRng,
    changes,
    onWrite: wakeups.notify,
    baseUrl: address,
    publicUrl,
    trackingUrl: env.trackingUrl,
    systemMail: env.systemMail,
    mailPrivateNetwork: env.mailPrivateNetwork,
    oauthClients: oauthClients(env.mailSignIn),
    allowLoopback: env.scheduleControl,
    maxAskAgainMs: env.scheduleControl ? MOVED_CLOCK_ASK_MS : undefined,
    remoteRules: rules.current,
    version: packageJson.version,
    shutdown: signal,
  });
  const app = createApp({
    services,
    rates: env.scheduleControl ? unlimitedRates : defaultRateLimits,
    trustedProxies: env.trustedProxies,
    dashboard: await findDashboard(path.join(root, 'dist', 'dashboard')),
    shutdown: signal,
    isReady: () => !signal.aborted,
    metricsToken: env.metricsToken,
  });
  setHandler(app.fetch);

  // The engine's own writes reach open pages, and do not wake the engine again.
  const ctx: EngineContext = {
    db: notifying(database, changes.notify),
    clocks,
    rng: systemRng,
    newId: systemNewId,
    log,
    keyedHash,
  };
  if (database.isSole) await takeOver(ctx);
  const engine = startEngineLoop({
    ctx,
    wakeups,
    onTick: ticked.notify,
    holder: systemNewId(),
    sleep: systemTimers.sleep,
    signal,
  });
  const mail = startMailWorkers({ services, ctx, ticked, wakeEngine: wakeups.notify, signal });
  const systemMail = startSystemMail({ services, ticked, isLeading: engine.isLeading, signal });
  const webhooks = startWebhooks({
    services,
    post: postWebhook,
    ticked,
    isLeading: engine.isLeading,
    signal,
  });

  const watching = watchRemoteRules(rules, { log, sleep: systemTimers.sleep, signal });
  const upkeep = startUpkeep({ services, markFile, isLeading: engine.isLeading, signal });

  const setupUrl = (await isSetupNeeded(database.reader))
    ? `${address}/setup?token=${services.setupToken}`
    : null;
  sayWelcome(env.publicUrl ?? address, address, setupUrl);
  if (publicUrl)
    void services.publicUrlCheck
      .check(true)
      .catch((error: unknown) => log.error({ err: error }, 'the check of PUBLIC_URL failed'));
  if (env.scheduleControl) {
    const tell = listenForScheduleControl({
      ctx,
      setOffset: (ms) => {
        offset = ms;
      },
      isBusy: mail.isBusy,
      wake: wakeups.notify,
    });
    tell({ type: 'ready', port: Number(new URL(address).port), setupUrl });
  }

  onStopSignal(log, async () => {
    const answered = answerAll(server);
    shutdown.abort();
    changes.notify();
    await Promise.all([
      engine.done,
      mail.done,
      systemMail.done,
      webhooks.done,
      upkeep.done,
      watching,
      answered,
    ]);
    await database.close();
  });
}

/** Listens at once, so that the address is known; answers 503 until the application is there. */
async function listen(env: Env) {
  type Fetch = Parameters<typeof serve>[0]['fetch'];
  let handler: Fetch = () => new Response('starting', { status: 503 });
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve, reject) => {
      const listening = serve(
        { fetch: (request, bindings) => handler(request, bindings), hostname: env.host, port: env.port },
        (info) => resolve({ server: listening, port: info.port }),
      );
      listening.once('error', reject);
    },
  );
  const host = env.host.includes(':') ? `[${env.host}]` : env.host === '0.0.0.0' ? '127.0.0.1' : env.host;
  return {
    server,
    address: `http://${host}:${port}`,
    setHandler: (fetch: Fetch) => {
      handler = fetch;
    },
  };
}

/** Accepts nothing new and ends when every request under way has its answer, or was given up. */
async function answerAll(server: ReturnType<typeof serve>): Promise<void> {
  let closed = false;
  server.close(() => {
    closed = true;
  });
  const giveUp = withDeadline(ANSWER_WITHIN_MS);
  while (!closed && !giveUp.aborted) {
    // A connection kept alive becomes idle only after its last answer.
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    await systemTimers.sleep(50, giveUp).catch(() => undefined);
  }
}

function sayWelcome(dashboard: string, address: string, setupUrl: string | null): void {
  say(`Dashboard: ${dashboard}`);
  if (setupUrl) say(`First run, set up here: ${setupUrl}`);
  say(
    `Extension: open chrome://extensions, switch on developer mode, "Load unpacked", choose ${path.join(root, '.output', 'chrome-mv3')}`,
  );
  say(`Pair it: open its side panel and enter the server address ${address}`);
  say('Then enter the code it shows on your sender profile in the dashboard.');
}

/** Ordered: stop accepting, end streams, finish tick and sends, close the database; bounded by a deadline. */
function onStopSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({}, 'stopping');
    const deadline = withDeadline(STOP_WITHIN_MS);
    deadline.addEventListener('abort', () => process.exit(1));
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the ordered shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // The demo and the tests end with their parent.
  if (process.send) process.on('disconnect', onSignal);
}

const env = readEnv(process.env);
if (!env.ok) {
  fail(['Rapport cannot start. Please correct these settings:', ...env.error.map((line) => `- ${line}`)]);
}
try {
  await start(env.value);
} catch (error) {
  if (error instanceof DatabaseRefused || error instanceof DataFolderRefused) {
    fail([`Rapport cannot start. ${error.message}`]);
  }
  if (error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB') {
    fail([
      `Rapport cannot start. ${env.value.databaseUrl} is no database, or it is damaged.`,
      'Restore it from a backup, or move it away to begin with an empty one.',
    ]);
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    fail([
      `Rapport cannot start. Port ${env.value.port} is used by another program.`,
      'Set PORT to another one.',
    ]);
  }
  throw error;
}
