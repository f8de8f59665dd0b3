import type { z } from 'zod';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { type Problem, problem, type Route } from './route.ts';

export interface ApiClient {
  /** "" for the dashboard's own origin. */
  baseUrl: string;
  fetch: typeof fetch;
  /** Bearer token of a device; the dashboard uses its session cookie. */
  token?: string;
  /** Sent with every request, so that the server can tell an outdated client what to do. */
  clientVersion: string;
  /** Deadline of one call in ms. */
  timeoutMs: number;
  /** Told what was wrong with an answer that could not be parsed; for whoever develops, not for users. */
  log?(line: string): void;
}

type Input<R extends Route> = {
  params?: z.input<R['params']>;
  query?: z.input<R['query']>;
  body?: z.input<R['body']>;
};

function local(code: string, title: string, detail: string, action: string): Problem {
  return { type: `about:blank#${code}`, title, status: 0, code, detail, action, requestId: '', fields: [] };
}

function urlOf(client: ApiClient, route: Route, input: Input<Route>): string {
  const params = (input.params ?? {}) as Record<string, unknown>;
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const query = search.toString();
  return `${client.baseUrl}${path}${query ? `?${query}` : ''}`;
}

/**
 * Calls one route and parses the answer with the route's own schema. Failures are values: the server's
 * problem details, or `unreachable`, `timeout`, `not_ready` (a server or proxy that is no further than an error),
 * `bad_answer` or `stopped` (`signal`) made here, with status 0.
 */
export async function callApi<R extends Route>(
  client: ApiClient,
  route: R,
  input: Input<R> = {},
  signal?: AbortSignal,
): Promise<Result<z.output<R['response']>, Problem>> {
  const deadline = AbortSignal.timeout(client.timeoutMs);
  const headers: Record<string, string> = {
    accept: 'application/json',
    'x-rapport-client': client.clientVersion,
  };
  if (client.token) headers.authorization = `Bearer ${client.token}`;
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE';
  if (hasBody) headers['content-type'] = 'application/json';
  try {
    const response = await client.fetch(urlOf(client, route, input), {
      method: route.method,
      headers,
      body: hasBody ? JSON.stringify(input.body ?? {}) : undefined,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    const answer = jsonOf(await response.text());
    if (!response.ok) {
      const parsed = problem.safeParse(answer);
      if (parsed.success) return err(parsed.data);
      return err(response.status >= 500 ? notReady(response.status) : badAnswer());
    }
    const parsed = route.response.safeParse(answer);
    if (parsed.success) return ok(parsed.data as z.output<R['response']>);
    client.log?.(`${route.method} ${route.path}: ${parsed.error.message}`);
    return err(badAnswer());
  } catch {
    // A signal of the caller may itself be a deadline.
    const isLate = deadline.aborted || (signal?.aborted && signal.reason?.name === 'TimeoutError');
    if (isLate) {
      return err(local('timeout', 'No answer in time', 'The server did not answer in time.', 'Try again.'));
    }
    if (signal?.aborted)
      return err(local('stopped', 'Stopped', 'This was stopped before the server answered.', 'Try again.'));
    return err(
      local(
        'unreachable',
        'Server not reachable',
        'The Rapport server could not be reached.',
        'Check that it runs and that this computer is online.',
      ),
    );
  }
}

/** Undefined: not JSON, which no schema takes. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notReady(status: number): Problem {
  return local(
    'not_ready',
    'The server is not ready',
    `The server, or a proxy before it, answers with ${status}: it may be starting.`,
    'Wait a moment, then try again; steps and readings are tried again by themselves. If it stays, look whether the server runs.',
  );
}

function badAnswer(): Problem {
  return local(
    'bad_answer',
    'Unexpected answer',
    'The server answered in a form this version does not know.',
    'Update the extension or the server so that both are of the same version.',
  );
}
