import type { MailSecurity, MailSignIn } from './mailbox.ts';

export interface ServerPreset {
  host: string;
  port: number;
  security: MailSecurity;
}

/** What a provider's users would otherwise look up. Data only: every value can be changed in the form. */
export interface MailboxPreset {
  id: string;
  name: string;
  /** Domains whose addresses are surely this provider's. */
  domains: readonly string[];
  /** Ends of the names of its MX servers: an own domain that receives there has its mailboxes there. */
  mx: readonly string[];
  smtp: ServerPreset;
  imap: ServerPreset;
  /** Its own sign-in (OAuth2), where Rapport knows it; null: a password. */
  signIn: MailSignIn | null;
  /** Shown beside the password field. */
  passwordHint: string;
  /** The server itself stores what goes out over SMTP in its Sent folder. */
  savesSentItself: boolean;
}

const tls = (host: string, port: number): ServerPreset => ({ host, port, security: 'tls' });
const startTls = (host: string, port: number): ServerPreset => ({ host, port, security: 'starttls' });

/** A provider with SMTP on 465 and IMAP on 993, both TLS, and nothing out of the ordinary. */
function usual(
  id: string,
  name: string,
  [smtp, imap]: [smtp: string, imap: string],
  passwordHint: string,
  known: { domains?: string[]; mx?: string[] } = {},
): MailboxPreset {
  return {
    id,
    name,
    domains: known.domains ?? [],
    mx: known.mx ?? [],
    smtp: tls(smtp, 465),
    imap: tls(imap, 993),
    signIn: null,
    passwordHint,
    savesSentItself: false,
  };
}

const ORDINARY = 'Use the password of the mailbox itself, not that of the customer account.';

