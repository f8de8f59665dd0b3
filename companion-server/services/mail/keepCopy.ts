import { mailboxPresets } from '#shared/contract/mailboxPresets.ts';
import type { MailboxAccess } from '../../email/access.ts';
import type { BuiltMessage } from '../../email/build.ts';
import type { Services } from '../context.ts';

/** Servers that store what goes out themselves, some seconds later: a copy of ours would lie beside theirs. */
const savingThemselves = new Set(
  mailboxPresets.flatMap(({ savesSentItself, smtp }) => (savesSentItself ? [smtp.host] : [])),
);

/** Evidence that a message went out, so only after success; without it nothing is lost but our own copy. */
export async function keepCopy(
  services: Services,
  settings: MailboxAccess,
  { raw }: Pick<BuiltMessage, 'raw'>,
  signal: AbortSignal,
): Promise<void> {
  if (savingThemselves.has(settings.smtp.host.toLowerCase())) return;
  const kept = await services.mailServers.appendToSent(settings, raw, signal);
  if (!kept.ok) services.log.warn({ code: kept.error.code }, 'a sent message could not be copied to Sent');
}
