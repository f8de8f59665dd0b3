import path from 'node:path';
import { systemClock } from '#shared/kernel/clock.ts';
import { DatabaseRefused, restoreBackup } from './db/index.ts';
import { readEnv } from './env.ts';

/** `npm run restore -- <file>`: puts a backup in the database's place; the server starts held (docs/operations.md). */
function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

const [backup] = process.argv.slice(2);
if (!backup) fail('Say which backup to restore: npm run restore -- <backup file>');
const env = readEnv(process.env);
if (!env.ok) fail(env.error.join('\n'));
const { databaseUrl, dataDir } = env.value;
try {
  const replaced = await restoreBackup(databaseUrl, dataDir, path.resolve(backup), systemClock.now());
  process.stdout.write(
    `The backup is restored.${replaced ? ` The database it replaced is ${replaced}.` : ''}\n` +
      'Put keys.json of that time back if it was lost, then start the server. It starts held: nothing is sent and\n' +
      'nothing is done on LinkedIn before it is known what was done since the backup. Home shows how far that is.\n',
  );
} catch (error) {
  if (error instanceof DatabaseRefused) fail(error.message);
  throw error;
}
