import { createHash } from 'node:crypto';
import { limits } from '#shared/kernel/limits.ts';
import { type BodyParts, bodiesOf } from './bodies.ts';
import { compose } from './compose.ts';

export interface MailPerson {
  name: string;
  address: string;
}

export interface MessageInput {
  from: MailPerson;
  to: MailPerson;
  subject: string;
  text: string;
  signatureText?: string;
  /** Files to send along; one with a `cid` is shown where the text says `![…](cid:…)`. */
  attachments?: MailAttachment[];
  /** The `cid:` address of the image that the text shows as `![…](attachment:…)`. */
  imageUrl?: (attachmentId: string) => string;
  /** What a link of the text leads to instead, in the HTML body; `index` counts them from 0. */
  rewriteLink?: (url: string, index: number) => string;
  /** An image that nobody sees, at the end of the HTML body. */
  openPixelUrl?: string;
  /** With angle brackets, from `messageIdFor`. */
  messageId: string;
  /** The message answered, for a step in the same thread. */
  inReplyTo?: string;
  references?: string[];
  /** https, one-click (RFC 8058): a POST there unsubscribes, a GET only shows a page. */
  unsubscribeUrl: string;
  /** The workspace's postal address. */
  postalAddress: string;
  /** Unix ms UTC. */
  date: number;
}

export interface MailAttachment {
  filename: string;
  contentType: string;
  content: Buffer;
  cid?: string;
}

export interface BuiltMessage {
  messageId: string;
  envelope: { from: string; to: string };
  /** The whole message. The same input gives the same bytes. */
  raw: Buffer;
}

/** Builds one automated email: threading, both bodies, and every way out that mail programs know. */
export function buildMessage(input: MessageInput): BuiltMessage {
  const parts: BodyParts = {
    text: input.text,
    rewriteLink: input.rewriteLink,
    imageUrl: input.imageUrl,
    openPixelUrl: input.openPixelUrl ?? null,
    signatureText: input.signatureText ?? null,
    unsubscribeUrl: input.unsubscribeUrl,
    postalAddress: input.postalAddress,
  };
  const { plain, html } = bodiesOf(parts);
  const raw = compose(
    {
      from: named(input.from),
      to: named(input.to),
      subject: threadSubject(input),
      date: new Date(input.date),
      messageId: input.messageId,
      ...threading(input),
      text: encoded(plain),
      html: encoded(html),
      attachments: input.attachments?.map(asPart),
      headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      baseBoundary: createHash('sha256').update(input.messageId).digest('hex').slice(0, 16),
    },
    [input.unsubscribeUrl, unsubscribeMailto(input)],
  );
  return {
    messageId: input.messageId,
    envelope: { from: input.from.address, to: input.to.address },
    raw: withoutFromLines(raw),
  };
}

const FROM_LINE = '\r\nFrom ';

/**
 * Some servers write ">From " where a line begins so, which breaks the DKIM signature. Both bodies are quoted-printable,
 * where such a line can be written without one; nothing else of a message has lines like that.
 */
function withoutFromLines(raw: Buffer): Buffer {
  if (!raw.includes(FROM_LINE, raw.indexOf('\r\n\r\n'))) return raw;
  return Buffer.from(raw.toString('latin1').replaceAll(FROM_LINE, '\r\n=46rom=\r\n '), 'latin1');
}

/** Message-IDs in References: more makes headers of several kilobytes. */
const REFERENCES = 20;

/** A name is one word of the header and folds nowhere if it has no spaces. */
const NAME_AT_MOST = 200;

function named({ name, address }: MailPerson): MailPerson {
  return { name: [...name.trim()].slice(0, NAME_AT_MOST).join(''), address };
}

/** Always quoted-printable, so that `withoutFromLines` may write any line anew. */
function encoded(content: string) {
  return { content, contentTransferEncoding: 'quoted-printable' as const };
}

/** An attachment as nodemailer takes it; inline where the text shows it by its content id. */
export function asPart({ filename, contentType, content, cid }: MailAttachment) {
  const contentDisposition = cid ? ('inline' as const) : ('attachment' as const);
  return { filename, contentType, content, cid, contentDisposition };
}

function threading(input: MessageInput): { inReplyTo?: string; references?: string[] } {
  if (!input.inReplyTo) return {};
  const thread = [...new Set([...(input.references ?? []), input.inReplyTo])];
  // The first names the thread, the last ones say where in it: RFC 5322 lets the middle go.
  const references =
    thread.length > REFERENCES ? [...thread.slice(0, 1), ...thread.slice(1 - REFERENCES)] : thread;
  return { inReplyTo: input.inReplyTo, references };
}

/** A follow-up in the thread carries "Re:" exactly once, or some programs start a new thread. */
function threadSubject(input: MessageInput): string {
  const subject = [...input.subject.replace(/[\r\n]+/g, ' ').trim()].slice(0, limits.emailSubject).join('');
  return input.inReplyTo && !/^re:/i.test(subject) ? `Re: ${subject}` : subject;
}

/** The way out for programs that write an email: it names our message, so that the contact is found. */
function unsubscribeMailto(input: MessageInput): string {
  return `mailto:${input.from.address}?subject=${encodeURIComponent(`unsubscribe ${input.messageId}`)}`;
}
