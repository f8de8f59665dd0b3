import { connect, type Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { isLoopbackHost } from '#shared/contract/mailbox.ts';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import { lookupWithin, refuseLiteral } from '../network/lookup.ts';
import { reachOf, type ServerAccess } from './access.ts';

const CONNECT_WITHIN_MS = 20 * SECOND;

/** Where a session with the server stood when something happened. */
export type SmtpStage = 'connect' | 'auth' | 'message';

/** A session that could not be opened: how far it came, and the library's error as it was. */
export class SmtpOpenError extends Error {
  constructor(
    readonly stage: SmtpStage,
    override readonly cause: Error,
  ) {
    super(cause.message);
  }
}

/** Connects, upgrades and signs in. Throws `SmtpOpenError`. The caller closes the connection. */
export async function openSmtp(server: ServerAccess, signal: AbortSignal): Promise<SMTPConnection> {
  let stage: SmtpStage = 'connect';
  let socket: Socket | null = null;
  let connection: SMTPConnection | null = null;
  const abort = () => {
    connection?.close();
    socket?.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    socket = await connectSocket(server, signal);
    const opened = clientOn(socket, server);
    connection = opened;
    await new Promise<void>((resolve, reject) => {
      // Stays on for the life of the connection: an "error" event without a listener ends the process.
      opened.on('error', reject);
      signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
      if (signal.aborted) return reject(asError(signal.reason));
      opened.connect((failure) => {
        if (failure) return reject(failure);
        stage = 'auth';
        opened.login(loginOf(server), (refused) => {
          if (refused) return reject(refused);
          stage = 'message';
          resolve();
        });
      });
    });
    return opened;
  } catch (cause) {
    abort();
    throw new SmtpOpenError(stage, asError(cause));
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Our own socket, because the library looks names up by itself and would not ask what may be reached. */
function connectSocket(server: ServerAccess, signal: AbortSignal): Promise<Socket> {
  const reach = reachOf('smtp', server);
  refuseLiteral(server.host, reach);
  return new Promise((resolve, reject) => {
    const deadline = withDeadline(CONNECT_WITHIN_MS, signal);
    const socket = connect({
      host: server.host.replace(/^\[|\]$/g, ''),
      port: server.port,
      lookup: lookupWithin(reach),
      autoSelectFamily: true,
    });
    const giveUp = () => socket.destroy(asError(deadline.reason));
    if (deadline.aborted) giveUp();
    deadline.addEventListener('abort', giveUp, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      deadline.removeEventListener('abort', giveUp);
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

function clientOn(socket: Socket, server: ServerAccess): SMTPConnection {
  const isLocal = Boolean(server.allowPrivate) && isLoopbackHost(server.host);
  return new SMTPConnection({
    connection: socket,
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: 60 * SECOND,
    // Nobody issues certificates for loopback; everywhere else an unknown one is refused.
    tls: { rejectUnauthorized: !isLocal },
    customAuth: { XOAUTH2: signInWithToken },
  });
}

function loginOf({ user, password, accessToken }: ServerAccess): Parameters<SMTPConnection['login']>[0] {
  if (accessToken === undefined) return { user, pass: password };
  // Without its token object the library would rather take a method that it finds first.
  return { user, pass: accessToken, method: 'XOAUTH2', oauth2: new XOAuth2({ user, accessToken }) };
}

/** The library's own way asks for another token after a refusal and so loses the server's words; this one keeps them. */
async function signInWithToken(context: SMTPConnection.CustomAuthenticationContext): Promise<true> {
  const { user, pass } = context.auth.credentials;
  const token = Buffer.from(`user=${user}\u0001auth=Bearer ${pass}\u0001\u0001`).toString('base64');
  let answer = await context.sendCommand(`AUTH XOAUTH2 ${token}`);
  // 334 carries the reason in base64; an empty line brings the refusal itself.
  if (answer.status === 334) answer = await context.sendCommand('');
  if (answer.status !== 235) throw new Error(answer.response);
  return true;
}

/** What was thrown, as an Error. */
export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
