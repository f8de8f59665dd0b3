import type { ImapFlow } from 'imapflow';
import type { MailboxSettings } from '#shared/contract/mailbox.ts';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import { withImap } from './imap.ts';
import { idsIn } from './messageId.ts';
import type { ConnectionFailure } from './problems.ts';

const SENT_DEADLINE = 30 * SECOND;

/** Whether the message lies in Sent. Found it was sent; not found proves nothing. */
export function findInSent(
  settings: MailboxSettings,
  messageId: string,
  signal: AbortSignal,
): Promise<Result<boolean, ConnectionFailure>> {
  return withImap(settings, withDeadline(SENT_DEADLINE, signal), async (client) => {
    const path = await sentFolder(client);
    return path !== null && (await holds(client, path, messageId));
  });
}

export type AppendOutcome = 'appended' | 'already_there' | 'no_sent_folder';

/**
 * Keeps our copy of a message that was sent, unless the server stored one itself. Call it only after
 * success: a copy in Sent is evidence that a message went out.
 */
export function appendToSent(
  settings: MailboxSettings,
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
