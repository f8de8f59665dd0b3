import { randomBytes } from 'node:crypto';
import type { Clocks, Timers } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import type { Rng } from '#shared/kernel/prng.ts';
import { createAuth } from '../auth/auth.ts';
import type { Keys } from '../auth/keys.ts';
import type { Database } from '../db/index.ts';
import { mailServers } from '../email/mailServers.ts';
import type { OAuthClient } from '../email/oauth.ts';
import type { SystemMailAccount } from '../email/systemMail.ts';
import { createDns, type Dns } from '../network/dns.ts';
import { type FetchText, fetchText } from '../network/fetchText.ts';
import type { Log } from '../observability/log.ts';
import { createErasureLog, createStopLog } from '../vault/erasureLog.ts';
import { createKeyedHash } from '../vault/keyedHash.ts';
import { createLinks } from '../vault/links.ts';
import { createVault } from '../vault/vault.ts';
import type { Changes } from './changes.ts';
import type { Services } from './context.ts';
import { createPublicUrl } from './workspace/publicUrl.ts';

export interface ServicesOptions {
  database: Database;
  /** Where what must outlive the database lies. */
  dataDir: string;
  keys: Keys;
  log: Log;
  clocks: Clocks;
  timers: Timers;
  newId: NewId;
  rng: Rng;
  /** For event streams: told of every write of a service. */
  changes: Changes;
  /** Also after every write of a service, e.g. to wake the engine. */
  onWrite: () => void;
  /** http://host:port of this process. */
  baseUrl: string;
  publicUrl: string | null;
  trackingUrl?: string | null;
  systemMail?: SystemMailAccount | null;
  /** Sign-ins of mail providers; absent: mailboxes are connected with passwords only. */
  oauthClients?: readonly OAuthClient[];
  /** Absent: the system's name servers. */
  dns?: Dns;
  fetchText?: FetchText;
  /** Mail servers inside the private network may be connected to; absent: they may not. */
  mailPrivateNetwork?: boolean;
  /** Demo and tests: links to loopback count as public. */
  allowLoopback: boolean;
  /** The longest a device may be told to wait before it asks again (real ms); the engine's own when absent. */
  maxAskAgainMs?: number;
  remoteRules?: Services['remoteRules'];
  version: string;
  shutdown: AbortSignal;
}

/** Wires what services need; the same for the server and for tests in process. */
export function createServices(options: ServicesOptions): Services {
  const { database, keys, clocks, changes, newId, publicUrl, shutdown } = options;
  return {
    db: notifying(database, () => {
      changes.notify();
      options.onWrite();
    }),
    clocks,
    timers: options.timers,
    newId,
    rng: options.rng,
    log: options.log,
    auth: createAuth({
      db: database,
      secret: keys.authSecret,
      baseUrl: publicUrl ?? options.baseUrl,
      newId,
      clock: clocks.lease,
      schedule: clocks.schedule,
      log: options.log,
    }),
    vault: createVault(keys.vault),
    changes,
    publicUrl,
    publicUrlCheck: createPublicUrl({
      url: publicUrl,
      key: keys.unsubscribe,
      fetch,
      newId,
      clock: clocks.lease,
      allowLoopback: options.allowLoopback,
      signal: shutdown,
    }),
    trackingUrl: options.trackingUrl ?? null,
    unsubscribeKey: keys.unsubscribe,
    keyedHash: createKeyedHash(keys.unsubscribe),
    erasureLog: createErasureLog(options.dataDir),
    stopLog: createStopLog(options.dataDir),
    links: createLinks(keys.vault, clocks.lease),
    linkBase: publicUrl ?? options.baseUrl,
    systemMail: options.systemMail ?? null,
    oauthClients: options.oauthClients ?? [],
    tokenFlights: new Map(),
    dns: options.dns ?? createDns(),
    fetchText: options.fetchText ?? fetchText,
    mailServers,
    mailPrivateNetwork: options.mailPrivateNetwork ?? false,
    maxAskAgainMs: options.maxAskAgainMs,
    remoteRules: options.remoteRules,
    setupToken: randomBytes(24).toString('base64url'),
    version: options.version,
    shutdown,
  };
}

/** The same database, which says when something was written. */
export function notifying(database: Database, notify: () => void): Database {
  return {
    ...database,
    write: async (work) => {
      const result = await database.write(work);
      notify();
      return result;
    },
  };
}
