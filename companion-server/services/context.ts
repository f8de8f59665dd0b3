import type { Clocks, Timers } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import type { Rng } from '#shared/kernel/prng.ts';
import type { Auth } from '../auth/auth.ts';
import type { Role } from '../auth/membership.ts';
import type { Database, Tx } from '../db/index.ts';
import { schema } from '../db/index.ts';
import type { MailServers } from '../email/mailServers.ts';
import type { OAuthClient, TokenFlights } from '../email/oauth.ts';
import type { SystemMailAccount } from '../email/systemMail.ts';
import type { EngineContext } from '../engine/index.ts';
import type { Dns } from '../network/dns.ts';
import type { FetchText } from '../network/fetchText.ts';
import type { Log } from '../observability/log.ts';
import type { ErasureLog, StopLog } from '../vault/erasureLog.ts';
import type { KeyedHash } from '../vault/keyedHash.ts';
import type { SignedLinks } from '../vault/links.ts';
import type { Vault } from '../vault/vault.ts';
import type { Changes } from './changes.ts';
import type { PublicUrl } from './workspace/publicUrl.ts';

/** What every service may use; made once by main.ts. */
export interface Services {
  db: Database;
  clocks: Clocks;
  timers: Timers;
  newId: NewId;
  rng: Rng;
  /** Passed to the engine: the longest a device may be told to wait (real ms). */
  maxAskAgainMs?: number;
  /** The operator's rules for LinkedIn, as they are in force. */
  remoteRules?: EngineContext['remoteRules'];
  log: Log;
  auth: Auth;
  vault: Vault;
  changes: Changes;
  publicUrl: string | null;
  /** Where opens and clicks are reported; null: the public address. */
  trackingUrl: string | null;
  publicUrlCheck: PublicUrl;
  unsubscribeKey: Uint8Array;
  keyedHash: KeyedHash;
  erasureLog: ErasureLog;
  stopLog: StopLog;
  links: SignedLinks;
  /** Where links in mail to members lead: the public address, or this computer's own. */
  linkBase: string;
  /** The account that mails members; null: not configured. */
  systemMail: SystemMailAccount | null;
  /** Providers whose sign-in this server is registered for. */
  oauthClients: readonly OAuthClient[];
  tokenFlights: TokenFlights;
  dns: Dns;
  /** Over https from the internet only. */
  fetchText: FetchText;
  /** What the mail worker reaches mailboxes through. */
  mailServers: MailServers;
  /** The operator lets mailboxes lie inside the private network. */
  mailPrivateNetwork: boolean;
  /** Of the first-run link; asked for while no owner exists. */
  setupToken: string;
  version: string;
  /** Aborts when the server stops: ends what waits on a network. */
  shutdown: AbortSignal;
}

export interface MemberActor {
  kind: 'member';
  id: string;
  userId: string;
  role: Role;
  name: string;
  email: string;
}

export interface DeviceActor {
  kind: 'device';
  id: string;
  deviceId: string;
  senderId: string;
  /** The rep who owns the sender profile. */
  userId: string;
}

/** One call by somebody known, inside one workspace. */
export interface Call extends Services {
  workspaceId: string;
  actor: MemberActor | DeviceActor;
}

export interface MemberCall extends Call {
  actor: MemberActor;
  /** For better-auth, which finds the session in them. */
  headers: Headers;
}

export interface DeviceCall extends Call {
  actor: DeviceActor;
}

/** Who changed what, written in the transaction of the change; tells open pages too. Ids only, no personal data. */
export async function audit(
  tx: Tx,
  call: Call,
  entry: { action: string; entity: string; entityId: string; data?: Record<string, unknown> },
): Promise<void> {
  const at = call.clocks.lease.now();
  await tx.insert(schema.audit).values({
    id: call.newId(),
    workspaceId: call.workspaceId,
    actor: `${call.actor.kind}:${call.actor.id}`,
    action: entry.action,
    entity: entry.entity,
    entityId: entry.entityId,
    at,
    data: entry.data ?? null,
  });
  await tx.insert(schema.outbox).values({
    workspaceId: call.workspaceId,
    topic: entry.entity,
    entityId: entry.entityId,
    at,
  });
}