export const mailboxPresets: readonly MailboxPreset[] = [
  {
    id: 'gmail',
    name: 'Gmail / Google Workspace',
    domains: ['gmail.com', 'googlemail.com'],
    mx: ['google.com', 'googlemail.com'],
    smtp: tls('smtp.gmail.com', 465),
    imap: tls('imap.gmail.com', 993),
    signIn: 'google',
    passwordHint:
      'Use an app password: Google Account, Security, 2-Step Verification, App passwords. The normal password is refused.',
    savesSentItself: true,
  },
  {
    id: 'outlook',
    name: 'Outlook / Microsoft 365',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'outlook.de', 'outlook.fr'],
    mx: ['mail.protection.outlook.com', 'mx.microsoft', 'olc.protection.outlook.com'],
    smtp: startTls('smtp.office365.com', 587),
    imap: tls('outlook.office365.com', 993),
    signIn: 'microsoft',
    passwordHint:
      'Microsoft refuses passwords over SMTP and IMAP for most accounts. Your administrator can tell whether yours allows them.',
    savesSentItself: true,
  },
  {
    id: 'yahoo',
    name: 'Yahoo Mail',
    domains: [
      'yahoo.com',
      'ymail.com',
      'rocketmail.com',
      'yahoo.co.uk',
      'yahoo.de',
      'yahoo.fr',
      'yahoo.it',
      'yahoo.es',
    ],
    mx: ['yahoodns.net'],
    smtp: tls('smtp.mail.yahoo.com', 465),
    imap: tls('imap.mail.yahoo.com', 993),
    signIn: null,
    passwordHint: 'Use an app password: Yahoo Account, Security, Generate app password.',
    savesSentItself: true,
  },
  usual(
    'aol',
    'AOL Mail',
    ['smtp.aol.com', 'imap.aol.com'],
    'Use an app password: AOL Account, Security, Generate app password.',
    { domains: ['aol.com', 'aim.com', 'aol.de', 'aol.co.uk'] },
  ),
  {
    id: 'zoho',
    name: 'Zoho Mail',
    domains: ['zoho.com', 'zohomail.com'],
    mx: ['zoho.com'],
    smtp: tls('smtp.zoho.com', 465),
    imap: tls('imap.zoho.com', 993),
    signIn: null,
    passwordHint:
      'Switch on IMAP in Zoho Mail settings, and use an app password if two-factor authentication is on.',
    savesSentItself: true,
  },
  {
    id: 'zoho_eu',
    name: 'Zoho Mail (Europe)',
    domains: ['zoho.eu', 'zohomail.eu'],
    mx: ['zoho.eu'],
    smtp: tls('smtp.zoho.eu', 465),
    imap: tls('imap.zoho.eu', 993),
    signIn: null,
    passwordHint:
      'Switch on IMAP in Zoho Mail settings, and use an app password if two-factor authentication is on.',
    savesSentItself: true,
  },
  {
    id: 'icloud',
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    mx: ['mail.icloud.com'],
    smtp: startTls('smtp.mail.me.com', 587),
    imap: tls('imap.mail.me.com', 993),
    signIn: null,
    passwordHint:
      'Use an app-specific password: account.apple.com, Sign-In and Security, App-Specific Passwords.',
    savesSentItself: false,
  },
  usual(
    'fastmail',
    'Fastmail',
    ['smtp.fastmail.com', 'imap.fastmail.com'],
    'Use an app password: Settings, Privacy & Security, Manage app passwords.',
    { domains: ['fastmail.com', 'fastmail.fm'], mx: ['messagingengine.com'] },
  ),
  {
    ...usual(
      'gmx',
      'GMX',
      ['mail.gmx.net', 'imap.gmx.net'],
      'First allow POP3/IMAP in GMX: Email, Settings, POP3/IMAP. With two-factor authentication use an app password.',
      { domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'gmx.eu'] },
    ),
  },
  usual(
    'gmx_com',
    'GMX (international)',
    ['mail.gmx.com', 'imap.gmx.com'],
    'First allow POP3/IMAP in GMX: Email, Settings, POP3/IMAP. With two-factor authentication use an app password.',
    { domains: ['gmx.com', 'gmx.us', 'gmx.co.uk', 'gmx.fr'] },
  ),
  {
    ...usual(
      'webde',
      'WEB.DE',
      ['smtp.web.de', 'imap.web.de'],
      'First allow POP3/IMAP in WEB.DE: Email, Settings, POP3/IMAP. With two-factor authentication use an app password.',
      { domains: ['web.de', 'email.de'] },
    ),
    smtp: startTls('smtp.web.de', 587),
  },
  usual('ionos', 'IONOS', ['smtp.ionos.de', 'imap.ionos.de'], ORDINARY, {
    mx: ['ionos.de', 'kundenserver.de'],
  }),
  usual('ionos_com', 'IONOS (international)', ['smtp.ionos.com', 'imap.ionos.com'], ORDINARY, {
    mx: ['ionos.com', 'ionos.co.uk', 'perfora.net'],
  }),
  usual('strato', 'STRATO', ['smtp.strato.de', 'imap.strato.de'], ORDINARY, { mx: ['rzone.de'] }),
  usual(
    't_online',
    'T-Online',
    ['securesmtp.t-online.de', 'secureimap.t-online.de'],
    'Use the password for email programs: T-Online Kundencenter, Passwords. It is another one than that of the website.',
    { domains: ['t-online.de', 'magenta.de'] },
  ),
  usual(
    'mailbox_org',
    'mailbox.org',
    ['smtp.mailbox.org', 'imap.mailbox.org'],
    'With two-factor authentication use an app password.',
    {
      domains: ['mailbox.org'],
      mx: ['mailbox.org'],
    },
  ),
  usual('ovh', 'OVHcloud', ['ssl0.ovh.net', 'ssl0.ovh.net'], ORDINARY, { mx: ['mail.ovh.net', 'ovh.net'] }),
  usual('gandi', 'Gandi', ['mail.gandi.net', 'mail.gandi.net'], ORDINARY, { mx: ['mail.gandi.net'] }),
  usual(
    'infomaniak',
    'Infomaniak',
    ['mail.infomaniak.com', 'mail.infomaniak.com'],
    'Use a device password: Infomaniak Mail, Settings, Devices and applications.',
    { domains: ['ik.me', 'etik.com', 'ikmail.com'], mx: ['infomaniak.ch', 'infomaniak.com'] },
  ),
  usual(
    'orange',
    'Orange',
    ['smtp.orange.fr', 'imap.orange.fr'],
    'Use the password of your Orange mailbox.',
    {
      domains: ['orange.fr', 'wanadoo.fr'],
    },
  ),
  usual(
    'free',
    'Free',
    ['smtp.free.fr', 'imap.free.fr'],
    'First allow authenticated SMTP in your Free customer area.',
    {
      domains: ['free.fr'],
    },
  ),
  usual(
    'yandex',
    'Yandex Mail',
    ['smtp.yandex.com', 'imap.yandex.com'],
    'Use an app password: Yandex ID, Security, App passwords; and allow IMAP in the settings of Yandex Mail.',
    { domains: ['yandex.com', 'ya.ru', 'yandex.ru'], mx: ['yandex.net', 'yandex.ru'] },
  ),
  usual('hostinger', 'Hostinger', ['smtp.hostinger.com', 'imap.hostinger.com'], ORDINARY, {
    mx: ['hostinger.com'],
  }),
  usual(
    'namecheap',
    'Namecheap Private Email',
    ['mail.privateemail.com', 'mail.privateemail.com'],
    ORDINARY,
    {
      mx: ['privateemail.com'],
    },
  ),
  usual('rackspace', 'Rackspace Email', ['secure.emailsrvr.com', 'secure.emailsrvr.com'], ORDINARY, {
    mx: ['emailsrvr.com'],
  }),
  usual(
    'godaddy',
    'GoDaddy Workspace Email',
    ['smtpout.secureserver.net', 'imap.secureserver.net'],
    ORDINARY,
    {
      mx: ['secureserver.net'],
    },
  ),
  {
    id: 'proton_bridge',
    name: 'Proton Mail (Bridge on this computer)',
    domains: ['proton.me', 'protonmail.com', 'pm.me', 'protonmail.ch'],
    mx: ['protonmail.ch'],
    smtp: startTls('127.0.0.1', 1025),
    imap: startTls('127.0.0.1', 1143),
    signIn: null,
    passwordHint:
      'Proton Bridge must run on the computer of this server, and the operator must allow private addresses. Use the password that the Bridge shows for the mailbox, not that of Proton.',
    savesSentItself: true,
  },
];

/** The part behind the last @, in lower case. */
export function domainOfAddress(address: string): string {
  return address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();
}

/** The preset for an address's domain, or null for a domain nobody is known to run. */
export function presetFor(address: string): MailboxPreset | null {
  const domain = domainOfAddress(address);
  return mailboxPresets.find((preset) => preset.domains.includes(domain)) ?? null;
}

/** The preset of the provider that an own domain receives its mail at, by the name of its first MX server. */
export function presetForMx(host: string): MailboxPreset | null {
  return mailboxPresets.find(({ mx }) => mx.some((end) => host === end || host.endsWith(`.${end}`))) ?? null;
}
