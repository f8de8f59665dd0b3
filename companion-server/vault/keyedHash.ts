import { createHmac, hkdfSync } from 'node:crypto';

/** A text as it can be recognised again and not be read: HMAC-SHA256, base64url. */
export type KeyedHash = (text: string) => string;

/** Hashes with a key derived from one that never changes: what was hashed is compared for years. */
export function createKeyedHash(secret: Uint8Array): KeyedHash {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'rapport:erasure', 32));
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
