import { z } from 'zod';

/**
 * A mailbox bound to a sender profile: SMTP to send, IMAP to receive. Both are needed: without IMAP,
 * replies, bounces and opt-outs would be missed (product: Email status).
 */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** A name for this very computer. Nobody issues certificates for it: only here may one go unchecked. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * `tls`: encrypted from the first byte. `starttls`: upgraded, and refused if the server cannot. `none`: only to a private
 * address, and only where the operator allows those.
 */
const mailSecurity = z.enum(['tls', 'starttls', 'none']);
export type MailSecurity = z.infer<typeof mailSecurity>;

const mailServer = z.object({
  host: z
    .string()
    .trim()
    .min(1, 'Enter the name of the mail server.')
    .max(253)
    .regex(/^[A-Za-z0-9.:[\]-]+$/, 'A server name has no spaces, slashes or protocol.'),
  port: z.int().min(1).max(65535),
  security: mailSecurity,
  user: z.string().min(1, 'Enter the user name.').max(320),
  password: z.string().min(1, 'Enter the password.').max(1000),
});
export type MailServer = z.infer<typeof mailServer>;

/** The provider's own sign-in (OAuth2). */
export const mailSignIn = z.enum(['google', 'microsoft']);
export type MailSignIn = z.infer<typeof mailSignIn>;

export const mailboxSettings = z.object({
  /** Signed in to with tokens of this provider; absent: with the passwords. */
  signIn: mailSignIn.optional(),
  smtp: mailServer,
  imap: mailServer,
  /** The true sender's name and address, as recipients see them. */
  fromName: z
    .string()
    .trim()
    .min(1, 'Enter the name recipients see.')
    .max(200)
    .regex(/^[^\r\n]*$/),
  fromAddress: z.email().max(254),
});
export type MailboxSettings = z.infer<typeof mailboxSettings>;

const draftServer = mailServer.extend({ password: z.string().max(1000) });

/** Settings from the form: an empty password means the stored one. */
export const mailboxDraft = mailboxSettings
  .omit({ signIn: true })
  .extend({ smtp: draftServer, imap: draftServer });
export type MailboxDraft = z.infer<typeof mailboxDraft>;

/** What the browser may see: everything but the passwords. */
export const mailboxSettingsView = z.object({
  signIn: mailSignIn.optional(),
  smtp: mailServer.extend({ password: z.literal('') }),
  imap: mailServer.extend({ password: z.literal('') }),
  fromName: z.string(),
  fromAddress: z.string(),
});
export type MailboxSettingsView = z.infer<typeof mailboxSettingsView>;

const discoveredServer = mailServer.omit({ password: true });
export type DiscoveredServer = z.infer<typeof discoveredServer>;

/** The servers of an address as somebody else names them; the person looks at them before anything is stored. */
export const mailboxDiscovery = z.object({
  /** `preset`: a provider we know. `mx`: the provider that receives the domain's mail. */
  source: z.enum(['preset', 'autoconfig', 'well_known', 'srv', 'mx']),
  /** The name of who says so: a provider, or a host. */
  where: z.string(),
  smtp: discoveredServer,
  imap: discoveredServer,
  signIn: mailSignIn.nullable(),
  passwordHint: z.string().nullable(),
  presetId: z.string().nullable(),
});
export type MailboxDiscovery = z.infer<typeof mailboxDiscovery>;

export const mailField = z.enum([
  'smtp.host',
  'smtp.port',
  'smtp.security',
  'smtp.user',
  'smtp.password',
  'imap.host',
  'imap.port',
  'imap.security',
  'imap.user',
  'imap.password',
]);
export type MailField = z.infer<typeof mailField>;

const connectionProblem = z.enum([
  'address_not_allowed',
  'port_not_allowed',
  'encryption_required',
  'host_not_found',
  'connection_refused',
  'timeout',
  'tls_failed',
  'certificate_invalid',
  'authentication_failed',
  'app_password_required',
  'basic_login_disabled',
  'sign_in_again',
  'server_refused',
  'connection_lost',
  'canceled',
]);
export type ConnectionProblem = z.infer<typeof connectionProblem>;

/** The outcome of a connection test of one side, in the server's own words where it said any. */
const connectionCheck = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), response: z.string() }),
  z.object({
    ok: z.literal(false),
    problem: connectionProblem,
    /** The server's own code ("535 5.7.8", "AUTHENTICATIONFAILED") or the system's ("ECONNREFUSED"). */
    code: z.string(),
    /** The server's own text, or the system's. */
    response: z.string(),
    /** The field to look at first. */
    field: mailField,
    sentence: z.string(),
    whatToDo: z.string(),
  }),
]);
export type ConnectionCheck = z.infer<typeof connectionCheck>;

const connectionTest = z.object({ smtp: connectionCheck, imap: connectionCheck });
export type ConnectionTest = z.infer<typeof connectionTest>;
