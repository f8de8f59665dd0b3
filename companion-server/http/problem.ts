import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import type { Problem } from '#shared/contract/route.ts';
import { Refusal } from '../services/refusal.ts';
import type { HttpEnv } from './httpEnv.ts';

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Wrong method',
  409: 'Not possible now',
  410: 'Gone',
  413: 'Too large',
  415: 'Wrong content type',
  422: 'Invalid input',
  429: 'Too many requests',
  500: 'Server error',
  502: 'Another server refused',
  503: 'Not ready',
};

/** RFC 9457 problem details. */
export function problemResponse(c: Context<HttpEnv>, refusal: Refusal): Response {
  const body: Problem = {
    type: `about:blank#${refusal.code}`,
    title: titles[refusal.status] ?? 'Problem',
    status: refusal.status,
    code: refusal.code,
    detail: refusal.detail,
    action: refusal.action,
    requestId: c.get('requestId') ?? '',
    fields: refusal.fields,
  };
  return c.body(JSON.stringify(body), refusal.status as ContentfulStatusCode, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
}

/** Everything that was not foreseen: the log has the cause, the answer only its request id. */
export function unexpectedResponse(c: Context<HttpEnv>): Response {
  const body: Problem = {
    type: 'about:blank#internal_error',
    title: 'Server error',
    status: 500,
    code: 'internal_error',
    detail: 'Something went wrong on the server. It is not certain whether it was done.',
    action: `Reload to see where it stands before you try again. If it stays, look for request ${c.get('requestId')} in the server's log.`,
    requestId: c.get('requestId') ?? '',
    fields: [],
  };
  return c.body(JSON.stringify(body), 500, { 'content-type': 'application/problem+json' });
}

/** What a schema found, each with the path of the field at fault. */
export function invalidInput(error: z.ZodError): Refusal {
  const fields = error.issues.map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: issue.message,
  }));
  const named = fields.map((fault) => (fault.field ? `${fault.field}: ${fault.message}` : fault.message));
  return new Refusal(
    422,
    'invalid_input',
    `Some of the input is not valid (${named.slice(0, 3).join('; ')}).`,
    'Correct the named fields.',
    fields,
  );
}
