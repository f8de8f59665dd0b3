import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isLoopbackHost, type MailServer } from '#shared/contract/mailbox.ts';
import { SECOND } from '#shared/kernel/clock.ts';

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
export async function openSmtp(server: MailServer, signal: AbortSignal): Promise<SMTPConnection> {
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    connectionTimeout: 20 * SECOND,
    greetingTimeout: 20 * SECOND,
    socketTimeout: 60 * SECOND,
    // Nobody issues certificates for loopback; everywhere else an unknown one is refused.
    tls: { rejectUnauthorized: !isLoopbackHost(server.host) },
  });
  let stage: SmtpStage = 'connect';
  const abort = () => connection.close();
  try {
    await new Promise<void>((resolve, reject) => {
      // Stays on for the life of the connection: an "error" event without a listener ends the process.
      connection.on('error', reject);
      signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) return reject(asError(signal.reason));
      connection.connect((failure) => {
        if (failure) return reject(failure);
        stage = 'auth';
        connection.login({ user: server.user, pass: server.password }, (refused) => {
          if (refused) return reject(refused);
          stage = 'message';
          resolve();
        });
      });
    });
    return connection;
  } catch (cause) {
    connection.close();
    throw new SmtpOpenError(stage, asError(cause));
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
