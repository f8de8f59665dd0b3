import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callApi } from '#shared/contract/callApi.ts';
import { route } from '#shared/contract/route.ts';

const things = route('public', 'GET', '/api/v1/things', { response: z.object({ n: z.number() }) });

/** What `callApi` makes of this answer. */
async function made(answer: () => Response | Promise<Response>, signal?: AbortSignal) {
  const lines: string[] = [];
  const fetcher: typeof fetch = async () => {
    signal?.throwIfAborted();
    return answer();
  };
  const client = { baseUrl: '', fetch: fetcher, clientVersion: 'test/1', timeoutMs: 5_000 };
  const result = await callApi({ ...client, log: (line) => lines.push(line) }, things, {}, signal);
  return { result, lines };
}

describe('what becomes of an answer', () => {
  it.each([
    [503, 'starting', 'not_ready'],
    [502, '<html>Bad gateway</html>', 'not_ready'],
    [500, '{"n":1}', 'not_ready'],
    [404, '<html>Not here</html>', 'bad_answer'],
    [200, '<html>Please sign in to this network</html>', 'bad_answer'],
  ])('%s %s is %s', async (status, body, code) => {
    const { result } = await made(() => new Response(body, { status }));
    // Status 0: made here. A commit may be repeated after it.
    expect(result).toMatchObject({ ok: false, error: { code, status: 0, action: expect.any(String) } });
  });

  it('shows a sentence and logs what the schema missed', async () => {
    const { result, lines } = await made(() => Response.json({ n: 'one' }));
    expect(result).toMatchObject({ error: { code: 'bad_answer', detail: expect.not.stringContaining('{') } });
    expect(lines.join()).toContain('GET /api/v1/things');
  });

  it('tells a stop of the caller from a server that is not there and from a deadline', async () => {
    const answer = () => Promise.reject(new TypeError('Failed to fetch'));
    const codeOf = async (signal?: AbortSignal) => {
      const { result } = await made(answer, signal);
      return result.ok ? null : result.error.code;
    };
    expect(await codeOf()).toBe('unreachable');
    expect(await codeOf(AbortSignal.abort(new Error('Stopped by the rep.')))).toBe('stopped');
    expect(await codeOf(AbortSignal.abort(new DOMException('', 'TimeoutError')))).toBe('timeout');
  });
});
