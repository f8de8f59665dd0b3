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
  /** To and Cc. */
  to: string[];
  subject: string;
  /** By the sender's own clock, unix ms UTC; null if missing or no date. */
  sentAt: number | null;
  dedupeKey: string;
  /** All values of a header, by lower-case name. */
  all(name: string): string[];
}

/** Headers that say by which rule a message was understood: kept as evidence, and all that is fetched of strangers. */
export const telling = [
  'auto-submitted',
  'precedence',
  'x-auto-response-suppress',
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-mail-autoreply',
  'x-vacation',
  'x-apple-unsubscribe',
  'x-failed-recipients',
  'return-path',
  'content-type',
] as const;

/** What is fetched of every message before anybody knows whose it is. */
export const wantedHeaders = [
  'message-id',
  'in-reply-to',
  'references',
  'from',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'list-unsubscribe',
  ...telling,
];

/** Nobody has more of one kind, and every list below is worked through. */
const AT_MOST = 200;
/** A subject or a name longer than this is no subject. */
const TEXT_LENGTH = 998;

/** Headers that no parser takes count as none: the message belongs to nobody. */
export async function parseHeaders(raw: Uint8Array): Promise<Headers> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const end = bytes.indexOf('\r\n\r\n');
  const head = end < 0 ? raw : raw.subarray(0, end);
  return PostalMime.parse(head).then(
    (email) => headersOf(email, raw),
    async () => headersOf(await PostalMime.parse(''), raw),
  );
}

/** What is used of a message's headers, bounded; its dedupe key is the Message-ID, or the hash of the raw message. */
export function headersOf(email: Email, raw: Uint8Array): Headers {
  const messageId = idsIn(email.messageId)[0] ?? null;
  const [from = null] = flatten(email.from ? [email.from] : []);
  return {
    messageId,
    inReplyTo: idsIn(email.inReplyTo).slice(0, AT_MOST),
    references: idsIn(email.references).slice(-AT_MOST),
    from,
    replyTo: flatten(email.replyTo ?? []).map((entry) => entry.address),
    to: flatten([...(email.to ?? []), ...(email.cc ?? [])]).map((entry) => entry.address),
    subject: (email.subject ?? '').slice(0, TEXT_LENGTH),
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

/** From a mail system rather than from somebody: its null return path and its well-known names say so. */
export function fromMailSystem(headers: Headers): boolean {
  const local = headers.from?.address.split('@')[0] ?? '';
  if (local === 'mailer-daemon') return true;
  // A person may read mail as postmaster; then they have a return path.
  if (/^(postmaster|mail-daemon|mailerdaemon)$/.test(local)) return hasNullPath(headers);
  return headers.all('x-failed-recipients').length > 0 && hasNullPath(headers);
}

/** Whether the envelope's sender is empty: what no mail program answers (RFC 5321). */
export function hasNullPath(headers: Headers): boolean {
  return headers.all('return-path').some((path) => path.trim() === '<>');
}

/** The headers that tell what a message is, shortened. */
export function evidenceOf(headers: Headers): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of telling) {
    const [value] = headers.all(name);
    if (value !== undefined) found[name] = value.slice(0, 300);
  }
  return found;
}

function dateOf(date: string | undefined): number | null {
  const at = new Date(date ?? '').getTime();
  return Number.isNaN(at) ? null : at;
}

function flatten(addresses: Address[]): { name: string; address: string }[] {
  return addresses
    .flatMap((entry) => (entry.group ? entry.group : [entry]))
    .filter((entry) => entry.address !== '')
    .slice(0, AT_MOST)
    .map((entry) => ({
      name: entry.name.slice(0, TEXT_LENGTH),
      address: entry.address.toLowerCase().slice(0, 320),
    }));
}
