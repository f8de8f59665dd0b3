import type { Attachment, Email } from 'postal-mime';
import { idsIn } from '../messageId.ts';
import type { BounceSeverity, InboundClass } from './types.ts';

/** What a mail system reports about a message of ours: RFC 3464 (delivery), RFC 5965 (complaint). */
export interface MailReport {
  class: InboundClass;
  /** Candidates for the message it is about; only ours count. */
  originalIds: string[];
  /** Addresses it is about, lower case. */
  recipients: string[];
}

/** Reads a report, or null if the message has none of the machine-readable parts. */
export function readReport(email: Email): MailReport | null {
  const originalIds = originalIdsOf(email);
  const complaint = part(email, 'message/feedback-report');
  if (complaint !== null) return { ...readComplaint(complaint), originalIds };
  const delivery = part(email, 'message/delivery-status');
  if (delivery !== null) return { ...readDelivery(delivery), originalIds };
  if (part(email, 'message/disposition-notification') !== null)
    return { class: { kind: 'notice', what: 'read' }, originalIds, recipients: [] };
  return null;
}

/** A mail system says what happened at the beginning. */
const PROSE_LENGTH = 20_000;

/** A bounce in prose from a mail system that knows no RFC 3464: judged by the codes it quotes. */
export function readProseBounce(email: Email): MailReport {
  const text = (email.text ?? '').slice(0, PROSE_LENGTH);
  const failed = email.headers.filter((header) => header.key === 'x-failed-recipients');
  const listed = failed.flatMap((header) => addressesIn(header.value));
  const status = enhancedCode(text) ?? text.match(/\b[45][0-5]\d\b/)?.[0] ?? null;
  const recipients = listed.length > 0 ? listed : addressesIn(text);
  return {
    class: {
      kind: 'bounce',
      severity: severityOf(status, text),
      status,
      diagnostic: lineWith(text, status),
      recipient: recipients[0] ?? null,
    },
    originalIds: [...originalIdsOf(email), ...idsIn(text)],
    recipients,
  };
}

function readComplaint(text: string): Pick<MailReport, 'class' | 'recipients'> {
  const fields = groups(text)[0] ?? new Map<string, string>();
  const type = (fields.get('feedback-type') ?? 'abuse').toLowerCase();
  const recipients = ['original-rcpt-to', 'removal-recipient'].flatMap((name) =>
    addressesIn(fields.get(name) ?? ''),
  );
  const complains = ['abuse', 'fraud', 'opt-out', 'virus', 'other'].includes(type);
  return {
    class: complains ? { kind: 'complaint', feedbackType: type } : { kind: 'notice', what: 'feedback' },
    recipients,
  };
}

/** One group of fields about the message, then one per recipient. A failure outweighs everything else. */
function readDelivery(text: string): Pick<MailReport, 'class' | 'recipients'> {
  const perRecipient = groups(text).filter((fields) => fields.has('action') || fields.has('status'));
  const failed = perRecipient.find((fields) => (fields.get('action') ?? 'failed').toLowerCase() === 'failed');
  const recipients = perRecipient.flatMap(recipientOf);
  if (!failed) {
    const delayed = perRecipient.some((fields) => fields.get('action')?.toLowerCase() === 'delayed');
    return { class: { kind: 'notice', what: delayed ? 'delayed' : 'delivered' }, recipients };
  }
  const diagnostic = failed.get('diagnostic-code')?.replace(/^\s*smtp\s*;\s*/i, '') ?? null;
  const status = bestStatus(failed.get('status') ?? '', diagnostic);
  return {
    class: {
      kind: 'bounce',
      severity: severityOf(status, diagnostic ?? ''),
      status,
      diagnostic,
      recipient: recipientOf(failed)[0] ?? null,
    },
    recipients,
  };
}

/** Original-Recipient is whom we wrote to; Final-Recipient may lie behind a forward. */
function recipientOf(fields: Map<string, string>): string[] {
  return ['original-recipient', 'final-recipient'].flatMap((name) => addressesIn(fields.get(name) ?? ''));
}

/** A bare "5.0.0" says nothing: then the remote server's own words know better. */
function bestStatus(status: string, diagnostic: string | null): string | null {
  const given = enhancedCode(status);
  const quoted = enhancedCode(diagnostic ?? '');
  if (given && !/\.0\.0$/.test(given)) return given;
  return quoted ?? given ?? diagnostic?.match(/\b[45][0-5]\d\b/)?.[0] ?? null;
}

const POLICY_WORDS =
  /\b(spam|blocked|block ?list|black ?list|policy|reputation|dmarc|spf|dkim|unsolicited)\b/i;
/** Codes that mean "no such address": mailbox, domain or host unknown, moved, never accepts mail. */
const GONE = /^5\.(1\.(1|2|3|6|10)|4\.4|2\.1|7\.13)$/;

function severityOf(status: string | null, words: string): BounceSeverity {
  if (status === null) return 'soft';
  if (GONE.test(status)) return 'hard';
  if (/^5\.7\./.test(status)) return 'policy';
  // RFC 3463: class 4 is transient, 5.2.2 a full mailbox, 5.3 the receiving system.
  if (status.startsWith('4') || /^(5\.2\.2|5\.3\.\d+|552)$/.test(status)) return 'soft';
  return POLICY_WORDS.test(words) ? 'policy' : 'hard';
}

function enhancedCode(text: string): string | null {
  return text.match(/\b[245]\.\d{1,3}\.\d{1,3}\b(?!\.\d)/)?.[0] ?? null;
}

function addressesIn(text: string): string[] {
  // Bounded lengths (RFC 5321), so that no text makes this slow.
  const found = text.match(/[^\s<>;:,"'()[\]@]{1,64}@[A-Za-z0-9.-]{1,255}/g) ?? [];
  return [...new Set(found.map((address) => address.toLowerCase().replace(/\.+$/, '')))];
}

function lineWith(text: string, status: string | null): string | null {
  const line = status === null ? undefined : text.split(/\r?\n/).find((entry) => entry.includes(status));
  return line?.trim().slice(0, 500) ?? null;
}

/** "Name: value" fields in groups divided by empty lines, folded lines joined, names lower case. */
function groups(text: string): Map<string, string>[] {
  const unfolded = text.replace(/\r\n/g, '\n').replace(/\n[ \t]+/g, ' ');
  return unfolded.split(/\n\s*\n/).map((block) => {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    return fields;
  });
}

/** Only the returned message names it: the report's own Message-ID and References are not proof enough alone. */
function originalIdsOf(email: Email): string[] {
  const returned = email.attachments
    .filter((entry) =>
      /^(message\/rfc822|text\/rfc822-headers|message\/rfc822-headers)$/.test(entry.mimeType),
    )
    .map(contentOf)
    .map((raw) => raw.replace(/\r\n/g, '\n').replace(/\n[ \t]+/g, ' '))
    .flatMap((raw) => idsIn(raw.match(/^message-id:(.*)$/im)?.[1]));
  return [...new Set([...returned, ...idsIn(email.inReplyTo), ...idsIn(email.references)])];
}

function part(email: Email, mimeType: string): string | null {
  const found = email.attachments.find((entry) => entry.mimeType === mimeType);
  return found ? contentOf(found) : null;
}

function contentOf(attachment: Attachment): string {
  const { content } = attachment;
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}
