import type { Context } from 'hono';
import type { z } from 'zod';
import type { Route } from '#shared/contract/route.ts';
import type { DeviceCall, MemberCall, Services } from '../services/context.ts';
import { Refusal } from '../services/refusal.ts';
import { deviceCall, memberCall, requireOwnOrigin } from './callers.ts';
import type { App, HttpEnv } from './httpEnv.ts';
import { describeRoute } from './openApi.ts';
import { invalidInput } from './problem.ts';

interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  request: Context<HttpEnv>;
}

type Handler<Call, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> = (
  call: Call,
  input: Input<P, Q, B>,
) => Promise<z.input<R>>;

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

async function readBody(c: Context<HttpEnv>, method: Route['method']): Promise<unknown> {
  if (method === 'GET' || method === 'DELETE') return {};
  const text = await c.req.text();
  if (text === '') return {};
  if (!c.req.header('content-type')?.includes('json')) {
    throw new Refusal(415, 'not_json', 'The body must be JSON.', 'Send content-type: application/json.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'invalid_json', 'The body is no valid JSON.', 'Check the request.');
  }
}

/** Registers one route of the contract: who may call first, then all input parsed, then the answer too. */
function serve<Call, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  app: App,
  route: Route<P, Q, B, R>,
  caller: (c: Context<HttpEnv>) => Promise<Call>,
  handler: Handler<Call, P, Q, B, R>,
): void {
  describeRoute(app, route);
  app.on(route.method, route.path, async (c) => {
    const call = await caller(c);
    const input = {
      params: parse(route.params, c.req.param()),
      query: parse(route.query, c.req.query()),
      body: parse(route.body, await readBody(c, route.method)),
      request: c,
    };
    const answer = route.response.parse(await handler(call, input));
    return c.body(JSON.stringify(answer), 200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
  });
}

/** For a signed-in member of a workspace. Writes must come from our own pages (CSRF). */
export function serveMember<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>(app: App, route: Route<P, Q, B, R>, handler: Handler<MemberCall, P, Q, B, R>): void {
  serve(
    app,
    route,
    (c) => {
      if (route.method !== 'GET') requireOwnOrigin(c);
      return memberCall(c);
    },
    handler,
  );
}

/** For a paired extension, by bearer token only. */
export function serveDevice<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>(app: App, route: Route<P, Q, B, R>, handler: Handler<DeviceCall, P, Q, B, R>): void {
  serve(app, route, deviceCall, handler);
}

/** For anybody. */
export function servePublic<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>(app: App, route: Route<P, Q, B, R>, handler: Handler<Services, P, Q, B, R>): void {
  serve(app, route, async (c) => c.get('services'), handler);
}
