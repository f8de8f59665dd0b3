import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { settle } from './backup.ts';
import { defaultMigrations } from './database.ts';
import { fileOf } from './location.ts';
import { demandHold, markFileOf } from './mark.ts';
import { assertKnown } from './migrate.ts';
import { takeOwnership } from './ownership.ts';
import { DatabaseRefused } from './refusal.ts';

/** The files that are one database. */
const PARTS = ['', '-wal', '-shm'] as const;

/**
 * Puts a backup in the place of the database, which stays beside it. Refused while a server owns the database and for
 * a file that is damaged or not ours. Gives where the replaced database lies; null: there was none.
 */
export async function restoreBackup(
  url: string,
  dataDir: string,
  backup: string,
  now: number,
): Promise<string | null> {
  const target = fileOf(url);
  if (target === null) {
    throw new DatabaseRefused(
      'database_on_server',
      'The database is on a server (DATABASE_URL).',
      'Restore it there, with the means of that server; Rapport then starts held by itself.',
    );
  }
  if (!existsSync(backup)) {
    throw new DatabaseRefused('no_backup', `There is no file ${backup}.`, 'Name the backup to restore.');
  }
  const disown = await takeOwnership(target);
  const staged = `${target}.restoring`;
  try {
    for (const part of PARTS) rmSync(staged + part, { force: true });
    for (const part of ['', '-wal'])
      if (existsSync(backup + part)) copyFileSync(backup + part, staged + part);
    await check(staged);
    await settle(staged);
    demandHold(markFileOf(url, dataDir));
    const replaced = existsSync(target) ? `${target}.replaced-${stamp(now)}` : null;
    if (replaced) for (const part of PARTS) move(target + part, replaced + part);
    for (const part of PARTS) move(staged + part, target + part);
    return replaced;
  } finally {
    for (const part of PARTS) rmSync(staged + part, { force: true });
    await disown();
  }
}

async function check(path: string): Promise<void> {
  const client = createClient({ url: pathToFileURL(path).href, concurrency: 1 });
  try {
    await isWhole(client);
    const newest = readMigrationFiles({ migrationsFolder: defaultMigrations }).map(
      (file) => file.folderMillis,
    );
    await assertKnown(client, Math.max(...newest));
    await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    client.close();
  }
}

async function isWhole(client: Client): Promise<void> {
  const answer = await client.execute('PRAGMA integrity_check').then(
    ({ rows }) => String(rows[0]?.[0]),
    (error: unknown) => String(error),
  );
  if (answer === 'ok') return;
  throw new DatabaseRefused(
    'damaged_backup',
    `The backup is no database, or it is damaged (${answer.slice(0, 200)}).`,
    'Take another backup. Nothing was changed.',
  );
}

function move(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

/** For a file name: 2026-11-22T03-41-07. */
function stamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
}
