import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { isBusy } from './failures.ts';
import { DatabaseRefused } from './refusal.ts';

/**
 * One server process per database file: an open write transaction on a small lock database beside it. The
 * system drops it with the process, SIGKILL included; a pid file alone would lie in containers.
 */
export async function takeOwnership(path: string): Promise<() => Promise<void>> {
  const real = realOf(path);
  const lock: Client = createClient({
    url: pathToFileURL(`${real}.lock`).href,
    timeout: 0,
    concurrency: 1,
  });
  const pidFile = `${real}.pid`;
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

/** One file has one lock, whatever links lead to it. */
function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
}

function ownerOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
