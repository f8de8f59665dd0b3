import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailFields, SentMail } from './types.ts';

/** The raw message for some fields. */
export async function compose(fields: MailFields, now: number): Promise<string> {
  const raw = await new MailComposer({
    from: fields.from,
    to: fields.to,
    subject: fields.subject,
    text: fields.text,
    date: new Date(fields.date ?? now),
    messageId: fields.messageId ?? `<${crypto.randomUUID()}@people.test>`,
    ...(fields.inReplyTo ? { inReplyTo: fields.inReplyTo } : {}),
    ...(fields.references ? { references: fields.references } : {}),
    headers: fields.headers ?? {},
  })
    .compile()
    .build();
  return raw.toString('utf8');
}

/** One header's unfolded value, or null. */
export function headerOf(raw: string, name: string): string | null {
  const head = raw.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const prefix = `${name.toLowerCase()}:`;
  const line = unfolded.find((entry) => entry.toLowerCase().startsWith(prefix));
  return line === undefined ? null : line.slice(prefix.length).trim();
}

/** What a person's mail program makes of "Reply": the sender's address, a subject, the thread. */
export function replyTo(original: SentMail, person: string, text: string): MailFields {
  const quoted = `On some day, ${original.from} wrote:\n> (the original message)\n`;
  const subject = original.subject.replace(/^(re:\s*)+/i, '');
  return {
    to: original.from,
    from: person,
    subject: `Re: ${subject}`,
    text: `${text}\n\n${quoted}`,
    ...(original.messageId ? { inReplyTo: original.messageId, references: [original.messageId] } : {}),
  };
}

/** An out-of-office as Exchange writes it: RFC 3834 header, Microsoft's own beside it. */
export function outOfOffice(original: SentMail, person: string, text: string): MailFields {
  return {
    ...replyTo(original, person, text),
    subject: `Automatic reply: ${original.subject}`,
    text,
    headers: { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' },
  };
}

export interface BounceOptions {
  recipient: string;
  /** Enhanced status code, e.g. "5.1.1". */
  status: string;
  /** e.g. "smtp; 550 5.1.1 No such user". */
  diagnostic: string;
  action?: 'failed' | 'delayed' | 'delivered';
}

function report(
  to: string,
  subject: string,
  kind: string,
  notice: string,
  machine: string,
  original: string,
) {
  const boundary = 'report-boundary-1';
  return [
    'From: Mail Delivery System <MAILER-DAEMON@mx.people.test>',
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${crypto.randomUUID()}@mx.people.test>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${kind}; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    notice,
    '',
    `--${boundary}`,
    `Content-Type: message/${kind}`,
    '',
    machine,
    '',
    `--${boundary}`,
    'Content-Type: message/rfc822',
    '',
    original,
    '',
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

/** A delivery status notification (RFC 3464) for a mail that was sent. */
export function bounceOf(original: SentMail, options: BounceOptions): { to: string; raw: string } {
  const machine = [
    'Reporting-MTA: dns; mx.people.test',
    '',
    `Final-Recipient: rfc822; ${options.recipient}`,
    `Action: ${options.action ?? 'failed'}`,
    `Status: ${options.status}`,
    `Diagnostic-Code: ${options.diagnostic}`,
  ].join('\r\n');
  const notice = `Your message to ${options.recipient} could not be delivered.`;
  return {
    to: original.from,
    raw: report(original.from, 'Undelivered Mail', 'delivery-status', notice, machine, original.raw),
  };
}

/** A complaint (ARF, RFC 5965): somebody pressed "this is spam". */
export function complaintOf(original: SentMail, recipient: string): { to: string; raw: string } {
  const machine = [
    'Feedback-Type: abuse',
    'User-Agent: FeedbackLoop/1.0',
    'Version: 1',
    `Original-Rcpt-To: ${recipient}`,
  ].join('\r\n');
  const notice = 'This is an email abuse report.';
  return {
    to: original.from,
    raw: report(original.from, 'Abuse report', 'feedback-report', notice, machine, original.raw),
  };
}
