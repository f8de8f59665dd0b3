import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemTimers } from '#shared/kernel/clock.ts';
import { errorBody, type PipelineRequest, pipeline } from './protocol.ts';
import type { SqlStream } from './stream.ts';

export interface HttpStreams {
  /** A new stream for whoever shows this token; null: nobody may. */
  open: (token: string | undefined) => SqlStream | null;
  /** A stream that nobody asks for so long is closed, as libSQL's server does after 10 s. */
  idleMs: number;
  /** A stream was idle for too long and is closed. */
  onGaveUp: () => void;
  /** Whether the answer to this request gets lost on its way. */
  losesAnswer: (sqls: string[]) => boolean;
}

interface Kept {
  stream: SqlStream;
  asked: AbortController;
}

/** Hrana over HTTP: a stream lives on between requests under its baton, which changes every time. */
export function pipelines({ open, idleMs, onGaveUp, losesAnswer }: HttpStreams) {
  const kept = new Map<string, Kept>();
  const expired = new Set<string>();
  let count = 0;

  function keep(stream: SqlStream): string {
    count += 1;
    const baton = `baton-${count}`;
    const asked = new AbortController();
    kept.set(baton, { stream, asked });
    systemTimers.sleep(idleMs, asked.signal).then(
      async () => {
        kept.delete(baton);
        expired.add(baton);
        await stream.close();
        onGaveUp();
      },
      () => undefined,
    );
    return baton;
  }

  function take(baton: string): SqlStream | null {
    const found = kept.get(baton);
    if (!found) return null;
    kept.delete(baton);
    found.asked.abort();
    return found.stream;
  }

  async function answer(stream: SqlStream, request: PipelineRequest): Promise<object> {
    if (request.type === 'store_sql') stream.sqls.set(request.sql_id, request.sql);
    else if (request.type === 'close_sql') stream.sqls.delete(request.sql_id);
    else if (request.type === 'close') await stream.close();
    else return await stream.handle(request, stream.sqls);
    return { type: request.type };
  }

  async function run(
    body: string,
    token: string | undefined,
  ): Promise<{ status: number; body: object; lost: boolean }> {
    const { baton, requests } = pipeline.parse(JSON.parse(body));
    const stream = baton ? take(baton) : open(token);
    if (!stream) {
      const refused = (status: number, code: string, message: string) => ({
        status,
        body: { message, code },
        lost: false,
      });
      if (!baton) return refused(401, 'AUTH_INVALID', 'The token is not valid');
      if (expired.has(baton)) {
        return refused(400, 'STREAM_EXPIRED', 'The stream has expired due to inactivity');
      }
      return refused(400, 'BATON_INVALID', 'Received an invalid baton');
    }
    const results: object[] = [];
    for (const request of requests) {
      try {
        results.push({ type: 'ok', response: await answer(stream, request) });
      } catch (error) {
        results.push({ type: 'error', error: errorBody(error) });
      }
    }
    const isClosed = requests.some((request) => request.type === 'close');
    const sqls = requests.map((request) => (request.type === 'execute' ? (request.stmt.sql ?? '') : ''));
    return {
      status: 200,
      body: { baton: isClosed ? null : keep(stream), base_url: null, results },
      lost: losesAnswer(sqls),
    };
  }

  return {
    async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (request.method !== 'POST' || request.url !== '/v2/pipeline') {
        response.writeHead(request.url === '/v2' ? 200 : 404).end();
        return;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const token = request.headers.authorization?.replace(/^Bearer /, '');
      const answered = await run(Buffer.concat(chunks).toString(), token);
      if (answered.lost) {
        request.socket.destroy();
        return;
      }
      response.writeHead(answered.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answered.body));
    },
    async close(): Promise<void> {
      const streams = [...kept.keys()].map(take);
      await Promise.all(streams.map((stream) => stream?.close()));
    },
  };
}
