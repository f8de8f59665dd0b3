import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url');

const keyFile = z.object({
  /** Seals mailbox passwords. The last one seals, all of them open. */
  vault: z.array(z.object({ id: z.string().min(1), key })).min(1),
  /** Signs session cookies. */
  auth: key,
  /** Signs unsubscribe links. */
  unsubscribe: key,
});

export interface Keys {
  vault: { id: string; key: Uint8Array }[];
  authSecret: string;
  unsubscribe: Uint8Array;
}

/** Why the server cannot keep its keys; the operator reads the sentence and what to do. */
export class DataFolderRefused extends Error {
  override name = 'DataFolderRefused';
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

/**
 * The server's own keys, made at first start in `<data>/keys.json` (only its user may read it). Losing the
 * file means entering mailbox passwords again and signing in again, so it belongs into every backup.
 */
export async function loadKeys(dataDir: string): Promise<Keys> {
  return keysOf(await readStored(dataDir));
}

/** A new key at the end of the ring: from now on it seals, and the older ones still open. */
export async function addVaultKey(dataDir: string): Promise<Keys> {
  const stored = await readStored(dataDir);
  // Never the id of a key that was there before: secrets name the key that sealed them.
  const id = `k${randomBytes(6).toString('base64url')}`;
  return replaceKeys(dataDir, { ...stored, vault: [...stored.vault, { id, key: newKey() }] });
}

/** Only the newest key stays. What an older one sealed and nobody sealed again is lost. */
export async function dropOldVaultKeys(dataDir: string): Promise<Keys> {
  const stored = await readStored(dataDir);
  return replaceKeys(dataDir, { ...stored, vault: stored.vault.slice(-1) });
}

async function replaceKeys(dataDir: string, stored: z.infer<typeof keyFile>): Promise<Keys> {
  await writeWhole(path.join(dataDir, 'keys.json'), JSON.stringify(keyFile.parse(stored), null, 2));
  return keysOf(stored);
}

async function readStored(dataDir: string): Promise<z.infer<typeof keyFile>> {
  const file = path.join(dataDir, 'keys.json');
  const content = await readOrCreate(dataDir, file);
  const parsed = keyFile.safeParse(jsonOrNull(content));
  if (!parsed.success) {
    throw new DataFolderRefused(
      `${file} is damaged (${parsed.error.issues[0]?.message}). Restore it from a backup.`,
    );
  }
  return parsed.data;
}

function keysOf(stored: z.infer<typeof keyFile>): Keys {
  return {
    vault: stored.vault.map((entry) => ({ id: entry.id, key: bytes(entry.key) })),
    authSecret: stored.auth,
    unsubscribe: bytes(stored.unsubscribe),
  };
}

async function readOrCreate(dataDir: string, file: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return (await readIfThere(file)) ?? (await createKeys(file));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new DataFolderRefused(
      `The data folder ${dataDir} cannot be used (${cause}). Set RAPPORT_DATA_DIR to a folder this user may write to.`,
      { cause: error },
    );
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function createKeys(file: string): Promise<string> {
  const content = JSON.stringify(
    { vault: [{ id: 'k1', key: newKey() }], auth: newKey(), unsubscribe: newKey() },
    null,
    2,
  );
  await writeWhole(file, content);
  return content;
}

/** Written beside and renamed, so that a crash never leaves half a key file. */
async function writeWhole(file: string, content: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(`${content}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}
