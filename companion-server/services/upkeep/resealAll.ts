import { and, eq, gt, isNotNull } from 'drizzle-orm';
import { type Database, schema } from '../../db/index.ts';
import type { Vault, VaultFailure } from '../../vault/vault.ts';
import { placeOfMailbox } from '../mail/secret.ts';
import { placeOfWebhookSecret } from '../webhook/secret.ts';

const { mailbox, workspace } = schema;

export interface Resealed {
  sealed: number;
  /** Secrets that no key of the ring opens: they must be entered again. */
  lost: { place: string; failure: VaultFailure }[];
}

interface Stored {
  id: string;
  sealed: string;
}

/** One table column of sealed secrets. */
interface Shelf {
  place: (id: string) => string;
  after: (id: string) => Promise<Stored[]>;
  /** Only where it still holds `from`: a newer secret is never overwritten. */
  replace: (id: string, from: string, to: string) => Promise<void>;
}

const AT_ONCE = 100;

/**
 * Seals every stored secret with the newest key. Each is replaced by itself, so that an interrupted run leaves only
 * whole secrets and the next one finishes it.
 */
export async function resealAll(
  db: Database,
  vault: Vault,
  onSealed: () => void = () => {},
): Promise<Resealed> {
  const result: Resealed = { sealed: 0, lost: [] };
  for (const shelf of shelvesOf(db)) {
    for (let page = await shelf.after(''); page.length > 0; page = await shelf.after(page.at(-1)?.id ?? '')) {
      for (const { id, sealed } of page) {
        if (!vault.isStale(sealed)) continue;
        const place = shelf.place(id);
        const opened = await vault.open(sealed, place);
        if (!opened.ok) {
          result.lost.push({ place, failure: opened.error });
          continue;
        }
        await shelf.replace(id, sealed, await vault.seal(opened.value, place));
        result.sealed += 1;
        onSealed();
      }
    }
  }
  return result;
}

function shelvesOf(db: Database): Shelf[] {
  return [
    {
      place: placeOfMailbox,
      after: (id) =>
        db.reader
          .select({ id: mailbox.channelId, sealed: mailbox.sealed })
          .from(mailbox)
          .where(gt(mailbox.channelId, id))
          .orderBy(mailbox.channelId)
          .limit(AT_ONCE),
      replace: async (id, from, to) => {
        await db.write((tx) =>
          tx
            .update(mailbox)
            .set({ sealed: to })
            .where(and(eq(mailbox.channelId, id), eq(mailbox.sealed, from))),
        );
      },
    },
    {
      place: placeOfWebhookSecret,
      after: async (id) => {
        const rows = await db.reader
          .select({ id: workspace.id, sealed: workspace.webhookSecret })
          .from(workspace)
          .where(and(gt(workspace.id, id), isNotNull(workspace.webhookSecret)))
          .orderBy(workspace.id)
          .limit(AT_ONCE);
        return rows.map((row) => ({ id: row.id, sealed: row.sealed ?? '' }));
      },
      replace: async (id, from, to) => {
        await db.write((tx) =>
          tx
            .update(workspace)
            .set({ webhookSecret: to })
            .where(and(eq(workspace.id, id), eq(workspace.webhookSecret, from))),
        );
      },
    },
  ];
}
