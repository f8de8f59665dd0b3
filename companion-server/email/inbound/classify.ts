import EmailReplyParser from 'email-reply-parser';
import PostalMime, { type Email } from 'postal-mime';
import { findReturnDate } from '#shared/replies/returnDate.ts';
import { isAutoReply } from './autoReply.ts';
import { fromMailSystem, type Headers, headersOf, reportType } from './headers.ts';
import { htmlAsText, safeHtml } from './html.ts';
import { type MailReport, readReport } from './report.ts';
import type { InboundClass } from './types.ts';
import { asksByButton, asksToUnsubscribe } from './unsubscribe.ts';

export interface Classified {
  headers: Headers;
  /** Of a report with several outcomes the first that failed. */
  class: InboundClass;
  /** For mail from mail systems: what it is about. */
  report: MailReport | null;
  text: string;
  newText: string;
  html: string | null;
}

/** Whether the headers alone suggest a report by a mail system, whose body names the message it is about. */
export function mayBeReport(headers: Headers): boolean {
  return reportType(headers) !== null || fromMailSystem(headers);
}

/** Tells apart what came in: bounce, complaint, automatic reply, unsubscribe request or a real reply. */
export async function classify(raw: Uint8Array, receivedAt: number): Promise<Classified> {
  const email = await parse(raw);
  const headers = headersOf(email, raw);
  const text = textOf(email);
  const newText = newWordsOf(text);
  const report = readReport(email, headers);
  const kind = report ? mainOutcome(report) : classifyPersonal(headers, newText, receivedAt);
  const html = email.html ? safeHtml(email.html) : null;
  return { headers, class: kind, report, text, newText, html };
}

/** Nobody reads more of a reply, and nothing below must become slow by it. */
const TEXT_LENGTH = 100_000;
/** Lines that may begin a part: a message with more was built to cost time, not to be read. */
const PARTS = 1000;
const NESTING = 40;
/** Headers longer than this are built to break parsers: an address list can cost the square of its length. */
const HEAD_LENGTH = 100_000;

/** A message built to break parsers is read as its headers with no text: it still came from somebody. */
async function parse(raw: Uint8Array): Promise<Email> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const found = bytes.indexOf('\r\n\r\n');
  const headEnd = found < 0 ? raw.length : found;
  if (headEnd <= HEAD_LENGTH && countParts(bytes) <= PARTS) {
    try {
      // As attachments, so that the returned message's text is not taken for the report's own.
      return await PostalMime.parse(raw, { rfc822Attachments: true, maxNestingDepth: NESTING });
    } catch {
      // Falls to its headers.
    }
  }
  const head = bytes.subarray(0, Math.min(headEnd, HEAD_LENGTH)).toString('latin1');
  // Without its type, which would be looked for in a body that is not there.
  return PostalMime.parse(
    head.replace(/^content-(type|transfer-encoding):.*(\r?\n[ \t].*)*/gim, 'x-left-out: 1'),
  );
}

function countParts(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf('\n--'); at >= 0 && count <= PARTS; at = bytes.indexOf('\n--', at + 3))
    count += 1;
  return count;
}

function textOf(email: Email): string {
  const text = email.text?.trim() ? email.text : htmlAsText(email.html ?? '');
  return text.replace(/\r\n/g, '\n').replaceAll('\0', '').trim().slice(0, TEXT_LENGTH);
}

/** Lines beyond this are not words; the parser's patterns are not made for them. */
const LINE_LENGTH = 5_000;
/** What is new stands above what is quoted. */
const LINES = 2_000;

function newWordsOf(text: string): string {
  const lines = text.split('\n', LINES).map((line) => line.slice(0, LINE_LENGTH));
  return new EmailReplyParser().parseReply(lines.join('\n')).trim();
}

function mainOutcome({ outcomes }: MailReport): InboundClass {
  const bounced = outcomes.find((one) => one.class.kind === 'bounce');
  return (bounced ?? outcomes[0])?.class ?? { kind: 'notice', what: 'delivered' };
}

function classifyPersonal(headers: Headers, newText: string, receivedAt: number): InboundClass {
  // Before the marks of programs: mail programs send it themselves (Apple's says "auto-replied").
  const asked = asksByButton(headers, newText);
  if (asked === 'sure') return { kind: 'unsubscribe' };
  if (asked === 'perhaps') return { kind: 'reply', suggests: 'unsubscribe' };
  if (isAutoReply(headers))
    return { kind: 'auto_reply', returnAt: findReturnDate(newText, headers.sentAt ?? receivedAt) };
  return { kind: 'reply', suggests: asksToUnsubscribe(newText) ? 'unsubscribe' : null };
}
