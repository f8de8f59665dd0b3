import path from 'node:path';
import { backUp } from './db/index.ts';
import { readEnv } from './env.ts';

/** `npx tsx companion-server/backup.ts <file>`: copies the database while the server runs (docs/operations.md). */
function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

const [target] = process.argv.slice(2);
if (!target) fail('Say where the backup goes: npx tsx companion-server/backup.ts <new file>');
const env = readEnv(process.env);
if (!env.ok) fail(env.error.join('\n'));
const problem = await backUp(env.value.databaseUrl, path.resolve(target));
if (problem) fail(problem);
process.stdout.write(
  `The database is in ${path.resolve(target)}.\n` +
    `Keep ${path.join(env.value.dataDir, 'keys.json')} too, in another place: it opens the mailbox passwords in it.\n`,
);
