import type { UseFormReturnType } from '@mantine/form';
import {
  type MailboxDiscovery,
  type MailboxSettings,
  mailboxSettingsView,
} from '#shared/contract/mailbox.ts';
import type { ServerPreset } from '#shared/contract/mailboxPresets.ts';

export type Side = 'smtp' | 'imap';
export type MailboxFormApi = UseFormReturnType<MailboxSettings>;

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/;

/** Whether it has the form of an email address; whether it exists only the test tells. */
export function looksLikeAddress(text: string): boolean {
  return ADDRESS.test(text);
}

export const mailboxFields = [
  'fromName',
  'fromAddress',
  ...(['smtp', 'imap'] as const).flatMap((side) =>
    (['host', 'port', 'security', 'user', 'password'] as const).map((field) => `${side}.${field}`),
  ),
];

const emptyServer = { host: '', user: '', password: '', security: 'tls' as const };

/** The stored settings without passwords, or an empty form. */
export function initialMailbox(stored: unknown): MailboxSettings {
  const parsed = mailboxSettingsView.safeParse(stored);
  if (parsed.success) return parsed.data;
  return {
    fromName: '',
    fromAddress: '',
    smtp: { ...emptyServer, port: 465 },
    imap: { ...emptyServer, port: 993 },
  };
}

interface Servers {
  smtp: ServerPreset & { user?: string };
  imap: ServerPreset & { user?: string };
}

/** The form filled with servers that somebody named; the address is the user name where nobody says otherwise. */
export function withServers(values: MailboxSettings, found: Servers): MailboxSettings {
  const fill = (side: Side) => ({
    ...values[side],
    ...found[side],
    user: found[side].user ?? (values[side].user || values.fromAddress),
  });
  return { ...values, smtp: fill('smtp'), imap: fill('imap') };
}

/** As if nobody had named servers. */
export function withoutServers(values: MailboxSettings): MailboxSettings {
  const { smtp, imap } = values;
  return { ...values, smtp: { ...smtp, host: '', user: '' }, imap: { ...imap, host: '', user: '' } };
}

/** Whether servers may be filled in without losing what somebody typed: none yet, or those filled in before. */
export function mayFill(values: MailboxSettings, filled: Servers | null): boolean {
  return (['smtp', 'imap'] as const).every(
    (side) => values[side].host === '' || values[side].host === filled?.[side].host,
  );
}

const SOURCES: Record<MailboxDiscovery['source'], (where: string) => string> = {
  preset: (where) => `The servers are those of ${where}.`,
  autoconfig: (where) => `The servers come from the configuration file at ${where}.`,
  well_known: (where) => `The servers come from the configuration file at ${where}.`,
  srv: (where) => `The servers come from the DNS records of ${where}.`,
  mx: (where) => `Mail for this domain is received by ${where}; these are its provider's servers.`,
};

/** Who named the servers. */
export function sourceSentence({ source, where }: MailboxDiscovery): string {
  return `${SOURCES[source](where)} Every value can be changed.`;
}

/** Messages by field; `stored`: an empty password means the stored one. */
export function checkMailbox(values: MailboxSettings, stored: boolean): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!values.fromName.trim()) errors.fromName = 'Enter the name recipients see.';
  if (!looksLikeAddress(values.fromAddress)) {
    errors.fromAddress = 'Enter the address that mail is sent from.';
  }
  for (const side of ['smtp', 'imap'] as const) {
    const server = values[side];
    if (!/^[A-Za-z0-9.:[\]-]+$/.test(server.host.trim())) {
      errors[`${side}.host`] = 'Enter the name of the mail server, such as mail.example.com.';
    }
    if (!(server.port >= 1 && server.port <= 65_535))
      errors[`${side}.port`] = 'Enter a port from 1 to 65535.';
    if (!server.user) errors[`${side}.user`] = 'Enter the user name.';
    if (!server.password && !stored) errors[`${side}.password`] = 'Enter the password.';
  }
  return errors;
}
