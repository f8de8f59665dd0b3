import EmailReplyParser from 'email-reply-parser';
import PostalMime, { type Email } from 'postal-mime';
import { isAutoReply } from './autoReply.ts';
import { fromMailSystem, type Headers, headersOf, reportType } from './headers.ts';
import { type MailReport, readProseBounce, readReport } from './report.ts';
import { findReturnDate } from './returnDate.ts';
import type { InboundClass } from './types.ts';
import { asksToUnsubscribe, mailtoUnsubscribeIds } from './unsubscribe.ts';

export interface Classified {
  headers: Headers;
  class: InboundClass;
  /** For mail from mail systems: what it is about. */
  report: MailReport | null;
  text: string;
  newText: string;
}

/** Whether the headers alone suggest a report by a mail system, whose body names the message it is about. */
export function mayBeReport(headers: Headers): boolean {
  return reportType(headers) !== null || fromMailSystem(headers);
}

/** Tells apart what came in: bounce, complaint, automatic reply, unsubscribe request or a real reply. */
export async function classify(raw: Uint8Array, receivedAt: number): Promise<Classified> {
  const email = await parse(raw);
  const headers = headersOf(email, raw);
  const text = (email.text ?? '').replace(/\r\n/g, '\n').trim().slice(0, TEXT_LENGTH);
  const newText = new EmailReplyParser().parseReply(text).trim();
  const report = reportIn(email, headers);
  const kind = report?.class ?? classifyPersonal(headers, text, newText, receivedAt);
  return { headers, class: kind, report, text, newText };
}

/** Nobody reads more of a reply, and nothing below must become slow by it. */
const TEXT_LENGTH = 100_000;

/** A message built to break parsers is read as its headers with no text: it still came from somebody. */
async function parse(raw: Uint8Array): Promise<Email> {
  try {
    // As attachments, so that the returned message's text is not taken for the report's own.
    return await PostalMime.parse(raw, { rfc822Attachments: true });
  } catch {
    const headEnd = Buffer.from(raw).indexOf('\r\n\r\n');
    return PostalMime.parse(raw.slice(0, Math.min(headEnd < 0 ? raw.length : headEnd, 100_000)));
  }
}

function reportIn(email: Email, headers: Headers): MailReport | null {
  const machine = readReport(email);
  if (machine) return machine;
  return fromMailSystem(headers) ? readProseBounce(email) : null;
}

function classifyPersonal(headers: Headers, text: string, newText: string, receivedAt: number): InboundClass {
  if (isAutoReply(headers))
    return { kind: 'auto_reply', returnAt: findReturnDate(text, headers.sentAt ?? receivedAt) };
  if (mailtoUnsubscribeIds(headers.subject).length > 0) return { kind: 'unsubscribe', source: 'mailto' };
  if (asksToUnsubscribe(newText)) return { kind: 'unsubscribe', source: 'text' };
  return { kind: 'reply' };
}
