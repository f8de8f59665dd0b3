import { type MailboxSettings, mailboxSettingsView } from '#shared/contract/mailbox.ts';
import { type MailboxPreset, presetFor } from '#shared/contract/mailboxPresets.ts';

export type Side = 'smtp' | 'imap';

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

/** The form filled with a provider's servers; the address is the user name with all of them. */
export function withPreset(values: MailboxSettings, preset: MailboxPreset): MailboxSettings {
  return {
    ...values,
    smtp: { ...values.smtp, ...preset.smtp, user: values.smtp.user || values.fromAddress },
    imap: { ...values.imap, ...preset.imap, user: values.imap.user || values.fromAddress },
  };
}

/** Fills empty servers as soon as the address tells the provider. */
export function withAddress(values: MailboxSettings): MailboxSettings {
  const preset = presetFor(values.fromAddress);
  if (!preset || values.smtp.host || values.imap.host) return values;
  return withPreset(values, preset);
}

/** Messages by field; `stored`: an empty password means the stored one. */
export function checkMailbox(values: MailboxSettings, stored: boolean): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!values.fromName.trim()) errors.fromName = 'Enter the name recipients see.';
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/.test(values.fromAddress)) {
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
