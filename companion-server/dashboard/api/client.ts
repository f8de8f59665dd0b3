import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { callApi } from '#shared/contract/callApi.ts';
import type { Problem, Route } from '#shared/contract/route.ts';

/** What a route takes: path parameters, query and body as they stand before parsing. */
export type Input<R extends Route> = NonNullable<Parameters<typeof callApi<R>>[2]>;
export type Output<R extends Route> = z.output<R['response']>;

/** A problem of the server as an exception, because that is how TanStack Query hears of failures. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Any failure as a problem that can be shown: what no server told is a defect of the page. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    type: 'about:blank#page_error',
    title: 'Something went wrong in this page',
    status: 0,
    code: 'page_error',
    detail: error instanceof Error ? error.message : String(error),
    action: 'Reload the page. If it stays, tell whoever runs the server.',
    requestId: '',
    fields: [],
  };
}

const DEADLINE_MS = 20_000;

/** Calls one route with the session cookie; throws `ProblemError`. */
export async function call<R extends Route>(
  route: R,
  input: Input<R> = {},
  options: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Output<R>> {
  const result = await callApi(
    {
      baseUrl: '',
      fetch: (target, init) => window.fetch(target, init),
      clientVersion: `dashboard/${__RAPPORT_VERSION__}`,
      timeoutMs: options.timeoutMs ?? DEADLINE_MS,
      log: (line) => console.warn(line),
    },
    route,
    input,
    options.signal,
  );
  if (!result.ok) throw new ProblemError(result.error);
  return result.value;
}

/** Query options of a GET route. The key starts with the path, so that live updates can find it. */
export function queryFor<R extends Route>(route: R, input: Input<R> = {}) {
  return queryOptions<Output<R>, ProblemError>({
    queryKey: [route.path, input],
    queryFn: ({ signal }) => call(route, input, { signal }),
  });
}

interface Page {
  items: unknown[];
  nextCursor: string | null;
}

/** Query options of a route that answers keyset pages, for "Load more". */
export function pagesFor<R extends Route>(route: R, input: Input<R> = {}) {
  return infiniteQueryOptions({
    queryKey: [route.path, 'pages', input] as const,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) => {
      const query = { ...(input.query as object | undefined), cursor: pageParam ?? undefined };
      return call(route, { ...input, query } as Input<R>, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last: Output<R>) => (last as Page).nextCursor,
  });
}
