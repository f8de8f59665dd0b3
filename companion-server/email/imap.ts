import { ImapFlow } from 'imapflow';
import { isLoopbackHost } from '#shared/contract/mailbox.ts';
import { InvariantError } from '#shared/kernel/assert.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { lookupWithin, refuseLiteral } from '../network/lookup.ts';
import { type MailboxAccess, reachOf, type ServerAccess } from './access.ts';
import { type ConnectionFailure, describeFailure } from './problems.ts';

/** A client that is not connected yet. Throws what `reachOf` and `refuseLiteral` throw. */
export function imapClient(server: ServerAccess): ImapFlow {
  const reach = reachOf('imap', server);
  refuseLiteral(server.host, reach);
  const isLocal = Boolean(server.allowPrivate) && isLoopbackHost(server.host);
  return new ImapFlow({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    doSTARTTLS: server.security === 'starttls',
    auth: server.accessToken
      ? { user: server.user, accessToken: server.accessToken }
      : { user: server.user, pass: server.password },
    // The library hands these to the socket as they are, encrypted or not.
    tls: { rejectUnauthorized: !isLocal, ...{ lookup: lookupWithin(reach), autoSelectFamily: true } },
    connectionTimeout: 20 * SECOND,
    greetingTimeout: 20 * SECOND,
    socketTimeout: 60 * SECOND,
    disableAutoIdle: true,
    logger: false,
  });
}

/** Runs `work` on a signed-in IMAP connection and closes it, whatever happens. */
export async function withImap<T>(
  settings: Pick<MailboxAccess, 'imap'>,
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<T>,
): Promise<Result<T, ConnectionFailure>> {
  const server = settings.imap;
  let client: ImapFlow;
  try {
    client = imapClient(server);
  } catch (cause) {
    return err(describeFailure('imap', server, cause));
  }
  // An "error" event without a listener ends the process; the command in flight fails with it anyway.
  client.on('error', () => undefined);
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => {
      client.close();
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  const whole = async () => {
    await client.connect();
    const value = await work(client);
    await client.logout().catch(() => undefined);
    return value;
  };
  try {
    return ok(await Promise.race([whole(), aborted]));
  } catch (cause) {
    if (cause instanceof InvariantError) throw cause;
    return err(describeFailure('imap', server, signal.aborted ? signal.reason : cause));
  } finally {
    client.close();
  }
}
