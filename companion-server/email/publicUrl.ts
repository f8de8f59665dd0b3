import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { isLoopbackHost } from '#shared/contract/mailbox.ts';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';

export type PublicUrlProblemCode =
  | 'missing'
  | 'not_a_url'
  | 'not_https'
  | 'loopback'
  | 'unreachable'
  | 'redirects'
  | 'wrong_answer';

export interface PublicUrlProblem {
  code: PublicUrlProblemCode;
  sentence: string;
  whatToDo: string;
}

export interface PublicUrlOptions {
  /** For the demo and tests only: recipients elsewhere could not open such a link. */
  allowLoopback?: boolean;
}

const PROBE_DEADLINE = 10 * SECOND;
const selfTestAnswer = z.object({ proof: z.string() });

export const SELF_TEST_PATH = '/self-test';

/** What only a server with this key can answer to a nonce: another server of the same kind cannot. */
export function selfTestProof(nonce: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(`self-test:${nonce}`).digest('base64url');
}

/**
 * Whether links to `publicUrl` reach this very server: asks `<publicUrl>/self-test/<nonce>` from outside and wants the
 * proof that only this server's key gives. Gives the address without a trailing slash, ready for links.
 */
export async function checkPublicUrl(
  publicUrl: string | null,
  fetch: typeof globalThis.fetch,
  { nonce, key }: { nonce: string; key: Uint8Array },
  signal: AbortSignal,
  options: PublicUrlOptions = {},
): Promise<Result<string, PublicUrlProblem>> {
  const url = readUrl(publicUrl, options);
  if (!url.ok) return url;
  let response: Response;
  try {
    response = await fetch(`${url.value}${SELF_TEST_PATH}/${encodeURIComponent(nonce)}`, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: withDeadline(PROBE_DEADLINE, signal),
    });
  } catch {
    return err(
      problem(
        'unreachable',
        `${url.value} does not answer.`,
        'Check DNS, certificate and the proxy in front of this server.',
      ),
    );
  }
  if (response.status >= 300 && response.status < 400)
    return err(
      problem(
        'redirects',
        `${url.value} sends visitors on to another address.`,
        'Set PUBLIC_URL to that other address: a one-click unsubscribe must not be redirected.',
      ),
    );
  const answer = selfTestAnswer.safeParse(await response.json().catch(() => null));
  if (!response.ok || !answer.success || answer.data.proof !== selfTestProof(nonce, key))
    return err(
      problem(
        'wrong_answer',
        `${url.value} is answered by something else than this server.`,
        'Point PUBLIC_URL, and the proxy behind it, to this server.',
      ),
    );
  return ok(url.value);
}

function readUrl(publicUrl: string | null, options: PublicUrlOptions): Result<string, PublicUrlProblem> {
  const example = 'Set PUBLIC_URL to the https address of this server, e.g. https://rapport.example.com.';
  if (!publicUrl?.trim()) return err(problem('missing', 'This server has no public address.', example));
  if (!URL.canParse(publicUrl))
    return err(problem('not_a_url', `PUBLIC_URL "${publicUrl}" is not an address.`, example));
  const url = new URL(publicUrl);
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (isLoopbackHost(url.hostname)) {
    if (options.allowLoopback) return ok(base);
    return err(problem('loopback', `${base} can be opened on this computer only.`, example));
  }
  if (url.protocol !== 'https:')
    return err(problem('not_https', `${base} is not encrypted: links in emails need https.`, example));
  return ok(base);
}

function problem(code: PublicUrlProblemCode, sentence: string, whatToDo: string): PublicUrlProblem {
  return { code, sentence, whatToDo };
}
