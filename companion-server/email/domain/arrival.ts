import type { FetchMessageObject, ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { MailboxAccess } from '../access.ts';
import { withImap } from '../imap.ts';
import type { ConnectionFailure } from '../problems.ts';

/** How a mail to oneself arrived. */
export interface Arrival {
  folder: string;
  isJunk: boolean;
  signatures: { selector: string; domain: string }[];
  verdicts: string | null;
}

const LOOK_WITHIN_MS = 30 * SECOND;

/** Looks for a message in the inbox and among spam; null: it is not there yet. */
export function findArrival(
  settings: MailboxAccess,
  messageId: string,
  signal: AbortSignal,
): Promise<Result<Arrival | null, ConnectionFailure>> {
  return withImap(settings, withDeadline(LOOK_WITHIN_MS, signal), async (client) => {
    const junk = (await client.list())
      .filter(({ specialUse }) => specialUse === '\\Junk')
      .map(({ path }) => path);
    for (const folder of ['INBOX', ...junk]) {
      const message = await fetchHeaders(client, folder, messageId);
      if (message) return { folder, isJunk: folder !== 'INBOX', ...(await readHeaders(message)) };
    }
    return null;
  });
}

async function fetchHeaders(
  client: ImapFlow,
  folder: string,
  messageId: string,
): Promise<FetchMessageObject | null> {
  await client.mailboxOpen(folder, { readOnly: true });
  const found = await client.search({ header: { 'message-id': messageId } }, { uid: true });
  const uid = Array.isArray(found) ? found.at(-1) : undefined;
  if (uid === undefined) return null;
  const wanted = { headers: ['dkim-signature', 'authentication-results'] };
  return (await client.fetchOne(String(uid), wanted, { uid: true })) || null;
}

const AT_MOST = 5;

async function readHeaders({
  headers,
}: FetchMessageObject): Promise<Pick<Arrival, 'signatures' | 'verdicts'>> {
  const parsed = await PostalMime.parse(headers ?? '');
  const valuesOf = (name: string) =>
    parsed.headers.filter(({ key }) => key === name).map(({ value }) => value);
  const signatures = valuesOf('dkim-signature')
    .slice(0, AT_MOST)
    .flatMap((value) => {
      const tag = (name: string) =>
        new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*([A-Za-z0-9._-]{1,253})\\s*(?:;|$)`)
          .exec(value)?.[1]
          ?.toLowerCase();
      const [selector, domain] = [tag('s'), tag('d')];
      return selector && domain ? [{ selector, domain }] : [];
    });
  // The topmost one is the receiving server's own; anybody may have written those below.
  const own = valuesOf('authentication-results')[0] ?? '';
  const verdicts = [...own.matchAll(/\b(spf|dkim|dmarc)=([a-z]{1,12})/gi)].map(
    ([, method, result]) => `${method}=${result}`,
  );
  return {
    signatures,
    verdicts: verdicts.length > 0 ? [...new Set(verdicts)].join(' ').toLowerCase() : null,
  };
}
