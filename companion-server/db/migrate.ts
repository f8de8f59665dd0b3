import type { Client } from '@libsql/client';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Reader } from './database.ts';
import { DatabaseRefused } from './refusal.ts';

/** Brings the schema up to date; refuses a file that is not ours or was made by a newer version. */
export async function migrateDatabase(client: Client, writer: Reader, folder: string): Promise<void> {
  const { rows } = await client.execute(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  );
  const isOurs = rows.some((row) => row.name === '__drizzle_migrations');
  if (rows.length > 0 && !isOurs) {
    throw new DatabaseRefused(
      'foreign_database',
      'The database file holds tables of another program.',
      'Give the server a file of its own.',
    );
  }
  if (isOurs) await refuseNewer(client, folder);
  await migrate(writer, { migrationsFolder: folder });
}

async function refuseNewer(client: Client, folder: string): Promise<void> {
  const known = Math.max(
    ...readMigrationFiles({ migrationsFolder: folder }).map((file) => file.folderMillis),
  );
  const { rows } = await client.execute('SELECT max(created_at) AS latest FROM __drizzle_migrations');
  if (Number(rows[0]?.latest ?? 0) <= known) return;
  throw new DatabaseRefused(
    'newer_database',
    'The database was made by a newer version of the server.',
    'Start that version, or restore a backup made before the update.',
  );
}
