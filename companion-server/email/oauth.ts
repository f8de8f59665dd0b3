import * as openid from 'openid-client';
import { z } from 'zod';
import type { MailSignIn } from '#shared/contract/mailbox.ts';
import type { ServerPreset } from '#shared/contract/mailboxPresets.ts';
import { mailboxPresets } from '#shared/contract/mailboxPresets.ts';
import { must } from '#shared/kernel/assert.ts';
import { type Clock, SECOND } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';

/** A provider's sign-in as this server is registered with it. */
export interface OAuthClient {
  provider: MailSignIn;
  /** As the member knows it. */
  name: string;
  /** Where its metadata lie: <issuer>/.well-known/openid-configuration. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  scope: string;
  /** What else the provider wants of the authorization request, above all for a refresh token. */
  parameters: Record<string, string>;
  /** The account's address is also the only one it may send from. */
  sendsAsItself: boolean;
  smtp: ServerPreset;
  imap: ServerPreset;
  /** Tests: the provider is on loopback, without TLS. */
  insecure?: boolean;
}

export interface OAuthTokens {
  accessToken: string;
  /** Real time, unix ms. */
  expiresAt: number;
  /** Null: the provider keeps the one it gave before. */
  refreshToken: string | null;
}

export interface OAuthFailure {
  /** `ended`: the permission is gone, only a person can sign in again. `unreachable`: it may work later. */
  code: 'ended' | 'denied' | 'not_offline' | 'no_address' | 'refused' | 'unreachable';
  /** The provider's own words. */
  response: string;
  sentence: string;
  whatToDo: string;
}

/** Refreshes under way in this process, by mailbox: whoever comes meanwhile waits for the same access token. */
export type TokenFlights = Map<string, Promise<Result<string, OAuthFailure> | null>>;

export interface OAuthRegistration {
  clientId: string;
  clientSecret: string;
}

/** Both providers, where the operator registered this server with them. */
export function oauthClients(registered: {
  google: OAuthRegistration | null;
  microsoft: (OAuthRegistration & { tenant: string }) | null;
}): OAuthClient[] {
  const servers = (id: string) => {
    const { smtp, imap } = must(
      mailboxPresets.find((preset) => preset.id === id),
      id,
    );
    return { smtp, imap };
  };
  const clients: OAuthClient[] = [];
  if (registered.google) {
    clients.push({
      provider: 'google',
      name: 'Google',
      issuer: 'https://accounts.google.com',
      ...registered.google,
      scope: 'openid email https://mail.google.com/',
      // Without both Google gives a refresh token at the very first consent only.
      parameters: { access_type: 'offline', prompt: 'consent' },
      sendsAsItself: true,
      ...servers('gmail'),
    });
  }
  if (registered.microsoft) {
    const { tenant, ...registration } = registered.microsoft;
    clients.push({
      provider: 'microsoft',
      name: 'Microsoft',
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      ...registration,
      scope:
        'openid email profile offline_access https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All',
      parameters: { prompt: 'select_account' },
      sendsAsItself: false,
      ...servers('outlook'),
    });
  }
  return clients;
}

const ANSWER_WITHIN_S = 15;
const discovered = new WeakMap<OAuthClient, Promise<openid.Configuration>>();

/** The provider's metadata, read once; a failed reading is tried again at the next use. */
function configurationOf(client: OAuthClient): Promise<openid.Configuration> {
  const known = discovered.get(client);
  if (known) return known;
  const reading = openid.discovery(new URL(client.issuer), client.clientId, client.clientSecret, undefined, {
    timeout: ANSWER_WITHIN_S,
    execute: client.insecure ? [openid.allowInsecureRequests] : [],
  });
  discovered.set(client, reading);
  reading.catch(() => discovered.delete(client));
  return reading;
}

/** What one sign-in must be finished with; kept on the server until then. */
export interface SignInSecrets {
  state: string;
  nonce: string;
  verifier: string;
}

/** Fresh secrets of one sign-in: state, nonce and PKCE verifier. */
export function newSignInSecrets(): SignInSecrets {
  return {
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    verifier: openid.randomPKCECodeVerifier(),
  };
}

/** Where the member signs in, with PKCE (S256). */
export async function signInUrl(
  client: OAuthClient,
  { state, nonce, verifier }: SignInSecrets,
  { redirectUri, loginHint }: { redirectUri: string; loginHint: string },
): Promise<Result<string, OAuthFailure>> {
  try {
    const configuration = await configurationOf(client);
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: client.scope,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      login_hint: loginHint,
      ...client.parameters,
    });
    return ok(url.href);
  } catch (cause) {
    return err(failureOf(client, cause));
  }
}

