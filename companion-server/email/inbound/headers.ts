import { createHash } from 'node:crypto';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { idsIn } from '../messageId.ts';

/** A message's headers, as far as the decisions here need them. */
export interface Headers {
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  from: { name: string; address: string } | null;
  replyTo: string[];
  subject: string;
  /** By the sender's own clock, unix ms UTC; null if missing or no date. */
  sentAt: number | null;
  dedupeKey: string;
  /** All values of a header, by lower-case name. */
  all(name: string): string[];
}

export async function parseHeaders(raw: Uint8Array): Promise<Headers> {
  return headersOf(await PostalMime.parse(raw), raw);
}

export function headersOf(email: Email, raw: Uint8Array): Headers {
  const messageId = idsIn(email.messageId)[0] ?? null;
  const from = flatten(email.from ? [email.from] : [])[0];
  return {
    messageId,
    inReplyTo: idsIn(email.inReplyTo),
    references: idsIn(email.references),
    from: from ?? null,
    replyTo: flatten(email.replyTo ?? []).map((entry) => entry.address),
    subject: email.subject ?? '',
    sentAt: dateOf(email.date),
    dedupeKey: messageId
      ? `mail:${messageId}`
      : `mail:sha256:${createHash('sha256').update(raw).digest('hex')}`,
    all: (name) => email.headers.filter((header) => header.key === name).map((header) => header.value),
  };
}

/** `multipart/report`'s report-type, lower case, or null for any other message. */
export function reportType(headers: Headers): string | null {
  const type = headers.all('content-type')[0] ?? '';
  if (!/^\s*multipart\/report\b/i.test(type)) return null;
  return type.match(/report-type\s*=\s*"?([\w-]+)/i)?.[1]?.toLowerCase() ?? 'delivery-status';
}

/** From a mail system rather than from somebody: its null return path or its well-known names say so. */
export function fromMailSystem(headers: Headers): boolean {
  const nullPath = headers.all('return-path').some((path) => path.trim() === '<>');
  const local = headers.from?.address.split('@')[0] ?? '';
  const known = /^(mailer-daemon|postmaster|mail-daemon)$/.test(local);
  return headers.all('x-failed-recipients').length > 0 || (known && nullPath) || local === 'mailer-daemon';
}

function dateOf(date: string | undefined): number | null {
  const at = new Date(date ?? '').getTime();
  return Number.isNaN(at) ? null : at;
}

function flatten(addresses: Address[]): { name: string; address: string }[] {
  return addresses
    .flatMap((entry) => (entry.group ? entry.group : [entry]))
    .filter((entry) => entry.address !== '')
    .map((entry) => ({ name: entry.name, address: entry.address.toLowerCase() }));
}
