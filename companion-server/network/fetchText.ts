import { request } from 'node:https';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import { lookupWithin, refuseLiteral } from './lookup.ts';

/** A small text of the internet; null: there is none, or it cannot be had. Never throws. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<string | null>;

const DEADLINE_MS = 6 * SECOND;
const MOST_BYTES = 64 * 1024;
const MOST_REDIRECTS = 2;

/** Over https from public addresses only, also behind a redirect. */
export const fetchText: FetchText = async (url, signal) => {
  const deadline = withDeadline(DEADLINE_MS, signal);
  let at = url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const answer = await getOnce(at, deadline).catch(() => null);
    if (!answer) return null;
    if (answer.location === null) return answer.text;
    if (!URL.canParse(answer.location, at)) return null;
    at = new URL(answer.location, at).href;
  }
  return null;
};

async function getOnce(
  url: string,
  signal: AbortSignal,
): Promise<{ text: string | null; location: string | null }> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:') return { text: null, location: null };
  refuseLiteral(hostname, 'public');
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { lookup: lookupWithin('public'), signal, headers: { accept: 'text/xml' } },
      (response) => {
        const status = response.statusCode ?? 0;
        const location = response.headers.location ?? null;
        if (status !== 200) {
          response.destroy();
          resolve({ text: null, location: status >= 300 && status < 400 ? location : null });
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_BYTES) response.destroy(new Error('The answer is too large.'));
          else chunks.push(chunk);
        });
        response.on('end', () => resolve({ text: Buffer.concat(chunks).toString('utf8'), location: null }));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end();
  });
}
