import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVault } from '../../companion-server/vault/vault.ts';

const old = { id: 'k1', key: randomBytes(32) };
const fresh = { id: 'k2', key: randomBytes(32) };

describe('vault', () => {
  it('opens what it sealed, and shows nothing of it', async () => {
    const vault = createVault([old]);
    const sealed = await vault.seal('app-password ü', 'mailbox:1');
    expect(sealed).not.toContain('app-password');
    expect(await vault.open(sealed, 'mailbox:1')).toEqual({ ok: true, value: 'app-password ü' });
    expect(await vault.seal('app-password ü', 'mailbox:1')).not.toBe(sealed);
  });

  it('rotates: the newest key seals, older ones open until they leave the ring', async () => {
    const sealedByOld = await createVault([old]).seal('secret', 'a');
    const both = createVault([old, fresh]);
    expect(await both.open(sealedByOld, 'a')).toEqual({ ok: true, value: 'secret' });
    expect(both.isStale(sealedByOld)).toBe(true);
    const again = await both.seal('secret', 'a');
    expect(both.isStale(again)).toBe(false);
    const onlyFresh = createVault([fresh]);
    expect(await onlyFresh.open(again, 'a')).toEqual({ ok: true, value: 'secret' });
    expect(await onlyFresh.open(sealedByOld, 'a')).toMatchObject({
      ok: false,
      error: { code: 'unknown_key' },
    });
  });

  it('does not open in another place, with another key, or changed', async () => {
    const vault = createVault([old]);
    const sealed = await vault.seal('secret', 'mailbox:1');
    const refused = { ok: false, error: { code: 'wrong_key_or_place' } };
    expect(await vault.open(sealed, 'mailbox:2')).toMatchObject(refused);
    const impostor = createVault([{ id: old.id, key: fresh.key }]);
    expect(await impostor.open(sealed, 'mailbox:1')).toMatchObject(refused);
    const changed = sealed.replace(/"ciphertext":"(.)/, (whole, first: string) =>
      whole.slice(0, -1).concat(first === 'A' ? 'B' : 'A'),
    );
    expect(await vault.open(changed, 'mailbox:1')).toMatchObject(refused);
    expect(await vault.open('no jwe', 'mailbox:1')).toMatchObject({ error: { code: 'unreadable' } });
  });

  it('refuses a ring that cannot work', () => {
    expect(() => createVault([])).toThrow(/at least one key/);
    expect(() => createVault([{ id: 'short', key: randomBytes(16) }])).toThrow(/32 bytes/);
    expect(() => createVault([old, { ...fresh, id: 'k1' }])).toThrow(/unique/);
  });
});
