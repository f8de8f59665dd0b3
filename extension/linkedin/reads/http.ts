import type { z } from 'zod';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import { deadline, type PageEnv } from '../env.ts';
import { before } from '../failure.ts';
import { isChallengePath, isLoginPath } from '../session.ts';

/** Why a read gave nothing. */
export interface ReadProblem {
  failure: LinkedinFailure;
  /** `changed`: the call or its shape is not what we know, the page itself may still tell; else stop. */
  kind: 'stop' | 'changed' | 'missing' | 'trouble';
  /** LinkedIn knows who asks and refuses this one thing. */
  refused?: boolean;
}

export type Read<T> = Result<T, ReadProblem>;

/** Who is signed in. */
export const ME = '/voyager/api/me';
const NORMALIZED = 'application/vnd.linkedin.normalized+json+2.1';

/** One same-origin GET of LinkedIn's own interface, parsed. Never throws except when `signal` aborts. */
export async function getJson<T>(
  env: PageEnv,
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<Read<T>> {
  const headers = apiHeaders(env);
  if (!headers) return problem('stop', 'logged_out', 'The page holds no LinkedIn session.');
  const answer = await request(env, path, headers, signal);
  if (!answer.ok) return answer;
  const refusal = refusalOf(answer.value, env.window.location.origin);
  if (refusal) return refusal;
  return parse(answer.value, schema, path);
}

/** One same-origin GET of a page of LinkedIn's, parsed and never shown: its scripts do not run. */
export async function getPage(env: PageEnv, path: string, signal: AbortSignal): Promise<Read<Document>> {
  const answer = await request(env, path, { accept: 'text/html' }, signal);
  if (!answer.ok) return answer;
  const refusal = refusalOf(answer.value, env.window.location.origin);
  if (refusal) return refusal;
  if (!answer.value.type.includes('html'))
    return problem('changed', 'layout_unknown', `${name(path)} is no page.`);
  return ok(new DOMParser().parseFromString(answer.value.body, 'text/html'));
}

/** What LinkedIn's interface expects; the csrf token is the readable session cookie without its quotes. Null: there is none. */
function apiHeaders({ document }: PageEnv): Record<string, string> | null {
  const csrf = /(?:^|;\s*)JSESSIONID="?([^";]+)"?/u.exec(document.cookie)?.[1];
  return csrf ? { accept: NORMALIZED, 'csrf-token': csrf, 'x-restli-protocol-version': '2.0.0' } : null;
}

interface Answer {
  status: number;
  redirectedTo: string | null;
  type: string;
  body: string;
}

