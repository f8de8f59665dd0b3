import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addVaultKey, dropOldVaultKeys, loadKeys } from '../../companion-server/auth/keys.ts';
import { type Database, openDatabase, schema } from '../../companion-server/db/index.ts';
import { openSecret, sealSecret } from '../../companion-server/services/mail/secret.ts';
import { resealAll } from '../../companion-server/services/upkeep/resealAll.ts';
import { placeOfWebhookSecret } from '../../companion-server/services/webhook/secret.ts';
import { createVault, type Vault } from '../../companion-server/vault/vault.ts';

const MAILBOXES = ['c1', 'c2', 'c3'];
let dir: string;
let db: Database;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'rapport-vault-'));
  db = await openDatabase({ url: pathToFileURL(path.join(dir, 'test.db')).href });
  const vault = await currentVault();
  const webhookSecret = await vault.seal('hook', placeOfWebhookSecret('w'));
  const sealed = await Promise.all(
    MAILBOXES.map((id) =>
      sealSecret(vault, id, { kind: 'password', smtp: `smtp ${id}`, imap: `imap ${id}` }),
    ),
  );
  await db.write(async (tx) => {
    await tx.insert(schema.workspace).values({ id: 'w', name: 'W', createdAt: 1, webhookSecret });
    for (const [index, channelId] of MAILBOXES.entries()) {
      const row = { channelId, workspaceId: 'w', settings: {}, updatedAt: 1 };
      await tx.insert(schema.mailbox).values({ ...row, sealed: sealed[index] ?? '' });
    }
  });
});
afterEach(async () => {
  await db.close();
  await rm(dir, { recursive: true, force: true });
});

const currentVault = async () => createVault((await loadKeys(dir)).vault);

async function expectAllOpen(vault: Vault): Promise<void> {
  for (const id of MAILBOXES) {
    expect(await openSecret({ db, vault }, id)).toMatchObject({ smtp: `smtp ${id}`, imap: `imap ${id}` });
  }
  const [row] = await db.reader.select().from(schema.workspace);
  expect(await vault.open(row?.webhookSecret ?? '', placeOfWebhookSecret('w'))).toEqual({
    ok: true,
    value: 'hook',
  });
}

async function staleCount(vault: Vault): Promise<number> {
  return (await db.reader.select().from(schema.mailbox)).filter(({ sealed }) => vault.isStale(sealed)).length;
}

describe('rotating the key of the stored secrets', () => {
  it('seals all of them again; then the old key opens nothing and is gone', async () => {
    const old = await loadKeys(dir);
    const { vault: ring } = await addVaultKey(dir);
    expect(ring.map(({ id }) => id)).toEqual(['k1', expect.not.stringMatching(/^k1$/)]);
    await expectAllOpen(createVault(ring));
    expect(await resealAll(db, createVault(ring))).toEqual({ sealed: 4, lost: [] });
    await dropOldVaultKeys(dir);
    const after = await loadKeys(dir);
    expect(after.vault).toEqual([ring[1]]);
    expect([after.authSecret, after.unsubscribe]).toEqual([old.authSecret, old.unsubscribe]);
    await expectAllOpen(await currentVault());
    expect(await openSecret({ db, vault: createVault(old.vault) }, 'c1')).toBeNull();
    expect((await readFile(path.join(dir, 'keys.json'), 'utf8')).includes('"k1"')).toBe(false);
  });

  it.each([1, 2, 4])('resumes after it was interrupted at secret %i', async (at) => {
    const { vault: ring } = await addVaultKey(dir);
    let seen = 0;
    const interrupted = resealAll(db, createVault(ring), () => {
      seen += 1;
      if (seen === at) throw new Error('killed');
    });
    await expect(interrupted).rejects.toThrow('killed');
    // Whatever was reached, the ring on disk opens everything.
    await expectAllOpen(await currentVault());
    const { sealed, lost } = await resealAll(db, await currentVault());
    expect([sealed, lost]).toEqual([4 - at, []]);
    expect(await staleCount(await currentVault())).toBe(0);
    await dropOldVaultKeys(dir);
    await expectAllOpen(await currentVault());
  });

  it('names what no key opens, and goes on with the others', async () => {
    const foreign = createVault([{ id: 'elsewhere', key: new Uint8Array(32) }]);
    const sealed = await sealSecret(foreign, 'c0', { kind: 'password', smtp: 'a', imap: 'b' });
    await db.write((tx) =>
      tx
        .insert(schema.mailbox)
        .values({ channelId: 'c0', workspaceId: 'w', settings: {}, sealed, updatedAt: 1 }),
    );
    const { vault: ring } = await addVaultKey(dir);
    const result = await resealAll(db, createVault(ring));
    expect(result.sealed).toBe(4);
    expect(result.lost).toMatchObject([{ place: 'mailbox:c0', failure: { code: 'unknown_key' } }]);
  });
});
