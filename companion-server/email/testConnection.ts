import type { ConnectionCheck, ConnectionTest } from '#shared/contract/mailbox.ts';
import { SECOND, withDeadline } from '#shared/kernel/clock.ts';
import type { MailboxAccess } from './access.ts';
import { withImap } from './imap.ts';
import { describeFailure } from './problems.ts';
import { openSmtp, SmtpOpenError } from './smtp.ts';

const TEST_DEADLINE = 20 * SECOND;

/** Signs in on both sides, sending and changing nothing. Ends within 20 seconds. */
export async function testConnection(settings: MailboxAccess, signal: AbortSignal): Promise<ConnectionTest> {
  const deadline = withDeadline(TEST_DEADLINE, signal);
  const [smtp, imap] = await Promise.all([checkSmtp(settings, deadline), checkImap(settings, deadline)]);
  return { smtp, imap };
}

async function checkSmtp(settings: MailboxAccess, signal: AbortSignal): Promise<ConnectionCheck> {
  try {
    const connection = await openSmtp(settings.smtp, signal);
    const response = connection.lastServerResponse || 'Signed in.';
    connection.quit();
    connection.close();
    return { ok: true, response };
  } catch (cause) {
    return describeFailure('smtp', settings.smtp, cause instanceof SmtpOpenError ? cause.cause : cause);
  }
}

async function checkImap(settings: MailboxAccess, signal: AbortSignal): Promise<ConnectionCheck> {
  const result = await withImap(settings, signal, async (client) => {
    const inbox = await client.mailboxOpen('INBOX', { readOnly: true });
    return `Signed in. The inbox has ${inbox.exists} messages.`;
  });
  return result.ok ? { ok: true, response: result.value } : result.error;
}
