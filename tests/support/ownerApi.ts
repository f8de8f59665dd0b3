import { type ApiClient, callApi } from '#shared/contract/callApi.ts';
import type { Route } from '#shared/contract/route.ts';
import { setupRoutes } from '#shared/contract/workspace.ts';
import { must } from '#shared/kernel/assert.ts';
import { owner } from './cast.ts';
import type { ServerProcess } from './serverProcess.ts';

/** The dashboard's API as a signed-in member calls it: same routes, same session cookie, no browser. */
export interface OwnerApi {
  client: ApiClient;
  call<R extends Route>(
    route: R,
    input?: Parameters<typeof callApi<R>>[2],
  ): Promise<Extract<Awaited<ReturnType<typeof callApi<R>>>, { ok: true }>['value']>;
}

/** `fetch` with a cookie jar for one origin. */
function cookieFetch(origin: string): typeof fetch {
  const jar = new Map<string, string>();
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('origin', origin);
    headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(input, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
}

/** An API whose failures throw: in tests and the demo every call is meant to work. */
export function ownerApi(origin: string): OwnerApi {
  const client: ApiClient = {
    baseUrl: origin,
    fetch: cookieFetch(origin),
    clientVersion: 'tests',
    timeoutMs: 30_000,
  };
  return {
    client,
    async call(route, input) {
      const result = await callApi(client, route, input);
      if (!result.ok) throw new Error(`${route.method} ${route.path}: ${JSON.stringify(result.error)}`);
      return result.value;
    },
  };
}

/** First run by API: makes owner and workspace and stays signed in. */
export async function setUpOwner(server: ServerProcess): Promise<OwnerApi> {
  const token = must(new URL(must(server.setupUrl, 'set-up link')).searchParams.get('token'), 'set-up token');
  const api = ownerApi(server.origin);
  await api.call(setupRoutes.run, { body: { token, ...owner } });
  return api;
}

/** Signs in as the owner with the password, as the login page does. */
export async function signedInApi(origin: string): Promise<OwnerApi> {
  const api = ownerApi(origin);
  const response = await api.client.fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  });
  if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`);
  return api;
}
