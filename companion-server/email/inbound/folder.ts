import type { ImapFlow, ListResponse } from 'imapflow';
import { DAY } from '#shared/kernel/clock.ts';
import type { FolderCursor } from './types.ts';

/** A folder that is read, with where it stands now. */
export interface WatchedFolder {
  path: string;
  /** Mail of the owner's own address in here was written by the owner, not by somebody who pretends to be. */
  holdsOwn: boolean;
  /** What lies here the owner sent, under whatever address. */
  isSent: boolean;
  /** Answers come in here: without it the mailbox is not read at all. */
  isNeeded: boolean;
  /** Null: the server did not say; the folder has to be opened. */
  place: FolderCursor | null;
}

/** Drafts are not sent yet; the others are views of what lies elsewhere. */
const SKIPPED = new Set(['\\Drafts', '\\Flagged', '\\Important']);
/** Where mail that matters lies first. */
const ORDER = ['\\Inbox', '\\Junk', '\\Sent', '\\All', '\\Archive', '\\Trash'];
/** More folders nobody sorts their answers into. */
const AT_MOST = 200;

/**
 * Everything an answer may lie in: a filter, a spam judgement or the rep's own hand may move it anywhere before it is
 * read. A folder that holds all mail stands for the others. One LIST-STATUS asks for all of them where the server can.
 */
export async function watchedFolders(client: ImapFlow): Promise<WatchedFolder[]> {
  const query = { uidNext: true, uidValidity: true, highestModseq: true };
  const selectable = (await client.list({ statusQuery: query })).filter(isSelectable);
  const hasAll = selectable.some((folder) => use(folder) === '\\All');
  const chosen = hasAll
    ? selectable.filter((folder) => ['\\Inbox', '\\All', '\\Junk', '\\Trash'].includes(use(folder)))
    : selectable;
  return chosen
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, AT_MOST)
    .map((folder) => ({
      path: folder.path,
      holdsOwn: use(folder) !== '\\Inbox' && use(folder) !== '\\Junk',
      isSent: use(folder) === '\\Sent',
      isNeeded: use(folder) === '\\Inbox' || use(folder) === '\\All',
      place: placeOf(folder),
    }));
}

function isSelectable(folder: ListResponse): boolean {
  return !folder.flags.has('\\Noselect') && !folder.flags.has('\\NonExistent') && !SKIPPED.has(use(folder));
}

function use(folder: ListResponse): string {
  return folder.path.toUpperCase() === 'INBOX' ? '\\Inbox' : (folder.specialUse ?? '');
}

function rank(folder: ListResponse): number {
  const at = ORDER.indexOf(use(folder));
  return at < 0 ? ORDER.length : at;
}

function placeOf({ status }: ListResponse): FolderCursor | null {
  if (status?.uidNext === undefined || status.uidValidity === undefined) return null;
  return {
    uidValidity: status.uidValidity.toString(),
    uidNext: Math.max(1, status.uidNext),
    highestModseq: status.highestModseq?.toString() ?? null,
  };
}

export interface FolderPlan {
  /** Messages to look at, oldest first. The folder is open. */
  uids: number[];
  place: FolderCursor;
  resynced: boolean;
}

/** Servers search by day in a zone of their own. */
const MARGIN = 2 * DAY;
/** Where nothing is known of the last sync; duplicates fall to their keys. */
const RESYNC_MESSAGES = 2000;

/**
 * Opens a folder and says what in it is new since `known`. A new folder, and one whose numbers the server made
 * worthless, is searched by date: what came since `readAt` (unix ms) may not have been seen elsewhere.
 */
export async function openFolder(
  client: ImapFlow,
  path: string,
  known: FolderCursor | null,
  readAt: number | null,
): Promise<FolderPlan> {
  const opened = await client.mailboxOpen(path, { readOnly: true });
  const place: FolderCursor = {
    uidValidity: opened.uidValidity.toString(),
    uidNext: Math.max(1, opened.uidNext),
    highestModseq: opened.highestModseq?.toString() ?? null,
  };
  const resynced = known !== null && known.uidValidity !== place.uidValidity;
  if (known && !resynced) return { uids: await uidsFrom(client, known.uidNext, place), place, resynced };
  if (opened.exists === 0) return { uids: [], place, resynced };
  const since = readAt === null ? {} : { since: new Date(readAt - MARGIN) };
  const found = await client.search({ uid: `1:${place.uidNext}`, ...since }, { uid: true });
  const uids = below(found || [], 1, place);
  return { uids: readAt === null ? uids.slice(-RESYNC_MESSAGES) : uids, place, resynced };
}

async function uidsFrom(client: ImapFlow, from: number, place: FolderCursor): Promise<number[]> {
  if (from >= place.uidNext) return [];
  const found = await client.search({ uid: `${from}:${place.uidNext - 1}` }, { uid: true });
  return below(found || [], from, place);
}

function below(found: number[], from: number, place: FolderCursor): number[] {
  return found.filter((uid) => uid >= from && uid < place.uidNext).sort((a, b) => a - b);
}
