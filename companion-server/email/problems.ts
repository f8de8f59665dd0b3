import { z } from 'zod';
import {
  type ConnectionCheck,
  type ConnectionProblem,
  type MailField,
  type MailServer,
  mailField,
} from '#shared/contract/mailbox.ts';
import type { ServerAccess } from './access.ts';

/** Why a mail server could not be used: its own words, the field at fault, and what to do. */
export type ConnectionFailure = Extract<ConnectionCheck, { ok: false }>;

export type MailSide = 'smtp' | 'imap';

interface Advice {
  field: 'host' | 'port' | 'security' | 'user' | 'password';
  sentence: (server: MailServer, name: string) => string;
  whatToDo: string;
}

const ADVICE: Record<ConnectionProblem, Advice> = {
  address_not_allowed: {
    field: 'host',
    sentence: (server) =>
      `${server.host} is an address inside a private network, which this server does not connect to.`,
    whatToDo:
      'Enter the public name of the mail server. If it is meant, the operator of Rapport can set MAIL_PRIVATE_NETWORK=allow.',
  },
  port_not_allowed: {
    field: 'port',
    sentence: (server, name) => `Rapport does not speak ${name} on port ${server.port}.`,
    whatToDo: 'Use 465 (TLS) or 587 (STARTTLS) for SMTP, 993 (TLS) or 143 (STARTTLS) for IMAP.',
  },
  encryption_required: {
    field: 'security',
    sentence: (server) => `The password would go to ${server.host} unencrypted.`,
    whatToDo: 'Choose TLS or STARTTLS.',
  },
  host_not_found: {
    field: 'host',
    sentence: (server, name) => `There is no ${name} server called "${server.host}".`,
    whatToDo: 'Check the spelling of the server name.',
  },
  connection_refused: {
    field: 'port',
    sentence: (server, name) => `${server.host} does not answer ${name} on port ${server.port}.`,
    whatToDo: 'Check the port: usually 465 (TLS) or 587 (STARTTLS) for SMTP, 993 (TLS) for IMAP.',
  },
  timeout: {
    field: 'port',
    sentence: (server, name) => `${server.host} did not answer ${name} on port ${server.port} in time.`,
    whatToDo: 'Check server name and port, and whether a firewall blocks this port.',
  },
  tls_failed: {
    field: 'security',
    sentence: (server) => `No encrypted connection to ${server.host} on port ${server.port} came about.`,
    whatToDo: 'Choose the other kind of encryption: TLS for ports 465 and 993, STARTTLS for 587 and 143.',
  },
  certificate_invalid: {
    field: 'host',
    sentence: (server) => `The certificate of ${server.host} is not valid for this name.`,
    whatToDo: "Use the server name your provider gives: it is often the provider's, not your own domain.",
  },
  authentication_failed: {
    field: 'password',
    sentence: (server, name) => `The ${name} server refused the user name or password of ${server.user}.`,
    whatToDo: 'Enter the password again. Many providers want an app password instead of the normal one.',
  },
  app_password_required: {
    field: 'password',
    sentence: (server) => `${server.host} wants an app password for ${server.user}.`,
    whatToDo: "Create an app password in your provider's security settings and enter it here.",
  },
  basic_login_disabled: {
    field: 'password',
    sentence: (server) => `${server.host} does not let ${server.user} sign in with a password.`,
    whatToDo: 'Ask the administrator of the mail account to allow password sign-in for SMTP and IMAP.',
  },
  sign_in_again: {
    field: 'password',
    sentence: (server, name) => `The ${name} server does not accept the sign-in of ${server.user} any more.`,
    whatToDo:
      'Sign in to the mailbox again. A changed password or a withdrawn permission ends every sign-in.',
  },
  server_refused: {
    field: 'host',
    sentence: (server, name) => `The ${name} server ${server.host} refused the connection.`,
    whatToDo: "Read the server's answer. If it asks to wait, try again later.",
  },
  connection_lost: {
    field: 'host',
    sentence: (server, name) => `The connection to the ${name} server ${server.host} was lost.`,
    whatToDo: 'Try again. If it stays so, check server name, port and encryption.',
  },
  canceled: {
    field: 'host',
    sentence: () => 'The check was stopped before it ended.',
    whatToDo: 'Test the connection again.',
  },
};

