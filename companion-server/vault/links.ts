import { hkdfSync } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { assert, must } from '#shared/kernel/assert.ts';
import { type Clock, SECOND } from '#shared/kernel/clock.ts';
import type { VaultKey } from './vault.ts';

/** What a link is for: one made for another purpose opens nothing. */
export type LinkPurpose = 'reconnect';

export type LinkState = 'valid' | 'expired';

export interface SignedLinks {
  /** A token that says only this id, for one purpose and a limited time. */
  sign(purpose: LinkPurpose, id: string, lifetimeMs: number): Promise<string>;
  /** The id it was signed for, also when it is expired; null: not signed by this server for this purpose. */
  read(purpose: LinkPurpose, token: string): Promise<{ id: string; state: LinkState } | null>;
}

const claims = z.object({ sub: z.string().min(1).max(64) });
const ALGORITHM = 'HS256';

/** Links without a login, signed with keys derived from the vault's key ring: the newest signs, all verify. */
export function createLinks(ring: readonly VaultKey[], clock: Clock): SignedLinks {
  assert(ring.length > 0, 'the key ring holds at least one key');
  const newest = must(ring.at(-1), 'newest key');
  // The vault's own key encrypts; what signs is another one, told apart by purpose.
  const derived = (key: VaultKey, purpose: LinkPurpose) =>
    new Uint8Array(hkdfSync('sha256', key.key, '', `rapport:link:${purpose}`, 32));

  return {
    sign(purpose, id, lifetimeMs) {
      return new SignJWT({})
        .setProtectedHeader({ alg: ALGORITHM, kid: newest.id })
        .setSubject(id)
        .setAudience(purpose)
        .setExpirationTime(Math.floor((clock.now() + lifetimeMs) / SECOND))
        .sign(derived(newest, purpose));
    },
    async read(purpose, token) {
      try {
        const { payload } = await jwtVerify(token.slice(0, 1000), keyOf, {
          algorithms: [ALGORITHM],
          audience: purpose,
          requiredClaims: ['exp'],
          currentDate: new Date(clock.now()),
        });
        return { id: claims.parse(payload).sub, state: 'valid' };
      } catch (error) {
        // Its signature was checked before its date.
        if (!(error instanceof errors.JWTExpired)) return null;
        const expired = claims.safeParse(error.payload);
        return expired.success ? { id: expired.data.sub, state: 'expired' } : null;
      }
      function keyOf(header: { kid?: string }): Uint8Array {
        const key = ring.find(({ id }) => id === header.kid);
        if (!key) throw new errors.JWKSNoMatchingKey();
        return derived(key, purpose);
      }
    },
  };
}
