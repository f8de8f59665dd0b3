/** What a provider's customers put into their SPF record, by the end of its SMTP server's name. */
const SPF_INCLUDES: readonly (readonly [smtpHost: string, include: string])[] = [
  ['gmail.com', '_spf.google.com'],
  ['office365.com', 'spf.protection.outlook.com'],
  ['fastmail.com', 'spf.messagingengine.com'],
  ['zoho.com', 'zohomail.com'],
  ['zoho.eu', 'zohomail.eu'],
  ['mail.me.com', 'icloud.com'],
  ['ovh.net', 'mx.ovh.com'],
  ['mail.gandi.net', '_mailcust.gandi.net'],
  ['infomaniak.com', 'spf.infomaniak.ch'],
  ['mailbox.org', 'mailbox.org'],
  ['hostinger.com', '_spf.mail.hostinger.com'],
  ['privateemail.com', 'spf.privateemail.com'],
  ['emailsrvr.com', 'emailsrvr.com'],
  ['secureserver.net', 'secureserver.net'],
];

/** Null: a server of nobody we know. */
export function spfIncludeOf(smtpHost: string): string | null {
  const host = smtpHost.toLowerCase();
  return SPF_INCLUDES.find(([end]) => host === end || host.endsWith(`.${end}`))?.[1] ?? null;
}
