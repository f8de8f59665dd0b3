import type { ServerAccess } from './access.ts';
import { imapClient } from './imap.ts';

/** `unsupported`: the server has no IDLE, and the mailbox is only polled. `ended`: the connection is over. */
export type Listened = 'unsupported' | 'ended';

/**
 * Listens at the inbox (IDLE) until the signal or the end of the connection. News are only a hint that reading is worth
 * while: the reading itself goes its own way, and happens anyway.
 */
export async function listenForNews(
  server: ServerAccess,
  onNews: () => void,
  signal: AbortSignal,
): Promise<Listened> {
  const client = imapClient(server);
  const close = () => client.close();
  // An "error" event without a listener ends the process; the wait below ends with the connection anyway.
  client.on('error', () => undefined);
  client.on('exists', onNews);
  signal.addEventListener('abort', close, { once: true });
  try {
    if (signal.aborted) return 'ended';
    await client.connect();
    if (!client.capabilities.has('IDLE')) return 'unsupported';
    await client.mailboxOpen('INBOX', { readOnly: true });
    while (!signal.aborted && client.usable) {
      // False: the server refused or the connection is gone.
      if ((await client.idle()) === false) return 'ended';
    }
    return 'ended';
  } catch {
    // Why it failed is the reading's to report, which tries the same.
    return 'ended';
  } finally {
    signal.removeEventListener('abort', close);
    client.close();
  }
}
