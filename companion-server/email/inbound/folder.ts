import type { ImapFlow } from 'imapflow';
import type { FolderCursor } from './types.ts';

export interface FolderPlan {
  /** Messages to look at, oldest first. The folder is open. */
  uids: number[];
  cursor: FolderCursor;
  resynced: boolean;
}

/** How far back to look when the server's numbers became worthless; duplicates fall to their keys. */
const RESYNC_MESSAGES = 2000;

/** Opens a folder and says what in it is new since `known`. */
export async function readFolder(
  client: ImapFlow,
  path: string,
  known: FolderCursor | null,
  firstSync: boolean,
): Promise<FolderPlan> {
  const opened = await client.mailboxOpen(path, { readOnly: true });
  const cursor: FolderCursor = {
    uidValidity: opened.uidValidity.toString(),
    uidNext: opened.uidNext,
    highestModseq: opened.highestModseq?.toString() ?? null,
  };
  const resynced = known !== null && known.uidValidity !== cursor.uidValidity;
  if (known === null && firstSync) return { uids: [], cursor, resynced };
  if (known === null || resynced) {
    const all = await uidsFrom(client, 1, cursor);
    return { uids: all.slice(-RESYNC_MESSAGES), cursor, resynced };
  }
  return { uids: await uidsFrom(client, known.uidNext, cursor), cursor, resynced };
}

async function uidsFrom(client: ImapFlow, from: number, cursor: FolderCursor): Promise<number[]> {
  if (from >= cursor.uidNext) return [];
  const found = await client.search({ uid: `${from}:${cursor.uidNext - 1}` }, { uid: true });
  return (found || []).filter((uid) => uid >= from && uid < cursor.uidNext).sort((a, b) => a - b);
}
