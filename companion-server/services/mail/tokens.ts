import { and, eq } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { schema } from '../../db/index.ts';
import { type OAuthClient, type OAuthFailure, refreshTokens } from '../../email/oauth.ts';
import type { Services } from '../context.ts';
import { type OAuthSecret, openStored, type StoredSecret, sealSecret } from './secret.ts';

const { mailbox } = schema;

/** A token that lives no longer than this is replaced before it is used. */
const SPARE_MS = 5 * MINUTE;

/** Null: somebody replaced the stored sign-in meanwhile; it is to be read again. */
type Refresh = Promise<Result<string, OAuthFailure> | null>;

type Stored = StoredSecret<OAuthSecret>;

/** A usable access token of a mailbox; `renew`: the present one was refused. */
export async function accessTokenOf(
  services: Services,
  client: OAuthClient,
  channelId: string,
  stored: Stored,
  renew: boolean,
): Refresh {
  const { secret } = stored;
  const left = secret.expiresAt - services.clocks.lease.now();
  if (!renew && left > SPARE_MS) return ok(secret.accessToken);
  const refreshed = await refreshOnce(services, client, channelId, stored);
  // A sign-in server that is away for a while does not stop a token that still lives.
  if (refreshed && !refreshed.ok && refreshed.error.code === 'unreachable' && !renew && left > 0) {
    return ok(secret.accessToken);
  }
  return refreshed;
}

function refreshOnce(services: Services, client: OAuthClient, channelId: string, stored: Stored): Refresh {
  const { tokenFlights } = services;
  const under = tokenFlights.get(channelId);
  if (under) return under;
  const flight = refresh(services, client, channelId, stored).finally(() => tokenFlights.delete(channelId));
  tokenFlights.set(channelId, flight);
  return flight;
}

async function refresh(services: Services, client: OAuthClient, channelId: string, stored: Stored): Refresh {
  const { secret } = stored;
  if (secret.refreshToken === null) return err(secretEnded(client));
  const answer = await refreshTokens(client, secret.refreshToken, services.clocks.lease);
  if (answer.ok) {
    const { accessToken, expiresAt, refreshToken } = answer.value;
    const next = { ...secret, accessToken, expiresAt, refreshToken: refreshToken ?? secret.refreshToken };
    return (await replace(services, channelId, stored, next)) ? ok(accessToken) : null;
  }
  if (answer.error.code !== 'ended') return err(answer.error);
  // Nobody asks the provider again with it: only a person can sign in.
  const isLast = await replace(services, channelId, stored, { ...secret, refreshToken: null });
  return isLast ? answer : null;
}

function secretEnded(client: OAuthClient): OAuthFailure {
  return {
    code: 'ended',
    response: '',
    sentence: `${client.name} ended the permission to use this mailbox.`,
    whatToDo: `Sign in with ${client.name} again.`,
  };
}

/** Only in the place of what was read: a person, or another process, may have signed in anew. False: so it is. */
async function replace(
  services: Services,
  channelId: string,
  { sealed: before, secret }: Stored,
  next: OAuthSecret,
): Promise<boolean> {
  const sealed = await sealSecret(services.vault, channelId, next);
  const updatedAt = services.clocks.lease.now();
  const rows = await services.db.write((tx) =>
    tx
      .update(mailbox)
      .set({ sealed, updatedAt })
      .where(and(eq(mailbox.channelId, channelId), eq(mailbox.sealed, before)))
      .returning({ id: mailbox.channelId }),
  );
  if (rows.length > 0) return true;
  const now = await openStored(services, channelId);
  // The same under a new key of the vault.
  if (now?.secret.kind !== 'oauth' || now.secret.refreshToken !== secret.refreshToken) return false;
  return replace(services, channelId, { sealed: now.sealed, secret: now.secret }, next);
}
