import { createTransport } from 'nodemailer';
import { isLoopbackHost } from '#shared/contract/mailbox.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';

/** The one account that mails members about their own accounts. */
export interface SystemMailAccount {
  /** smtps://user:password@host:port, or smtp:// with STARTTLS. */
  url: string;
  from: string;
}

export interface SystemMessage {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The same at every try, so that a mail program shows one where two arrived. */
  messageId: string;
}

export interface SystemMailFailure {
  sentence: string;
  /** The server refused this very message for good: trying again is no use. */
  final: boolean;
}

/** Sends one mail; every step of it has a deadline. */
export async function sendSystemMail(
  account: SystemMailAccount,
  message: SystemMessage,
): Promise<Result<void, SystemMailFailure>> {
  const url = new URL(account.url);
  const isLocal = isLoopbackHost(url.hostname);
  const transport = createTransport({
    host: url.hostname,
    port: Number(url.port) || (url.protocol === 'smtps:' ? 465 : 587),
    secure: url.protocol === 'smtps:',
    // A password never goes over a line in the clear, except within this computer.
    requireTLS: url.protocol === 'smtp:' && !isLocal,
    ignoreTLS: url.protocol === 'smtp:' && isLocal,
    auth: url.username
      ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
      : undefined,
    connectionTimeout: 20 * SECOND,
    greetingTimeout: 20 * SECOND,
    socketTimeout: 60 * SECOND,
    tls: { rejectUnauthorized: !isLocal },
  });
  try {
    await transport.sendMail({
      from: account.from,
      to: message.to,
      subject: message.subject,
      text: message.text,
      html: message.html,
      messageId: message.messageId,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return ok(undefined);
  } catch (error) {
    const sentence = error instanceof Error ? error.message.slice(0, 300) : String(error);
    return err({ sentence, final: isFinal(error) });
  } finally {
    transport.close();
  }
}

/** A refused recipient or message; a refused login may be repaired by the operator meanwhile. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'responseCode' in error ? Number(error.responseCode) : 0;
  const isLogin = 'code' in error && error.code === 'EAUTH';
  return code >= 500 && !isLogin;
}
