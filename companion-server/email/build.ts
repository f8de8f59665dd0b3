import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type BodyParts, htmlBody, plainBody } from './bodies.ts';

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

export interface BuiltMessage {
  messageId: string;
  envelope: { from: string; to: string };
  /** The whole message. The same input gives the same bytes. */
  raw: Buffer;
}

/** Builds one automated email: threading, both bodies, and every way out that mail programs know. */
export async function buildMessage(input: MessageInput): Promise<BuiltMessage> {
  const parts: BodyParts = {
    text: input.text,
    signatureText: input.signatureText ?? null,
    unsubscribeUrl: input.unsubscribeUrl,
    postalAddress: input.postalAddress,
  };
  const raw = await new MailComposer({
    from: input.from,
    to: input.to,
    subject: threadSubject(input),
    date: new Date(input.date),
    messageId: input.messageId,
    ...threading(input),
    text: plainBody(parts),
    html: htmlBody(parts),
    // A nested array: nodemailer makes two headers of a flat one.
    list: { unsubscribe: [[input.unsubscribeUrl, unsubscribeMailto(input)]] },
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    baseBoundary: createHash('sha256').update(input.messageId).digest('hex').slice(0, 16),
    // The bytes kept in Sent are the bytes sent: SMTP and IMAP know only CRLF.
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return {
    messageId: input.messageId,
    envelope: { from: input.from.address, to: input.to.address },
    raw,
  };
}

function threading(input: MessageInput): { inReplyTo?: string; references?: string[] } {
  if (!input.inReplyTo) return {};
  const references = [...(input.references ?? []), input.inReplyTo];
  return { inReplyTo: input.inReplyTo, references: [...new Set(references)] };
}

/** A follow-up in the thread carries "Re:" exactly once, or some programs start a new thread. */
function threadSubject(input: MessageInput): string {
  const subject = input.subject.replace(/[\r\n]+/g, ' ').trim();
  return input.inReplyTo && !/^re:/i.test(subject) ? `Re: ${subject}` : subject;
}

/** The way out for programs that write an email: it names our message, so that the contact is found. */
function unsubscribeMailto(input: MessageInput): string {
  return `mailto:${input.from.address}?subject=${encodeURIComponent(`unsubscribe ${input.messageId}`)}`;
}
