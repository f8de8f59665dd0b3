import { eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  type MailboxDraft,
  type MailboxSettings,
  mailboxSettings,
  mailSignIn,
} from '#shared/contract/mailbox.ts';
import { schema } from '../../db/index.ts';
import type { MailboxAccess } from '../../email/access.ts';
import type { OAuthFailure } from '../../email/oauth.ts';
import { noteMailbox } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { type MailboxSecret, openSecret, openStored } from './secret.ts';
import { accessTokenOf } from './tokens.ts';

const { channel, mailbox } = schema;

/** What is stored in the open. */
export function withoutPasswords(settings: MailboxSettings): MailboxSettings {
  return {
    ...settings,
    smtp: { ...settings.smtp, password: '' },
    imap: { ...settings.imap, password: '' },
  };
}

const storedServer = mailboxSettings.shape.smtp.extend({ password: z.literal('') });
const storedSettings = mailboxSettings.extend({
  signIn: mailSignIn.optional(),
  smtp: storedServer,
  imap: storedServer,
});

/**
 * The settings of a mailbox with its passwords or a fresh token (`renew`: the present one was refused). Null: not set
 * up, or it cannot be signed in to; then its status says why already.
 */
export async function openSettings(
  services: Services,
  channelId: string,
  { renew = false }: { renew?: boolean } = {},
): Promise<MailboxAccess | null> {
  const row = (await services.db.reader.select().from(mailbox).where(eq(mailbox.channelId, channelId)))[0];
  if (!row) return null;
  const stored = storedSettings.safeParse(row.settings);
  const opened = await openStored(services, channelId);
  if (!stored.success || !opened) {
    await noteUnusable(services, channelId, 'The stored password cannot be opened. Enter it again.');
    return null;
  }
  const settings = stored.data;
  const { secret, sealed } = opened;
  if (secret.kind === 'password') return asAllowed(services, withPasswords(settings, secret));
  const client = services.oauthClients.find(({ provider }) => provider === settings.signIn);
  if (!client) {
    await noteUnusable(
      services,
      channelId,
      'This server is no longer registered with the provider of this mailbox. The operator must set its client id again.',
    );
    return null;
  }
  const token = await accessTokenOf(services, client, channelId, { secret, sealed }, renew);
  if (token === null) return openSettings(services, channelId);
  if (!token.ok) {
    await noteUnusable(services, channelId, signInWords(token.error));
    return null;
  }
  return withToken(asAllowed(services, settings), token.value);
}

function withPasswords(
  settings: MailboxSettings,
  secret: MailboxSecret & { kind: 'password' },
): MailboxSettings {
  return {
    ...settings,
    smtp: { ...settings.smtp, password: secret.smtp },
    imap: { ...settings.imap, password: secret.imap },
  };
}

/** The settings with a fresh access token for both servers. */
export function withToken(settings: MailboxAccess, accessToken: string): MailboxAccess {
  return { ...settings, smtp: { ...settings.smtp, accessToken }, imap: { ...settings.imap, accessToken } };
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

/** What a person reads of a failed sign-in: what happened, what to do, the provider's own words. */
export function signInWords({ sentence, whatToDo, response }: OAuthFailure): string {
  return `${sentence} ${whatToDo}${response ? ` (${response})` : ''}`;
}

/** Neither side can be signed in to: both are Inactive, and the hold follows in the same transaction. */
async function noteUnusable(services: Services, channelId: string, words: string): Promise<void> {
  const [row] = await services.db.reader.select().from(channel).where(eq(channel.id, channelId));
  if (!row || row.smtpStatus === 'not_set_up') return;
  if (row.smtpResponse === words && row.imapResponse === words) return;
  await services.db.write(async (tx) => {
    await tx
      .update(channel)
      .set({ smtpStatus: 'inactive', smtpResponse: words, imapStatus: 'inactive', imapResponse: words })
      .where(eq(channel.id, channelId));
    await noteMailbox(unitOf(services, tx), channelId);
  });
}

/**
 * Fills empty passwords with the stored ones, only where server and user are unchanged: otherwise a stored
 * password could be sent to any server somebody enters. A field is the side that needs its password.
 */
export async function withStoredPasswords(
  services: Services,
  channelId: string,
  draft: MailboxDraft,
): Promise<
  { ok: true; settings: MailboxSettings } | { ok: false; field: 'smtp.password' | 'imap.password' }
> {
  const settings = structuredClone(draft) as MailboxSettings;
  const needed = (['smtp', 'imap'] as const).filter((side) => settings[side].password === '');
  if (needed.length === 0) return { ok: true, settings };
  const [row] = await services.db.reader.select().from(mailbox).where(eq(mailbox.channelId, channelId));
  const stored = storedSettings.safeParse(row?.settings);
  const secret = await openSecret(services, channelId);
  for (const side of needed) {
    const wanted = settings[side];
    const known = stored.success ? stored.data[side] : null;
    const isSame =
      known?.host === wanted.host &&
      known.port === wanted.port &&
      known.user === wanted.user &&
      known.security === wanted.security;
    if (!isSame || secret?.kind !== 'password') return { ok: false, field: `${side}.password` };
    wanted.password = secret[side];
  }
  return { ok: true, settings };
}
