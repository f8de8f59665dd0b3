import path from 'node:path';
import { fileURLToPath } from 'node:url';
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
import { type Database, DatabaseRefused, markFileOf, openDatabase, recogniseRestore } from './db/index.ts';
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
import { listen } from './http/listen.ts';
import { createLog, type Log } from './observability/log.ts';
import { createChanges } from './services/changes.ts';
import type { Services } from './services/context.ts';
import { createServices, notifying } from './services/create.ts';
import { createRemoteRules } from './services/remoteRules/file.ts';
import { listenForScheduleControl } from './services/run/scheduleControl.ts';
import { startWorkers } from './services/run/workers.ts';
import { isSetupNeeded } from './services/workspace/setup.ts';
import { createErasureLog, createStopLog } from './vault/erasureLog.ts';
import { createKeyedHash } from './vault/keyedHash.ts';

/** While schedule time is moved from outside, a device must not sleep through a jump. */
const MOVED_CLOCK_ASK_MS = 500;
const root = fileURLToPath(new URL('..', import.meta.url));
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
  const keyedHash = createKeyedHash(keys.unsubscribe);
  const ctx: EngineContext = {
    // The engine's own writes reach open pages, and do not wake the engine again.
    db: notifying(database, changes.notify),
    clocks,
    rng: systemRng,
    newId: systemNewId,
    log,
    keyedHash,
  };
  // Before anybody is answered: a device must not claim what was done after the backup.
  const markFile = markFileOf(env.databaseUrl, env.dataDir);
  await heedRestore(env, ctx, database, markFile);
  warnOfProxies(env, log);

  const listening = await listen(env);
  const { address } = listening;
  // Tests and demo send mail only within this computer, where the own address is public enough.
  const publicUrl = env.publicUrl ?? (env.scheduleControl ? address : null);
  const services = createServices({
    ...settingsOf(env),
    database,
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
    remoteRules: rules.current,
    version: packageJson.version,
    shutdown: signal,
  });
  listening.setHandler(await appOf(env, services));
  if (database.isSole) await takeOver(ctx);
  const workers = startWorkers({ services, ctx, rules, markFile, wakeups, ticked, signal });

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
      isBusy: workers.isMailBusy,
      wake: wakeups.notify,
    });
    tell({ type: 'ready', port: Number(new URL(address).port), setupUrl });
  }

  onStopSignal(log, async () => {
    const answered = listening.answerAll(systemTimers);
    shutdown.abort();
    changes.notify();
    await Promise.all([workers.done, answered]);
    await database.close();
  });
}

/** A database from a backup: everything is held, and what the logs beside it say of stops and erasures is done again. */
async function heedRestore(env: Env, ctx: EngineContext, db: Database, markFile: string): Promise<void> {
  const erased = await createErasureLog(env.dataDir).read();
  const stops = await createStopLog(env.dataDir).read();
  const restored = await recogniseRestore({
    db,
    markFile,
    newId: systemNewId,
    onRestored: async (tx) => {
      const unit = unitIn(ctx, tx);
      await holdRestored(unit);
      await replayStops(unit, stops);
      const again = await replayErasures(unit, erased);
      if (again > 0) ctx.log?.warn({ contacts: again }, 'erased again what the backup still held');
    },
  });
  if (restored) ctx.log?.warn({}, 'the database was restored from a backup: everything is held');
}

function warnOfProxies(env: Env, log: Log): void {
  if (!env.publicUrl || env.trustedProxies) return;
  log.warn(
    {},
    'PUBLIC_URL without TRUSTED_PROXIES: if a proxy stands before this server, all its clients share one rate limit',
  );
}

/** What services take from the environment as it is. */
function settingsOf(env: Env) {
  return {
    dataDir: env.dataDir,
    trackingUrl: env.trackingUrl,
    systemMail: env.systemMail,
    mailPrivateNetwork: env.mailPrivateNetwork,
    oauthClients: oauthClients(env.mailSignIn),
    allowLoopback: env.scheduleControl,
    maxAskAgainMs: env.scheduleControl ? MOVED_CLOCK_ASK_MS : undefined,
  };
}

async function appOf(env: Env, services: Services) {
  const { shutdown } = services;
  const app = createApp({
    services,
    rates: env.scheduleControl ? unlimitedRates : defaultRateLimits,
    trustedProxies: env.trustedProxies,
    dashboard: await findDashboard(path.join(root, 'dist', 'dashboard')),
    shutdown,
    isReady: () => !shutdown.aborted,
    metricsToken: env.metricsToken,
  });
  return app.fetch;
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