/** What nodemailer and imapflow say of a failure, as far as either does. */
const libraryError = z.object({
  name: z.string().optional(),
  message: z.string().optional(),
  code: z.unknown().optional(),
  originalCode: z.unknown().optional(),
  response: z.unknown().optional(),
  responseCode: z.number().optional(),
  responseText: z.unknown().optional(),
  serverResponseCode: z.unknown().optional(),
  authenticationFailed: z.unknown().optional(),
  tlsFailed: z.unknown().optional(),
});
type LibraryError = z.infer<typeof libraryError>;

/** The failure for a library's error on one side of the mailbox. */
export function describeFailure(side: MailSide, server: ServerAccess, cause: unknown): ConnectionFailure {
  const parsed = libraryError.safeParse(cause);
  const error = parsed.success ? parsed.data : { message: String(cause) };
  const problem = problemOf(error);
  const isToken = server.accessToken !== undefined && problem === 'authentication_failed';
  return failureFor(side, server, isToken ? 'sign_in_again' : problem, codeOf(error), responseOf(error));
}

/** The failure for a known problem. */
function failureFor(
  side: MailSide,
  server: MailServer,
  problem: ConnectionProblem,
  code: string,
  response: string,
): ConnectionFailure {
  const advice = ADVICE[problem];
  const field: MailField = mailField.parse(`${side}.${advice.field}`);
  const sentence = advice.sentence(server, side.toUpperCase());
  return { ok: false, problem, code, response, field, sentence, whatToDo: advice.whatToDo };
}

const TIMEOUTS = ['ETIMEDOUT', 'ETIMEOUT', 'CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT'];
const UNREACHABLE = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES'];
const LOST = [
  'ECONNECTION',
  'ECONNRESET',
  'EPIPE',
  'NoConnection',
  'EConnectionClosed',
  'ClosedAfterConnectTLS',
];

function problemOf(error: LibraryError): ConnectionProblem {
  const codes = [error.originalCode, error.code].filter((code): code is string => typeof code === 'string');
  const has = (...wanted: string[]) => codes.some((code) => wanted.includes(code));
  if (error.name === 'TimeoutError' || has(...TIMEOUTS)) return 'timeout';
  if (error.name === 'AbortError') return 'canceled';
  if (has('EAUTH') || error.authenticationFailed) return loginProblem(responseOf(error));
  if (has('ENOTFOUND', 'EAI_AGAIN', 'EDNS')) return 'host_not_found';
  if (has('EADDRESSREFUSED')) return 'address_not_allowed';
  if (has('EPORTREFUSED')) return 'port_not_allowed';
  if (has('EPLAINREFUSED')) return 'encryption_required';
  if (has(...UNREACHABLE)) return 'connection_refused';
  if (codes.some((code) => /CERT|SIGNATURE/.test(code)) || /certificate/i.test(error.message ?? ''))
    return 'certificate_invalid';
  if (has('ETLS', 'EREQUIRETLS') || error.tlsFailed || codes.some((code) => /SSL|TLS/.test(code)))
    return 'tls_failed';
  if (/wrong version number|STARTTLS/i.test(error.message ?? '')) return 'tls_failed';
  if (error.responseCode || error.responseText) return 'server_refused';
  return has(...LOST) ? 'connection_lost' : 'server_refused';
}

/** The server's words only sharpen the advice; that the login failed is known without them. */
function loginProblem(response: string): ConnectionProblem {
  if (/application-specific password|app[- ]password|5\.7\.9\b/i.test(response))
    return 'app_password_required';
  if (/5\.7\.139|basic authentication is disabled|SmtpClientAuthentication is disabled/i.test(response))
    return 'basic_login_disabled';
  return 'authentication_failed';
}

function codeOf(error: LibraryError): string {
  if (error.responseCode) {
    const enhanced = responseOf(error).match(/^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/)?.[1];
    return enhanced ? `${error.responseCode} ${enhanced}` : String(error.responseCode);
  }
  for (const code of [error.serverResponseCode, error.originalCode, error.code, error.name])
    if (typeof code === 'string' && code !== '') return code;
  return 'unknown';
}

function responseOf(error: LibraryError): string {
  for (const text of [error.responseText, error.response])
    if (typeof text === 'string' && text !== '') return text;
  return error.message ?? '';
}

/** The server's own answer, code and text, once each. */
export function serverWords({ code, response }: ConnectionFailure): string {
  const isNamed = response.startsWith(code.split(' ')[0] ?? code);
  return (isNamed ? response : `${code} ${response}`).trim().slice(0, 300);
}
