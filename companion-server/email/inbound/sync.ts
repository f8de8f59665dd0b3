import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { z } from 'zod';
import { MINUTE, withDeadline } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { MailboxAccess } from '../access.ts';
import { withImap } from '../imap.ts';
import type { ConnectionFailure } from '../problems.ts';
import { openFolder, type WatchedFolder, watchedFolders } from './folder.ts';
import { guardPorts } from './guardPorts.ts';
import { parseHeaders, wantedHeaders } from './headers.ts';
import { matchMessages, type Read } from './match.ts';
import type { FolderCursor, InboundPorts, MailCursor, StoreBatch } from './types.ts';

export interface SyncOutcome {
  /** Folders whose UIDs the server had made invalid; their recent messages were given again. */
  resynced: string[];
  /** Messages whose headers were read. */
  read: number;
  /** More lies unread than one sync takes: call again. */
  more: boolean;
  /** Folders that the server does not let anybody read, and what it said. */
  refused: { path: string; response: string }[];
}

const SYNC_DEADLINE = 2 * MINUTE;
/** More is no honest mail, and the parser refuses it. */
const HEADER_BYTES = 128 * 1024;
const HEADER_BATCH = 200;
/** Per sync, so that one stays within its deadline; what was read is stored batch by batch anyway. */
const SYNC_LIMIT = 5000;

interface Reader {
  client: ImapFlow;
  /** The mailbox's own addresses, lower case. */
  own: ReadonlySet<string>;
  ports: Required<InboundPorts>;
  store: StoreBatch;
}

/**
 * Reads what is new in every folder that matters, and hands it over in batches with the folders' places. Headers
 * first; a body is fetched only when the message matches a contact or one of our own. The first sync of a mailbox
 * only marks where it stands: nothing of ours can have been answered before.
 */
export function syncMail(
  settings: MailboxAccess,
  cursor: MailCursor | null,
  ports: InboundPorts,
  store: StoreBatch,
  signal: AbortSignal,
): Promise<Result<SyncOutcome, ConnectionFailure>> {
  const guarded = guardPorts(ports, store);
  const own = new Set([settings.fromAddress.toLowerCase(), settings.imap.user.toLowerCase()]);
  return guarded.rethrowing(
    withImap(settings, withDeadline(SYNC_DEADLINE, signal), (client) =>
      readFolders({ client, own, ports: guarded.ports, store: guarded.store }, cursor),
    ),
  );
}

async function readFolders(reader: Reader, cursor: MailCursor | null): Promise<SyncOutcome> {
  const outcome: SyncOutcome = { resynced: [], read: 0, more: false, refused: [] };
  const marked: Record<string, FolderCursor> = {};
  for (const folder of await watchedFolders(reader.client)) {
    const known = cursor?.folders[folder.path] ?? null;
    if (folder.place && known && isSame(known, folder.place)) continue;
    if (folder.place && !cursor) marked[folder.path] = folder.place;
    else if (outcome.read >= SYNC_LIMIT) outcome.more = true;
    else {
      await readFolder(reader, folder, known, cursor, outcome).catch((cause) =>
        noteRefusal(outcome, folder, cause),
      );
    }
  }
  if (Object.keys(marked).length > 0) await reader.store({ places: marked, messages: [] });
  return outcome;
}

const refusal = z.object({
  responseStatus: z.literal('NO'),
  responseText: z.string().default(''),
  /** Deleted since it was listed. */
  mailboxMissing: z.boolean().default(false),
});

/** One folder that the server refuses does not keep the others unread; everything else that is thrown ends the sync. */
function noteRefusal(outcome: SyncOutcome, { path, isNeeded }: WatchedFolder, cause: unknown): void {
  const refused = refusal.safeParse(cause);
  if (!refused.success || isNeeded) throw cause;
  const { responseText, mailboxMissing } = refused.data;
  if (!mailboxMissing) outcome.refused.push({ path, response: responseText });
}

/** Nothing came in. Flags may have changed, which are nobody's answer. */
function isSame(known: FolderCursor, now: FolderCursor): boolean {
  return known.uidValidity === now.uidValidity && known.uidNext === now.uidNext;
}

async function readFolder(
  reader: Reader,
  folder: WatchedFolder,
  known: FolderCursor | null,
  cursor: MailCursor | null,
  outcome: SyncOutcome,
): Promise<void> {
  const { path } = folder;
  const plan = await openFolder(reader.client, path, known, cursor?.readAt ?? null);
  const uids = cursor ? plan.uids.slice(0, SYNC_LIMIT - outcome.read) : [];
  if (plan.resynced) outcome.resynced.push(path);
  for (let at = 0; at < uids.length; at += HEADER_BATCH) {
    const some = uids.slice(at, at + HEADER_BATCH);
    const messages = await matchMessages(
      reader.client,
      await readHeaders(reader, folder, some),
      reader.ports,
    );
    outcome.read += some.length;
    const isLast = at + HEADER_BATCH >= plan.uids.length;
    const place = isLast ? plan.place : { ...plan.place, uidNext: (some.at(-1) ?? 0) + 1 };
    await reader.store({ places: { [path]: place }, messages });
  }
  if (uids.length < plan.uids.length && cursor) outcome.more = true;
  if (uids.length === 0) await reader.store({ places: { [path]: plan.place }, messages: [] });
}

async function readHeaders(reader: Reader, folder: WatchedFolder, uids: number[]): Promise<Read[]> {
  // Labels exist at Gmail only, whose one folder of everything holds what was sent too.
  const what = { uid: true, internalDate: true, size: true, labels: true, headers: wantedHeaders };
  const read: Read[] = [];
  for (const row of await reader.client.fetchAll(uids, what, { uid: true })) {
    if (!row.headers) continue;
    const headers = await parseHeaders(row.headers.subarray(0, HEADER_BYTES));
    const isOwn = headers.from !== null && reader.own.has(headers.from.address);
    // Our own copy of a test mail to oneself, or somebody who pretends to be the owner.
    if (isOwn && !folder.holdsOwn) continue;
    // Under an alias too.
    const isSent = folder.isSent || row.labels?.has('\\Sent') === true;
    const direction = isOwn || isSent ? 'out' : 'in';
    const { uid, size = 0 } = row;
    read.push({ folder: folder.path, uid, size, receivedAt: receivedAt(row), direction, isOwn, headers });
  }
  return read;
}

function receivedAt(row: FetchMessageObject): number {
  const date = row.internalDate instanceof Date ? row.internalDate : new Date(row.internalDate ?? 0);
  return Number.isNaN(date.getTime()) ? 0 : date.getTime();
}
