import { request } from 'node:https';
import { webhookAddressProblem } from '#shared/automation/webhookAddress.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { lookupWithin, refuseLiteral } from '../../network/lookup.ts';

export interface Posted {
  ok: boolean;
  /** The status code, or why there was none. */
  answer: string;
}

export type Post = (
  url: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<Posted>;

const DEADLINE_MS = 10 * SECOND;

/** One request over TLS to a public address; follows no redirect and reads no body. Never throws. */
export const postWebhook: Post = (url, body, headers, signal) => {
  const problem = webhookAddressProblem(url) ?? (isHidden(url) ? 'The address is not public.' : null);
  if (problem) return Promise.resolve({ ok: false, answer: problem });
  return new Promise((resolve) => {
    const call = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        lookup: lookupWithin('public'),
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        resolve({ ok: status >= 200 && status < 300, answer: String(status) });
      },
    );
    call.on('error', ({ message }) => resolve({ ok: false, answer: message.slice(0, 200) }));
    call.end(body);
  });
};

function isHidden(url: string): boolean {
  try {
    refuseLiteral(new URL(url).hostname, 'public');
    return false;
  } catch {
    return true;
  }
}
