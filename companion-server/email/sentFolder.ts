import type { ImapFlow } from 'imapflow';
import { DAY, MINUTE, SECOND, withDeadline } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { MailboxAccess } from './access.ts';
import { withImap } from './imap.ts';
import { idsIn } from './messageId.ts';
import type { ConnectionFailure } from './problems.ts';

const SENT_DEADLINE = 30 * SECOND;
const LIST_DEADLINE = 5 * MINUTE;

/** Whether the message lies in Sent. Found it was sent; not found proves nothing. */
export function findInSent(
  settings: MailboxAccess,
  messageId: string,
  signal: AbortSignal,
): Promise<Result<boolean, ConnectionFailure>> {
  return withImap(settings, withDeadline(SENT_DEADLINE, signal), async (client) => {
    const path = await sentFolder(client);
    return path !== null && (await holds(client, path, messageId));
  });
}

/** An automated email of ours, as it lies in Sent. */
export interface SentMessage {
  messageId: string;
  /** Lower case. */
  to: string;
  at: number;
}

/** More than a mailbox sends between a backup and its restore. */
const SENT_AT_MOST = 20_000;
const FETCH_AT_ONCE = 200;

/**
 * The automated emails in Sent since a moment, known by their unsubscribe link. Servers search by day: the day before
 * comes along. Without a Sent folder there is nothing to find.
 */
export function listAutomatedSent(
  settings: MailboxAccess,
  since: number,
  signal: AbortSignal,
): Promise<Result<SentMessage[], ConnectionFailure>> {
  return withImap(settings, withDeadline(LIST_DEADLINE, signal), async (client) => {
    const path = await sentFolder(client);
    if (path === null) return [];
    await client.mailboxOpen(path, { readOnly: true });
    const found = await client.search({ since: new Date(since - DAY) }, { uid: true });
    const uids = Array.isArray(found) ? found.slice(-SENT_AT_MOST) : [];
    const sent: SentMessage[] = [];
    for (let at = 0; at < uids.length; at += FETCH_AT_ONCE) {
      const wanted = { envelope: true, internalDate: true, headers: ['list-unsubscribe'] };
      for await (const each of client.fetch(uids.slice(at, at + FETCH_AT_ONCE), wanted, { uid: true })) {
        const { envelope, headers } = each;
        const to = envelope?.to?.[0]?.address?.toLowerCase();
        const messageId = idsIn(envelope?.messageId)[0];
        if (!to || !messageId || !headers?.toString('latin1').includes('/u/')) continue;
        sent.push({ messageId, to, at: new Date(each.internalDate ?? envelope?.date ?? since).getTime() });
      }
    }
    return sent;
  });
}

export type AppendOutcome = 'appended' | 'already_there' | 'no_sent_folder';

/**
 * Keeps our copy of a message that was sent, unless the server stored one itself. Call it only after
 * success: a copy in Sent is evidence that a message went out.
 */
export function appendToSent(
  settings: MailboxAccess,
  raw: Uint8Array,
  signal: AbortSignal,
): Promise<Result<AppendOutcome, ConnectionFailure>> {
  const message = Buffer.from(raw);
  return withImap(settings, withDeadline(SENT_DEADLINE, signal), async (client) => {
    const path = await sentFolder(client);
    if (path === null) return 'no_sent_folder';
    const messageId = ownId(message);
    if (messageId && (await holds(client, path, messageId))) return 'already_there';
    await client.append(path, message, ['\\Seen']);
    return 'appended';
  });
}

async function sentFolder(client: ImapFlow): Promise<string | null> {
  // imapflow also knows Sent by its name where the server marks no folder.
  const folders = await client.list();
  return folders.find((folder) => folder.specialUse === '\\Sent')?.path ?? null;
}

async function holds(client: ImapFlow, path: string, messageId: string): Promise<boolean> {
  await client.mailboxOpen(path, { readOnly: true });
  const found = await client.search({ header: { 'message-id': messageId } }, { uid: true });
  return Array.isArray(found) && found.length > 0;
}

function ownId(raw: Buffer): string | null {
  const head = raw.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  return idsIn(unfolded.match(/^message-id:(.*)$/im)?.[1])[0] ?? null;
}