const addressClaims = z.object({ email: z.string().optional(), preferred_username: z.string().optional() });

/** Redeems the code of the address that the provider sent the member back to. */
export async function finishSignIn(
  client: OAuthClient,
  secrets: SignInSecrets,
  returned: URL,
  clock: Clock,
): Promise<Result<OAuthTokens & { refreshToken: string; user: string; addresses: string[] }, OAuthFailure>> {
  try {
    const answer = await openid.authorizationCodeGrant(await configurationOf(client), returned, {
      pkceCodeVerifier: secrets.verifier,
      expectedState: secrets.state,
      expectedNonce: secrets.nonce,
      idTokenExpected: true,
    });
    const tokens = tokensOf(answer, clock);
    if (tokens.refreshToken === null) return err(failure(client, 'not_offline', ''));
    const claims = addressClaims.safeParse(answer.claims());
    const names = claims.success ? [claims.data.preferred_username, claims.data.email] : [];
    const addresses = names.flatMap((name) => (name?.includes('@') ? [name.toLowerCase()] : []));
    const [user] = addresses;
    if (!user) return err(failure(client, 'no_address', ''));
    return ok({ ...tokens, refreshToken: tokens.refreshToken, user, addresses });
  } catch (cause) {
    return err(failureOf(client, cause));
  }
}

/** A new access token. */
export async function refreshTokens(
  client: OAuthClient,
  refreshToken: string,
  clock: Clock,
): Promise<Result<OAuthTokens, OAuthFailure>> {
  try {
    return ok(tokensOf(await openid.refreshTokenGrant(await configurationOf(client), refreshToken), clock));
  } catch (cause) {
    return err(failureOf(client, cause));
  }
}

/** An answer without a lifetime is taken to live for the five minutes that every provider grants at least. */
const SHORTEST_S = 300;

function tokensOf(
  answer: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers,
  clock: Clock,
): OAuthTokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: clock.now() + (answer.expiresIn() ?? SHORTEST_S) * SECOND,
  };
}

function failureOf(client: OAuthClient, cause: unknown): OAuthFailure {
  if (cause instanceof openid.AuthorizationResponseError) {
    return failure(client, cause.error === 'access_denied' ? 'denied' : 'refused', wordsOf(cause));
  }
  if (cause instanceof openid.ResponseBodyError) {
    const isEnded = cause.error === 'invalid_grant' || cause.error === 'interaction_required';
    if (isEnded) return failure(client, 'ended', wordsOf(cause));
    return failure(client, cause.status >= 500 ? 'unreachable' : 'refused', wordsOf(cause));
  }
  const code = z.object({ code: z.string() }).safeParse(cause);
  // An answer that is none of the protocol comes from what stands in front of the provider.
  const isAnswer = code.success && /^OAUTH_(?!TIMEOUT|RESPONSE_IS_NOT_CONFORM)/.test(code.data.code);
  const words = cause instanceof Error ? cause.message : String(cause);
  return failure(client, isAnswer ? 'refused' : 'unreachable', words);
}

function wordsOf(error: { error: string; error_description?: string }): string {
  return [error.error, error.error_description].filter(Boolean).join(': ').slice(0, 300);
}

function failure({ name }: OAuthClient, code: OAuthFailure['code'], response: string): OAuthFailure {
  const words: Record<OAuthFailure['code'], [sentence: string, whatToDo: string]> = {
    ended: [
      `${name} ended the permission to use this mailbox.`,
      `Sign in with ${name} again. A changed password, a withdrawn permission or a long silence ends it.`,
    ],
    denied: [
      `You did not allow it at ${name}.`,
      `Sign in with ${name} again and allow reading and sending mail.`,
    ],
    not_offline: [
      `${name} gave no lasting permission.`,
      `Remove Rapport from the apps in your ${name} account, then sign in again.`,
    ],
    no_address: [`${name} did not say whose mailbox it is.`, 'Sign in with an account that has a mailbox.'],
    refused: [
      `${name} refused the sign-in.`,
      `Try again. If it stays so, the operator must check how this server is registered with ${name}.`,
    ],
    unreachable: [`The sign-in server of ${name} does not answer.`, 'Try again later.'],
  };
  const [sentence, whatToDo] = words[code];
  return { code, response, sentence, whatToDo };
}
