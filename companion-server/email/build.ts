import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { assert } from '#shared/kernel/assert.ts';
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

/**
 * Writes messages and sends none. The bytes kept in Sent are the bytes sent: SMTP and IMAP know only CRLF.
 * The library's bare MailComposer would not do: it drops the List headers silently.
 */
const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/** Builds one automated email: threading, both bodies, and every way out that mail programs know. */
export async function buildMessage(input: MessageInput): Promise<BuiltMessage> {
  const parts: BodyParts = {
    text: input.text,
    signatureText: input.signatureText ?? null,
    unsubscribeUrl: input.unsubscribeUrl,
    postalAddress: input.postalAddress,
  };
  const sent = await composer.sendMail({
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
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  });
  assert(Buffer.isBuffer(sent.message), 'the composer gives the whole message');
  return {
    messageId: input.messageId,
    envelope: { from: input.from.address, to: input.to.address },
    raw: sent.message,
  };
}

/** Message-IDs in References: more makes headers of several kilobytes. */
const REFERENCES = 20;

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
  const subject = input.subject.replace(/[\r\n]+/g, ' ').trim();
  return input.inReplyTo && !/^re:/i.test(subject) ? `Re: ${subject}` : subject;
}

/** The way out for programs that write an email: it names our message, so that the contact is found. */
function unsubscribeMailto(input: MessageInput): string {
  return `mailto:${input.from.address}?subject=${encodeURIComponent(`unsubscribe ${input.messageId}`)}`;
}
