import { eq } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { schema } from '../../db/index.ts';
import { type OAuthClient, type OAuthFailure, refreshTokens } from '../../email/oauth.ts';
import type { Services } from '../context.ts';
import { type OAuthSecret, openSecret, sealSecret } from './secret.ts';

const { mailbox } = schema;

/** A token that lives no longer than this is replaced before it is used. */
const SPARE_MS = 5 * MINUTE;

type Refresh = Promise<Result<string, OAuthFailure>>;

/** A usable access token of a mailbox; `renew`: the present one was refused. */
export async function accessTokenOf(
  services: Services,
  client: OAuthClient,
  channelId: string,
  secret: OAuthSecret,
  renew: boolean,
): Refresh {
  const left = secret.expiresAt - services.clocks.lease.now();
  if (!renew && left > SPARE_MS) return ok(secret.accessToken);
  const refreshed = await refreshOnce(services, client, channelId, secret);
  // A sign-in server that is away for a while does not stop a token that still lives.
  if (!refreshed.ok && refreshed.error.code === 'unreachable' && !renew && left > 0) {
    return ok(secret.accessToken);
  }
  return refreshed;
}

function refreshOnce(
  services: Services,
  client: OAuthClient,
  channelId: string,
  secret: OAuthSecret,
): Refresh {
  const { tokenFlights } = services;
  const under = tokenFlights.get(channelId);
  if (under) return under;
  const flight = refresh(services, client, channelId, secret).finally(() => tokenFlights.delete(channelId));
  tokenFlights.set(channelId, flight);
  return flight;
}

async function refresh(
  services: Services,
  client: OAuthClient,
  channelId: string,
  secret: OAuthSecret,
): Refresh {
  if (secret.refreshToken === null) return err(secretEnded(client));
  const answer = await refreshTokens(client, secret.refreshToken, services.clocks.lease);
  if (answer.ok) {
    const { accessToken, expiresAt, refreshToken } = answer.value;
    const next = { ...secret, accessToken, expiresAt, refreshToken: refreshToken ?? secret.refreshToken };
    await store(services, channelId, next);
    return ok(accessToken);
  }
  if (answer.error.code !== 'ended') return err(answer.error);
  // Another process may have used up this refresh token for a newer one.
  const stored = await openSecret(services, channelId);
  if (stored?.kind === 'oauth' && stored.refreshToken !== secret.refreshToken) return ok(stored.accessToken);
  // Nobody asks the provider again with it: only a person can sign in.
  await store(services, channelId, { ...secret, refreshToken: null });
  return answer;
}

function secretEnded(client: OAuthClient): OAuthFailure {
  return {
    code: 'ended',
    response: '',
    sentence: `${client.name} ended the permission to use this mailbox.`,
    whatToDo: `Sign in with ${client.name} again.`,
  };
}

async function store(services: Services, channelId: string, secret: OAuthSecret): Promise<void> {
  const sealed = await sealSecret(services.vault, channelId, secret);
  const updatedAt = services.clocks.lease.now();
  await services.db.write((tx) =>
    tx.update(mailbox).set({ sealed, updatedAt }).where(eq(mailbox.channelId, channelId)),
  );
}
