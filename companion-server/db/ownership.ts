import { readFileSync, writeFileSync } from 'node:fs';
import { type Client, createClient } from '@libsql/client';
import { DatabaseRefused, isBusy } from './refusal.ts';

/**
 * One server process per database file: an open write transaction on a small lock database beside it. The
 * system drops it with the process, SIGKILL included; a pid file alone would lie in containers.
 */
export async function takeOwnership(path: string): Promise<() => Promise<void>> {
  const lock: Client = createClient({ url: `file:${path}.lock`, timeout: 0, concurrency: 1 });
  const pidFile = `${path}.pid`;
  try {
    const held = await lock.transaction('write');
    await held.execute('CREATE TABLE IF NOT EXISTS owner (pid INTEGER)');
    writeFileSync(pidFile, String(process.pid));
    return async () => {
      await held.rollback();
      lock.close();
    };
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DatabaseRefused(
      'database_in_use',
      `The database ${path} is in use by another server process (pid ${ownerOf(pidFile)}).`,
      'Stop that process first, or give this one a database file of its own.',
    );
  }
}

function ownerOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
