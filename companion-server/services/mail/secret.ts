import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/index.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Services } from '../context.ts';

const { mailbox } = schema;

const passwords = z.object({
  kind: z.literal('password').default('password'),
  smtp: z.string(),
  imap: z.string(),
});
const oauth = z.object({
  kind: z.literal('oauth'),
  accessToken: z.string(),
  /** Real time, unix ms. */
  expiresAt: z.number(),
  /** Null: the provider ended the permission. */
  refreshToken: z.string().nullable(),
});
const secret = z.union([oauth, passwords]);

export type OAuthSecret = z.infer<typeof oauth>;
export type MailboxSecret = z.infer<typeof secret>;

/** The place a mailbox's secret belongs to: it opens nowhere else. */
export const placeOfMailbox = (channelId: string) => `mailbox:${channelId}`;

/** Encrypts a mailbox's secret; it opens only as the secret of this channel. */
export function sealSecret(vault: Vault, channelId: string, value: MailboxSecret): Promise<string> {
  return vault.seal(JSON.stringify(value), placeOfMailbox(channelId));
}

/** What was read, with the form it was stored in: by that a later write knows that nobody replaced it. */
export interface StoredSecret<Secret = MailboxSecret> {
  secret: Secret;
  sealed: string;
}

/** Null: there is none, or it cannot be opened any more. */
export async function openStored(
  { db, vault }: Pick<Services, 'db' | 'vault'>,
  channelId: string,
): Promise<StoredSecret | null> {
  const [row] = await db.reader
    .select({ sealed: mailbox.sealed })
    .from(mailbox)
    .where(eq(mailbox.channelId, channelId));
  const opened = row ? await vault.open(row.sealed, placeOfMailbox(channelId)) : null;
  if (!row || !opened?.ok) return null;
  const parsed = secret.safeParse(JSON.parse(opened.value));
  return parsed.success ? { secret: parsed.data, sealed: row.sealed } : null;
}

/** The mailbox's secret; null: there is none, or it cannot be opened any more. */
export async function openSecret(
  services: Pick<Services, 'db' | 'vault'>,
  channelId: string,
): Promise<MailboxSecret | null> {
  return (await openStored(services, channelId))?.secret ?? null;
}
