import { FlattenedEncrypt, type FlattenedJWE, flattenedDecrypt } from 'jose';
import { z } from 'zod';
import { assert, must } from '#shared/kernel/assert.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';

/** A 256-bit key. `id` is stored beside every secret it sealed, so never reuse an id for another key. */
export interface VaultKey {
  id: string;
  key: Uint8Array;
}

export interface VaultFailure {
  code: 'unreadable' | 'unknown_key' | 'wrong_key_or_place';
  sentence: string;
  whatToDo: string;
}

export interface Vault {
  /**
   * Encrypts a secret for storage. `aad` names the place it belongs to (e.g. "mailbox:<channel id>"): a
   * sealed secret copied to another row does not open there.
   */
  seal(plaintext: string, aad: string): Promise<string>;
  open(sealed: string, aad: string): Promise<Result<string, VaultFailure>>;
  /** Whether an older key sealed it: open and seal again to finish a rotation. */
  isStale(sealed: string): boolean;
}

const storedJwe = z.object({
  protected: z.string(),
  iv: z.string(),
  ciphertext: z.string(),
  tag: z.string(),
});
const storedHeader = z.object({ kid: z.string() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The stored parts and the id of the key that sealed them, or null if this is no sealed secret. */
function unpack(sealed: string): { jwe: z.infer<typeof storedJwe>; kid: string } | null {
  const jwe = storedJwe.safeParse(parseJson(sealed));
  if (!jwe.success) return null;
  const header = storedHeader.safeParse(
    parseJson(Buffer.from(jwe.data.protected, 'base64url').toString('utf8')),
  );
  return header.success ? { jwe: jwe.data, kid: header.data.kid } : null;
}

function failure(code: VaultFailure['code'], sentence: string): { ok: false; error: VaultFailure } {
  const whatToDo =
    code === 'unknown_key'
      ? 'Put the key that sealed it back into the key ring, or enter the secret again.'
      : 'Enter the secret again.';
  return err({ code, sentence, whatToDo });
}

/**
 * Secrets at rest as JWE (dir, A256GCM). The last key of the ring is the newest: it seals, all of them
 * open.
 */
export function createVault(keys: VaultKey[]): Vault {
  assert(keys.length > 0, 'the key ring holds at least one key');
  assert(new Set(keys.map((key) => key.id)).size === keys.length, 'key ids are unique');
  for (const key of keys) assert(key.key.length === 32, `key ${key.id} has 32 bytes`);
  const newest = must(keys.at(-1), 'newest key');

  return {
    async seal(plaintext, aad) {
      const jwe = await new FlattenedEncrypt(new TextEncoder().encode(plaintext))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: newest.id })
        .setAdditionalAuthenticatedData(new TextEncoder().encode(aad))
        .encrypt(newest.key);
      // The aad is not stored: whoever opens the secret must know where it belongs.
      return JSON.stringify(storedJwe.parse(jwe));
    },

    async open(sealed, aad) {
      const parts = unpack(sealed);
      if (!parts) return failure('unreadable', 'A stored secret cannot be read.');
      const key = keys.find((entry) => entry.id === parts.kid);
      if (!key) return failure('unknown_key', `A stored secret was sealed with the key "${parts.kid}".`);
      const jwe: FlattenedJWE = { ...parts.jwe, aad: Buffer.from(aad, 'utf8').toString('base64url') };
      try {
        const opened = await flattenedDecrypt(jwe, key.key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return ok(new TextDecoder().decode(opened.plaintext));
      } catch {
        return failure('wrong_key_or_place', 'A stored secret does not fit its key or its place.');
      }
    },

    isStale(sealed) {
      return unpack(sealed)?.kid !== newest.id;
    },
  };
}
