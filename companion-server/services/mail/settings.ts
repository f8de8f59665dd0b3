import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { type MailboxDraft, type MailboxSettings, mailboxSettings } from '#shared/contract/mailbox.ts';
import { schema } from '../../db/index.ts';
import type { MailboxAccess } from '../../email/access.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Services } from '../context.ts';

const { mailbox } = schema;

const passwords = z.object({ smtp: z.string(), imap: z.string() });
type Passwords = z.infer<typeof passwords>;

const place = (channelId: string) => `mailbox:${channelId}`;

/** What is stored: the open part without passwords, and the passwords sealed for this channel alone. */
export async function sealSettings(vault: Vault, channelId: string, settings: MailboxSettings) {
  const secret: Passwords = { smtp: settings.smtp.password, imap: settings.imap.password };
  return {
    settings: {
      ...settings,
      smtp: { ...settings.smtp, password: '' },
      imap: { ...settings.imap, password: '' },
    },
    sealed: await vault.seal(JSON.stringify(secret), place(channelId)),
  };
}

/** The whole settings of a mailbox; null: not set up, or its passwords cannot be opened any more. */
export async function openSettings(services: Services, channelId: string): Promise<MailboxAccess | null> {
  const { db, vault } = services;
  const row = (await db.reader.select().from(mailbox).where(eq(mailbox.channelId, channelId)))[0];
  if (!row) return null;
  const opened = await vault.open(row.sealed, place(channelId));
  if (!opened.ok) return null;
  const secret = passwords.parse(JSON.parse(opened.value));
  const open = z
    .object({ smtp: z.record(z.string(), z.unknown()), imap: z.record(z.string(), z.unknown()) })
    .loose()
    .parse(row.settings);
  const whole = mailboxSettings.safeParse({
    ...open,
    smtp: { ...open.smtp, password: secret.smtp },
    imap: { ...open.imap, password: secret.imap },
  });
  return whole.success ? asAllowed(services, whole.data) : null;
}

/** With what the operator allows. */
export function asAllowed(services: Services, settings: MailboxSettings): MailboxAccess {
  const allowPrivate = services.mailPrivateNetwork;
  return {
    ...settings,
    smtp: { ...settings.smtp, allowPrivate },
    imap: { ...settings.imap, allowPrivate },
  };
}

/**
 * Fills empty passwords with the stored ones, only where server and user are unchanged: otherwise a stored
 * password could be sent to any server somebody enters. Null names the side that needs its password.
 */
export function withStoredPasswords(
  draft: MailboxDraft,
  stored: MailboxSettings | null,
): { ok: true; settings: MailboxSettings } | { ok: false; field: 'smtp.password' | 'imap.password' } {
  const settings = structuredClone(draft) as MailboxSettings;
  for (const side of ['smtp', 'imap'] as const) {
    const wanted = settings[side];
    if (wanted.password !== '') continue;
    const known = stored?.[side];
    const isSame =
      known?.host === wanted.host &&
      known.port === wanted.port &&
      known.user === wanted.user &&
      known.security === wanted.security;
    if (!known || !isSame) return { ok: false, field: `${side}.password` };
    wanted.password = known.password;
  }
  return { ok: true, settings };
}
