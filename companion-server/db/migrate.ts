import type { Client } from '@libsql/client';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { DatabaseRefused } from './refusal.ts';
import type { Reader } from './types.ts';

const TABLE = '__drizzle_migrations';
const ATTEMPTS = 5;

/**
 * Brings the schema up to date; refuses a file that is not ours or was made by a newer version. Several server
 * processes may start at once on one libSQL server: whoever comes second finds its unit refused and looks again.
 */
export async function migrateDatabase(client: Client, writer: Reader, folder: string): Promise<void> {
  const newest = Math.max(
    ...readMigrationFiles({ migrationsFolder: folder }).map((file) => file.folderMillis),
  );
  for (let attempt = 1; ; attempt++) {
    const before = await latestOf(client);
    if (before === newest) return await keepVersions(client);
    if (before > newest) throw newerDatabase();
    try {
      await prepareTable(client);
      await migrate(writer, { migrationsFolder: folder });
      return await keepVersions(client);
    } catch (error) {
      if (attempt === ATTEMPTS || (await latestOf(client)) === before) throw error;
    }
  }
}

/** Refuses a database that is not ours or was made by a newer version. */
export async function assertKnown(client: Client, newest: number): Promise<void> {
  const latest = await latestOf(client);
  if (latest > newest) throw newerDatabase();
  if (latest > 0) return;
  throw new DatabaseRefused(
    'empty_database',
    'The file holds no database of Rapport.',
    'Take another backup.',
  );
}

function newerDatabase(): DatabaseRefused {
  return new DatabaseRefused(
    'newer_database',
    'The database was made by a newer version of the server.',
    'Start that version, or restore a backup made before the update.',
  );
}

/** When the latest migration in the database was made; 0: it is empty. */
async function latestOf(client: Client): Promise<number> {
  const { rows } = await client.execute(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  );
  if (rows.length === 0) return 0;
  if (!rows.some((row) => row.name === TABLE)) {
    throw new DatabaseRefused(
      'foreign_database',
      'The database holds tables of another program.',
      'Give the server a database of its own.',
    );
  }
  const latest = await client.execute(`SELECT max(created_at) AS at FROM ${TABLE}`);
  return Number(latest.rows[0]?.at ?? 0);
}

/** Versions of automations never change: contacts run by them. Migrations are made from tables alone, so it stands here. */
async function keepVersions(client: Client): Promise<void> {
  await client.execute(
    `CREATE TRIGGER IF NOT EXISTS automation_version_is_immutable BEFORE UPDATE ON automation_version
     BEGIN SELECT RAISE(ABORT, 'a version of an automation never changes'); END`,
  );
}

/** Drizzle's own table, with a rule it lacks: no migration is recorded, and with that kept, twice. */
async function prepareTable(client: Client): Promise<void> {
  await client.batch(
    [
      `CREATE TABLE IF NOT EXISTS ${TABLE} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`,
      `CREATE UNIQUE INDEX IF NOT EXISTS ${TABLE}_once ON ${TABLE} (created_at)`,
    ],
    'write',
  );
}
