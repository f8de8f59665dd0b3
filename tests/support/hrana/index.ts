import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createClient } from '@libsql/client';
import { WebSocketServer } from 'ws';
import { SECOND } from '#shared/kernel/clock.ts';
import { pipelines } from './http.ts';
import { SqlStream } from './stream.ts';
import { serveSocket } from './webSocket.ts';
import { WriteLock } from './writeLock.ts';

export interface HranaOptions {
  /** The database file behind the server. */
  file: string;
  port?: number;
  /** Whoever shows one of them may enter; none: everybody may. */
  tokens?: string[];
  transactionMs?: number;
  idleMs?: number;
  waitMs?: number;
}

export interface HranaServer {
  port: number;
  httpUrl: string;
  webSocketUrl: string;
  /** Every statement that reached SQLite's door, with the token it came with. */
  statements: { token: string | undefined; sql: string }[];
  /** How often a transaction or a stream was given up for its length so far. */
  gaveUp(): number;
  /** Cuts every connection; what was open on a WebSocket is rolled back. */
  dropConnections(): void;
  /** Executes the next pipeline with a statement like this, and cuts the connection instead of answering. */
  loseAnswerTo(sql: RegExp): void;
  /** From now on no request is answered, until called with false. */
  fallSilent(silent: boolean): void;
  stop(): Promise<void>;
}

/** A stand-in for a libSQL server: Hrana 2 in JSON over HTTP and WebSocket, over a local file. */
export async function startHranaServer(options: HranaOptions): Promise<HranaServer> {
  await setWal(options.file);
  const lock = new WriteLock();
  const statements: HranaServer['statements'] = [];
  const sockets = new Set<Socket>();
  let lost: RegExp | null = null;
  let isSilent = false;
  let gaveUp = 0;
  const onGaveUp = () => {
    gaveUp += 1;
  };

  const open = (token: string | undefined) => {
    if (options.tokens && !options.tokens.includes(token ?? '')) return null;
    return new SqlStream({
      file: options.file,
      lock,
      transactionMs: options.transactionMs ?? 5 * SECOND,
      waitMs: options.waitMs ?? 10 * SECOND,
      onStatement: (sql) => statements.push({ token, sql }),
      onGaveUp,
    });
  };
  const http = pipelines({
    open,
    idleMs: options.idleMs ?? 10 * SECOND,
    onGaveUp,
    losesAnswer: (sqls) => {
      if (!lost || !sqls.some((sql) => lost?.test(sql))) return false;
      lost = null;
      return true;
    },
  });
  const server = createServer((request, response) => {
    if (isSilent) return;
    http.serve(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const webSockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has('hrana2') ? 'hrana2' : false),
  });
  webSockets.on('connection', (socket) => serveSocket(socket, open, () => isSilent));
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    httpUrl: `http://127.0.0.1:${port}`,
    webSocketUrl: `ws://127.0.0.1:${port}`,
    statements,
    gaveUp: () => gaveUp,
    dropConnections,
    loseAnswerTo: (sql) => {
      lost = sql;
    },
    fallSilent: (silent) => {
      isSilent = silent;
    },
    stop: async () => {
      dropConnections();
      webSockets.close();
      await new Promise((resolve) => server.close(resolve));
      await http.close();
    },
  };
}

async function setWal(file: string): Promise<void> {
  const client = createClient({ url: `file:${file}` });
  await client.execute('PRAGMA journal_mode = WAL');
  client.close();
}
