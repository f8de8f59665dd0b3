import type { MailSecurity } from './mailbox.ts';

export interface ServerPreset {
  host: string;
  port: number;
  security: MailSecurity;
}

/** What a provider's users would otherwise look up. Data only: every value can be changed in the form. */
export interface MailboxPreset {
  id: string;
  name: string;
  /** Domains whose addresses are surely this provider's. Own domains are recognised by nobody but the user. */
  domains: readonly string[];
  smtp: ServerPreset;
  imap: ServerPreset;
  /** Shown beside the password field. */
  passwordHint: string;
  /** The server itself stores what goes out over SMTP in its Sent folder. */
  savesSentItself: boolean;
}

const tls = (host: string, port: number): ServerPreset => ({ host, port, security: 'tls' });
const startTls = (host: string, port: number): ServerPreset => ({ host, port, security: 'starttls' });

export const mailboxPresets: readonly MailboxPreset[] = [
  {
    id: 'gmail',
    name: 'Gmail / Google Workspace',
    domains: ['gmail.com', 'googlemail.com'],
    smtp: tls('smtp.gmail.com', 465),
    imap: tls('imap.gmail.com', 993),
    passwordHint:
      'Use an app password: Google Account, Security, 2-Step Verification, App passwords. The normal password is refused.',
    savesSentItself: true,
  },
  {
    id: 'outlook',
    name: 'Outlook / Microsoft 365',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    smtp: startTls('smtp.office365.com', 587),
    imap: tls('outlook.office365.com', 993),
    passwordHint:
      'Microsoft refuses passwords over SMTP and IMAP for most accounts. Your administrator can tell whether yours allows them.',
    savesSentItself: true,
  },
  {
    id: 'yahoo',
    name: 'Yahoo Mail',
    domains: ['yahoo.com', 'ymail.com', 'rocketmail.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr'],
    smtp: tls('smtp.mail.yahoo.com', 465),
    imap: tls('imap.mail.yahoo.com', 993),
    passwordHint: 'Use an app password: Yahoo Account, Security, Generate app password.',
    savesSentItself: true,
  },
  {
    id: 'zoho',
    name: 'Zoho Mail',
    domains: ['zoho.com', 'zohomail.com'],
    smtp: tls('smtp.zoho.com', 465),
    imap: tls('imap.zoho.com', 993),
    passwordHint:
      'Switch on IMAP in Zoho Mail settings, and use an app password if two-factor authentication is on.',
    savesSentItself: true,
  },
  {
    id: 'icloud',
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    smtp: startTls('smtp.mail.me.com', 587),
    imap: tls('imap.mail.me.com', 993),
    passwordHint:
      'Use an app-specific password: account.apple.com, Sign-In and Security, App-Specific Passwords.',
    savesSentItself: false,
  },
  {
    id: 'fastmail',
    name: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm'],
    smtp: tls('smtp.fastmail.com', 465),
    imap: tls('imap.fastmail.com', 993),
    passwordHint: 'Use an app password: Settings, Privacy & Security, Manage app passwords.',
    savesSentItself: false,
  },
];

/** The preset for an address's domain, or null for a domain nobody is known to run. */
export function presetFor(address: string): MailboxPreset | null {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return mailboxPresets.find((preset) => preset.domains.includes(domain)) ?? null;
}
