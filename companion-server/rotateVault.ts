import { addVaultKey, DataFolderRefused, dropOldVaultKeys, loadKeys } from './auth/keys.ts';
import { DatabaseRefused, openDatabase } from './db/index.ts';
import { readEnv } from './env.ts';
import { resealAll } from './services/upkeep/resealAll.ts';
import { createVault } from './vault/vault.ts';

/**
 * `npm run vault:rotate`: a new key for the stored secrets, all of them sealed again with it, then the old keys dropped.
 * The server must be stopped. Interrupted at any point it is simply run again (docs/operations.md).
 */
function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

const env = readEnv(process.env);
if (!env.ok) fail(env.error.join('\n'));
const { dataDir, databaseUrl, databaseAuthToken } = env.value;
try {
  const database = await openDatabase({ url: databaseUrl, authToken: databaseAuthToken });
  try {
    // More than one key: a rotation before this one was interrupted, and is finished with its own new key.
    const before = await loadKeys(dataDir);
    const { vault } = before.vault.length > 1 ? before : await addVaultKey(dataDir);
    const { sealed, lost } = await resealAll(database, createVault(vault));
    if (lost.length > 0) {
      fail(
        [
          `${sealed} secrets are sealed with the new key. ${lost.length} cannot be opened by any key:`,
          ...lost.map(({ place, failure }) => `- ${place}: ${failure.sentence} ${failure.whatToDo}`),
          'The old keys stay until these are entered again. Then run this command again.',
        ].join('\n'),
      );
    }
    await dropOldVaultKeys(dataDir);
    process.stdout.write(
      `${sealed} secrets are sealed with the key ${vault.at(-1)?.id}; the old keys are dropped.\n` +
        'Backups made before need the keys.json of their time: keep it as long as them.\n',
    );
  } finally {
    await database.close();
  }
} catch (error) {
  if (error instanceof DatabaseRefused || error instanceof DataFolderRefused) fail(error.message);
  throw error;
}
