import type { Context } from 'hono';
import { z } from 'zod';
import { Refusal } from '../services/refusal.ts';
import { requireOwner } from '../services/scope.ts';
import { memberCall, requireOwnOrigin } from './callers.ts';
import type { App, HttpEnv } from './httpEnv.ts';
import { problemResponse } from './problem.ts';

/**
 * What of better-auth is reachable over HTTP. Everything else (approving and redeeming device codes, changing or ending
 * a membership) only happens inside our own services, which add the checks of the product.
 */
const open: Record<string, readonly string[]> = {
  GET: [
    '/get-session',
    '/organization/list-members',
    '/organization/list-invitations',
    '/organization/get-invitation',
  ],
  POST: [
    '/sign-in/email',
    '/sign-up/email',
    '/sign-out',
    '/change-password',
    '/update-user',
    '/device/code',
    '/organization/invite-member',
    '/organization/accept-invitation',
    '/organization/reject-invitation',
    '/organization/cancel-invitation',
  ],
};

const libraryError = z.object({
  code: z.string().optional(),
  message: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
});

/** Mounts better-auth at /api/auth; its errors become problem details too. */
export function serveAuth(app: App): void {
  app.on(['GET', 'POST'], '/api/auth/*', async (c) => {
    const path = c.req.path.slice('/api/auth'.length);
    if (!open[c.req.method]?.includes(path)) {
      return problemResponse(c, new Refusal(404, 'not_found', 'This address does not exist.'));
    }
    const isDevice = path === '/device/code';
    if (c.req.method === 'POST' && !isDevice) requireOwnOrigin(c);
    // The id of an invitation is what lets somebody make that account: only the owner sees them.
    if (path === '/organization/list-invitations') requireOwner(await memberCall(c));
    const { auth } = c.get('services');
    const response = await auth.handler(await authRequest(c, isDevice, auth.options.baseURL));
    if (response.status >= 400) return libraryProblem(c, response);
    return withSecureCookies(c, response);
  });
}

/**
 * The library knows one origin, this server is reachable under several: origins were checked above, so it
 * gets its own. The device code is asked for by the extension, without cookies.
 */
async function authRequest(c: Context<HttpEnv>, isDevice: boolean, baseUrl: string): Promise<Request> {
  const headers = new Headers(c.req.raw.headers);
  headers.set('origin', new URL(baseUrl).origin);
  if (isDevice) headers.delete('cookie');
  const body = c.req.method === 'POST' ? await c.req.text() : undefined;
  return new Request(new URL(c.req.path + new URL(c.req.url).search, baseUrl), {
    method: c.req.method,
    headers,
    body: body || undefined,
  });
}

const known: Record<string, { code: string; detail: string; action: string }> = {
  invalid_email_or_password: {
    code: 'wrong_credentials',
    detail: 'Email address or password is not correct.',
    action: 'Check both and try again.',
  },
  invitation_needed: {
    code: 'invitation_needed',
    detail: 'An account needs an open invitation for this email address.',
    action: 'Open the link of your invitation, or ask for a new one.',
  },
};

async function libraryProblem(c: Context<HttpEnv>, response: Response): Promise<Response> {
  const parsed = libraryError.safeParse(await response.json().catch(() => ({})));
  const error = parsed.success ? parsed.data : {};
  const code = (error.code ?? error.error ?? 'auth_failed').toLowerCase();
  const status = ([400, 401, 403, 404, 409, 422, 429] as const).find((one) => one === response.status) ?? 400;
  const words = known[code];
  return problemResponse(
    c,
    new Refusal(
      status,
      words?.code ?? code,
      words?.detail ?? error.message ?? error.error_description ?? 'The sign-in service refused.',
      words?.action ?? null,
    ),
  );
}

/** Cookies get Secure exactly where they came over https, so that plain http on loopback works as well. */
export function withSecureCookies(c: Context<HttpEnv>, response: Response): Response {
  const { publicUrl } = c.get('services');
  const overHttps =
    c.req.url.startsWith('https:') ||
    (publicUrl?.startsWith('https:') && new URL(publicUrl).host === new URL(c.req.url).host);
  if (!overHttps) return response;
  const headers = new Headers(response.headers);
  headers.delete('set-cookie');
  for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', `${cookie}; Secure`);
  return new Response(response.body, { status: response.status, headers });
}
