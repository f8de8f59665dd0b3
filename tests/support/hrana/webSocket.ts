import type { WebSocket } from 'ws';
import { errorBody, HranaError, type SocketRequest, socketMessage } from './protocol.ts';
import type { SqlStream } from './stream.ts';

/** Hrana over a WebSocket: its streams end with it. */
export function serveSocket(
  socket: WebSocket,
  open: (token: string | undefined) => SqlStream | null,
  isSilent: () => boolean,
): void {
  const streams = new Map<number, SqlStream>();
  const sqls = new Map<number, string>();
  let token: string | undefined;
  const send = (message: object) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };

  async function answer(request: SocketRequest): Promise<object> {
    if (request.type === 'store_sql') sqls.set(request.sql_id, request.sql);
    else if (request.type === 'close_sql') sqls.delete(request.sql_id);
    else if (request.type === 'open_stream') {
      const stream = open(token);
      if (!stream) throw new HranaError('AUTH_INVALID', 'The token is not valid');
      streams.set(request.stream_id, stream);
    } else {
      const stream = streams.get(request.stream_id);
      if (!stream) throw new HranaError('STREAM_NOT_FOUND', 'The stream is not open');
      // A stored text may be dropped by a later message before this one's turn has come.
      if (request.type !== 'close_stream') return await stream.handle(request, new Map(sqls));
      streams.delete(request.stream_id);
      await stream.close();
    }
    return { type: request.type };
  }

  socket.on('message', (data) => {
    if (isSilent()) return;
    const message = socketMessage.parse(JSON.parse(String(data)));
    if (message.type === 'hello') {
      token = message.jwt ?? undefined;
      send({ type: 'hello_ok' });
      return;
    }
    const { request_id } = message;
    answer(message.request).then(
      (response) => send({ type: 'response_ok', request_id, response }),
      (error: unknown) => send({ type: 'response_error', request_id, error: errorBody(error) }),
    );
  });
  socket.on('close', () => {
    for (const stream of streams.values()) void stream.close();
    streams.clear();
  });
}