async function request(
  env: PageEnv,
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Read<Answer>> {
  const got = await fetched(env, path, { headers }, signal);
  if (got === 'late') return problem('trouble', 'timeout', `LinkedIn did not answer ${name(path)} in time.`);
  if (got === 'failed') {
    return (await redirects(env, signal))
      ? problem('stop', 'logged_out', 'LinkedIn sends every read on without end: the session is over.')
      : problem('trouble', 'linkedin_error', `LinkedIn could not be reached for ${name(path)}.`);
  }
  const { response, body } = got;
  return ok({
    status: response.status,
    redirectedTo: response.redirected ? response.url : null,
    type: response.headers.get('content-type') ?? '',
    body,
  });
}

/**
 * Whether LinkedIn sends on whoever asks who is signed in. A dead session may be sent in a circle, and to the page that
 * looks like no network at all: asked once more, without going along.
 */
async function redirects(env: PageEnv, signal: AbortSignal): Promise<boolean> {
  const headers = apiHeaders(env);
  if (!headers) return false;
  const got = await fetched(env, ME, { headers, redirect: 'manual' }, signal);
  return typeof got === 'object' && got.response.type === 'opaqueredirect';
}

/** `late`: not within the deadline; `failed`: the browser got no answer. Throws only when `signal` aborts. */
async function fetched(
  env: PageEnv,
  path: string,
  init: Pick<RequestInit, 'headers' | 'redirect'>,
  signal: AbortSignal,
): Promise<{ response: Response; body: string } | 'late' | 'failed'> {
  const tooLate = new AbortController();
  const done = new AbortController();
  const timer = env.timers
    .sleep(deadline(env, 'request'), AbortSignal.any([signal, done.signal]))
    .then(() => tooLate.abort())
    .catch(() => undefined);
  try {
    // Taken out first: called as a method of `env`, the browser refuses it.
    const { fetch } = env;
    const response = await fetch(new URL(path, env.window.location.origin).href, {
      ...init,
      credentials: 'same-origin',
      signal: AbortSignal.any([signal, tooLate.signal]),
    });
    // The body is read here, so that the deadline covers it too.
    return { response, body: await response.text() };
  } catch {
    signal.throwIfAborted();
    return tooLate.signal.aborted ? 'late' : 'failed';
  } finally {
    done.abort();
    await timer;
  }
}

/** What a status or a redirect says about the session, the account or the pace; null: read on. */
function refusalOf(answer: Answer, origin: string): Read<never> | null {
  if (answer.redirectedTo !== null) return redirected(new URL(answer.redirectedTo, origin).pathname);
  switch (answer.status) {
    case 401:
      return problem('stop', 'logged_out', 'LinkedIn says that nobody is logged in (401).');
    case 429:
      return problem('stop', 'too_many_requests', 'LinkedIn says that there were too many requests (429).');
    case 451:
      return problem('stop', 'challenge', 'LinkedIn asks for a security check (451).');
    case 999:
      return problem('stop', 'restricted', 'LinkedIn refuses this account (999, request denied).');
    case 403:
      return refused(answer.body);
    case 404:
      return problem('missing', 'profile_not_found', 'LinkedIn has nothing there (404).');
    case 400:
    case 410:
      return problem(
        'changed',
        'layout_unknown',
        `LinkedIn does not know this read any more (${answer.status}).`,
      );
    default:
      if (answer.status >= 500)
        return problem('trouble', 'linkedin_error', `LinkedIn failed (${answer.status}).`);
      return null;
  }
}

function refused(body: string): Read<never> {
  const { error } = problem('changed', 'linkedin_error', 'LinkedIn refused the read (403).');
  return err({ ...error, refused: !/csrf/iu.test(body) });
}

function redirected(path: string): Read<never> {
  if (isChallengePath(path)) return problem('stop', 'challenge', 'LinkedIn asks for a security check.');
  if (isLoginPath(path)) return problem('stop', 'logged_out', 'LinkedIn sent the read to its login page.');
  return problem('changed', 'layout_unknown', 'LinkedIn sent the read somewhere else.');
}

function parse<T>(answer: Answer, schema: z.ZodType<T>, path: string): Read<T> {
  const unknown = () => problem('changed', 'layout_unknown', `${name(path)} has a shape that is not known.`);
  if (!answer.type.includes('json')) return unknown();
  let data: unknown;
  try {
    data = JSON.parse(answer.body);
  } catch {
    return unknown();
  }
  const parsed = schema.safeParse(data);
  return parsed.success ? ok(parsed.data) : unknown();
}

/** Of what certainly exists, as a list of the member's own: that LinkedIn has nothing there is a change of LinkedIn's. */
export function thereFor<T>(read: Read<T>): Read<T> {
  if (read.ok || read.error.kind !== 'missing') return read;
  return problem('changed', 'layout_unknown', 'LinkedIn does not know this read any more (404).');
}

/** A read problem as a value. */
export function problem(
  kind: ReadProblem['kind'],
  code: LinkedinFailure['code'],
  detail: string,
): { ok: false; error: ReadProblem } {
  return err({ kind, failure: before(code, detail) });
}

/** The last word of a path, for sentences. */
function name(path: string): string {
  const bare = path.split('?').shift() ?? path;
  return decodeURIComponent(bare).split('/').pop()?.split(':').shift() || 'that read';
}
