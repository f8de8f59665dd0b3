import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { MINUTE, withDeadline } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { MailboxAccess } from '../access.ts';
import { withImap } from '../imap.ts';
import type { ConnectionFailure } from '../problems.ts';
import { readFolder } from './folder.ts';
import { guardPorts } from './guardPorts.ts';
import { type Headers, parseHeaders } from './headers.ts';
import { matchMessages, type Read } from './match.ts';
import type { FolderCursor, InboundMessage, InboundPorts, MailCursor } from './types.ts';

export interface SyncOutcome {
  messages: InboundMessage[];
  cursor: MailCursor;
  /** Folders whose UIDs the server had made invalid; their recent messages are given again. */
  resynced: string[];
  /** More lies unread than one sync takes: call again. */
  more: boolean;
}

const SYNC_DEADLINE = 2 * MINUTE;
/** More is no honest mail, and the parser refuses it. */
const HEADER_BYTES = 512 * 1024;
const HEADER_BATCH = 200;
/** Per folder and sync, so that one sync stays short and its memory bounded. */
const FOLDER_LIMIT = 1000;

/**
 * Reads what is new in the inbox and the junk folder (answers land there too). Headers first; a body is
 * fetched only when the message matches a contact or one of our own. The first sync of a mailbox only
 * marks where it stands: nothing of ours can have been answered before.
 */
export function syncInbox(
  settings: MailboxAccess,
  cursor: MailCursor | null,
  ports: InboundPorts,
  signal: AbortSignal,
): Promise<Result<SyncOutcome, ConnectionFailure>> {
  const guarded = guardPorts(ports);
  return guarded.rethrowing(
    withImap(settings, withDeadline(SYNC_DEADLINE, signal), async (client) => {
      const outcome: SyncOutcome = { messages: [], cursor: { folders: {} }, resynced: [], more: false };
      for (const path of await watchedFolders(client)) {
        const known = cursor?.folders[path] ?? null;
        const plan = await readFolder(client, path, known, cursor === null);
        const uids = plan.uids.slice(0, FOLDER_LIMIT);
        for (let at = 0; at < uids.length; at += HEADER_BATCH)
          outcome.messages.push(
            ...(await readBatch(client, settings, path, uids.slice(at, at + HEADER_BATCH), guarded.ports)),
          );
        const cut = plan.uids.length > uids.length;
        outcome.cursor.folders[path] = cut ? upTo(plan.cursor, uids) : plan.cursor;
        outcome.more ||= cut;
        if (plan.resynced) outcome.resynced.push(path);
      }
      return outcome;
    }),
  );
}

async function watchedFolders(client: ImapFlow): Promise<string[]> {
  const folders = await client.list();
  const junk = folders.find((folder) => folder.specialUse === '\\Junk');
  return ['INBOX', ...(junk ? [junk.path] : [])];
}

function upTo(cursor: FolderCursor, uids: number[]): FolderCursor {
  return { ...cursor, uidNext: (uids.at(-1) ?? 0) + 1 };
}

async function readBatch(
  client: ImapFlow,
  settings: MailboxAccess,
  folder: string,
  uids: number[],
  ports: InboundPorts,
): Promise<InboundMessage[]> {
  const rows = await client.fetchAll(uids, { uid: true, internalDate: true, headers: true }, { uid: true });
  const read: Read[] = [];
  for (const row of rows) {
    if (!row.headers) continue;
    const headers = await parseHeaders(row.headers.subarray(0, HEADER_BYTES));
    if (isOwn(headers, settings)) continue;
    read.push({ folder, uid: row.uid, receivedAt: receivedAt(row), headers });
  }
  return matchMessages(client, read, ports);
}

/** Our own copy, e.g. of a test mail to oneself. */
function isOwn(headers: Headers, settings: MailboxAccess): boolean {
  return headers.from?.address === settings.fromAddress.toLowerCase();
}

function receivedAt(row: FetchMessageObject): number {
  const date = row.internalDate instanceof Date ? row.internalDate : new Date(row.internalDate ?? 0);
  return date.getTime();
}
