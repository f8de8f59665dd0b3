import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An OpenID provider on loopback: signs everybody in as `account`, as long as nobody says otherwise. */
export interface OAuthServer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in; `null` claims: the provider does not say. */
  account: { email: string | null };
  /** What the next authorization answers instead of a code. */
  deny: string | null;
  /** No refresh token is given. */
  offline: boolean;
  /** Lifetime of access tokens, seconds. */
  expiresIn: number;
  /** Refresh requests so far. */
  refreshes(): number;
  /** Until `release`, refresh requests wait for their answer. */
  hold(): { release(): void };
  /** Ends every permission given so far. */
  revoke(): void;
  /** The address an access token opens; null: none. */
  addressOf(token: string): string | null;
  /** Answers 503 to token requests while true. */
  away: boolean;
  stop(): Promise<void>;
}

interface Grant {
  email: string;
  challenge: string;
  nonce: string;
  redirectUri: string;
}

export async function startOAuthServer(): Promise<OAuthServer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, string>();
  const accessTokens = new Map<string, string>();
  let refreshCount = 0;
  let gate: Promise<void> = Promise.resolve();

  const random = () => randomBytes(16).toString('base64url');
  const server = createServer((request, response) => {
    answer(request, response).catch((cause: unknown) => {
      response.writeHead(500).end(String(cause));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  const json = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  const self: OAuthServer = {
    issuer,
    clientId: 'rapport',
    clientSecret: 'client secret',
    account: { email: 'anna@team.test' },
    deny: null,
    offline: true,
    expiresIn: 3600,
    away: false,
    refreshes: () => refreshCount,
    hold() {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return { release: () => release() };
    },
    revoke() {
      refreshTokens.clear();
      accessTokens.clear();
    },
    addressOf: (token) => accessTokens.get(token) ?? null,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration') {
      json(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (url.pathname === '/jwks') json(response, 200, { keys: [jwk] });
    else if (url.pathname === '/authorize') authorize(url, response);
    else if (url.pathname === '/introspect') {
      const email = accessTokens.get(url.searchParams.get('token') ?? '');
      json(response, 200, email ? { active: true, email } : { active: false });
    } else if (url.pathname === '/token') await token(await bodyOf(request), request, response);
    else response.writeHead(404).end();
  }

  function authorize(url: URL, response: ServerResponse): void {
    const { searchParams: asked } = url;
    const back = new URL(asked.get('redirect_uri') ?? issuer);
    back.searchParams.set('state', asked.get('state') ?? '');
    if (self.deny) back.searchParams.set('error', self.deny);
    else {
      const code = random();
      codes.set(code, {
        email: self.account.email ?? '',
        challenge: asked.get('code_challenge') ?? '',
        nonce: asked.get('nonce') ?? '',
        redirectUri: asked.get('redirect_uri') ?? '',
      });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  async function token(
    form: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const isRefresh = form.get('grant_type') === 'refresh_token';
    if (isRefresh) {
      refreshCount += 1;
      await gate;
    }
    if (self.away) return void json(response, 503, { error: 'temporarily_unavailable' });
    if (!isClient(form, request)) return void json(response, 401, { error: 'invalid_client' });
    const ended = { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' };
    if (isRefresh) {
      const old = form.get('refresh_token') ?? '';
      const email = refreshTokens.get(old);
      if (email === undefined) return void json(response, 400, ended);
      // Rotated, as Microsoft does: the old one is used up.
      refreshTokens.delete(old);
      return void json(response, 200, tokensFor(email));
    }
    const code = form.get('code') ?? '';
    const grant = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri')) {
      return void json(response, 400, ended);
    }
    const idToken = await new SignJWT({ nonce: grant.nonce, ...(grant.email ? { email: grant.email } : {}) })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience(self.clientId)
      .setSubject('4711')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    json(response, 200, { ...tokensFor(grant.email), id_token: idToken });
  }

  function isClient(form: URLSearchParams, request: IncomingMessage): boolean {
    const basic = Buffer.from(
      request.headers.authorization?.slice('Basic '.length) ?? '',
      'base64',
    ).toString();
    const [id, secret] = basic ? basic.split(':') : [form.get('client_id'), form.get('client_secret')];
    const plain = decodeURIComponent((secret ?? '').replaceAll('+', ' '));
    return id === self.clientId && plain === self.clientSecret;
  }

  function tokensFor(email: string): object {
    const [access, refresh] = [random(), random()];
    accessTokens.set(access, email);
    if (self.offline) refreshTokens.set(refresh, email);
    return {
      access_token: access,
      token_type: 'Bearer',
      expires_in: self.expiresIn,
      ...(self.offline ? { refresh_token: refresh } : {}),
    };
  }
  return self;
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
