import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import type { Keys } from '../../companion-server/auth/keys.ts';
import { openDatabase } from '../../companion-server/db/index.ts';
import { createApp } from '../../companion-server/http/app.ts';
import { unlimitedRates } from '../../companion-server/http/limits.ts';
import { createLog } from '../../companion-server/observability/log.ts';
import { createChanges } from '../../companion-server/services/changes.ts';
import { createServices } from '../../companion-server/services/create.ts';
import { addMember } from '../conformance/support.ts';
import { newFolder } from '../support/openTestDatabase.ts';
import { SERVER_URL } from './browser.ts';
import { WORKSPACE } from './setup.ts';
import { journalStatements } from './transitions.ts';

const bytes = (fill: number) => new Uint8Array(32).fill(fill);

export const keys: Keys = {
  vault: [{ id: 'k1', key: bytes(1) }],
  authSecret: 'a'.repeat(43),
  unsubscribe: bytes(2),
};

/** A migrated database with a workspace and its signed-in owner, made once per process and copied for each seed. */
export interface Template {
  /** The owner's session cookie. */
  cookie: string;
  ownerId: string;
  copyTo(file: string): void;
}

let template: Promise<Template> | null = null;

export function templateDatabase(): Promise<Template> {
  template ??= make();
  return template;
}

async function make(): Promise<Template> {
  const dir = newFolder('simulation');
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const database = await openDatabase({ url: `file:${join(dir, 'made.db')}` });
  const shutdown = new AbortController();
  let ids = 0;
  const services = createServices({
    database,
    dataDir: dir,
    keys,
    log: createLog('silent'),
    clocks: { lease: systemClock, schedule: systemClock },
    timers: systemTimers,
    newId: () => `template${++ids}`,
    rng: seededRng(1),
    changes: createChanges(systemTimers),
    onWrite: () => undefined,
    baseUrl: SERVER_URL,
    publicUrl: null,
    allowLoopback: true,
    version: 'simulated',
    shutdown: shutdown.signal,
  });
  const app = createApp({
    services,
    rates: unlimitedRates,
    dashboard: null,
    shutdown: shutdown.signal,
    isReady: () => true,
  });
  const server = { app, services, auditRows: async () => 0, close: async () => undefined };
  const { cookie, userId: ownerId } = await addMember(
    server,
    { id: WORKSPACE, isNew: true },
    'owner',
    'olga@team.test',
  );
  for (const statement of journalStatements) await database.write((tx) => tx.run(sql.raw(statement)));
  const file = join(dir, 'template.db');
  await database.reader.run(sql.raw(`VACUUM INTO '${file}'`));
  await database.close();
  return { cookie, ownerId, copyTo: (target) => copyFileSync(file, target) };
}
