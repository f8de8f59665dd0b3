import { existsSync } from 'node:fs';
import { chmod, open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { fileOf } from './location.ts';

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Writes a copy of the database, as it is at this moment, into a new file; the server may be running and goes on
 * writing. Gives null, or the sentence why there is no backup.
 */
export async function backUp(url: string, target: string): Promise<string | null> {
  const source = fileOf(url);
  if (source === null) {
    return 'The database is on a server (DATABASE_URL). Back it up there, with the means of that server.';
  }
  if (!existsSync(source))
    return `There is no database at ${source}. Check RAPPORT_DATA_DIR and DATABASE_URL.`;
  if (existsSync(target)) return `${target} exists already. Give the backup a new name.`;
  const client = createClient({ url, timeout: BUSY_TIMEOUT_MS, concurrency: 1 });
  try {
    await client.execute({ sql: 'VACUUM INTO ?', args: [target] });
  } finally {
    client.close();
  }
  await markCopy(target);
  await chmod(target, 0o600);
  await settle(target);
  return null;
}

/** Whoever starts a server on the copy starts it held, however it got there. */
async function markCopy(target: string): Promise<void> {
  const client = createClient({ url: pathToFileURL(target).href, concurrency: 1 });
  try {
    const { rows } = await client.execute(`SELECT 1 FROM sqlite_master WHERE name = 'database_mark'`);
    if (rows.length > 0) await client.execute('UPDATE database_mark SET is_copy = 1');
  } finally {
    client.close();
  }
}

/** A backup counts once it is on the disk. */
export async function settle(target: string): Promise<void> {
  const handle = await open(target, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
