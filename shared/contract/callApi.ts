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
 * problem details, or `unreachable`, `timeout` or `bad_answer` made here.
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
    const answer: unknown = await response.json();
    if (!response.ok) {
      const parsed = problem.safeParse(answer);
      return err(parsed.success ? parsed.data : badAnswer(`status ${response.status}`));
    }
    const parsed = route.response.safeParse(answer);
    return parsed.success ? ok(parsed.data as z.output<R['response']>) : err(badAnswer(parsed.error.message));
  } catch (error) {
    if (deadline.aborted) {
      return err(local('timeout', 'No answer in time', 'The server did not answer in time.', 'Try again.'));
    }
    if (error instanceof SyntaxError) return err(badAnswer('not JSON'));
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

function badAnswer(detail: string): Problem {
  return local(
    'bad_answer',
    'Unexpected answer',
    `The server answered in a form this version does not know (${detail}).`,
    'Update the extension or the server so that both are of the same version.',
  );
}
