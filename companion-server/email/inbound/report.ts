import type { Attachment, Email } from 'postal-mime';
import { idsIn } from '../messageId.ts';
import { addressesIn, enhancedCode, fieldGroups, severityOf } from './deliveryFields.ts';
import { fromMailSystem, type Headers, reportType } from './headers.ts';
import { tokensIn } from './thread.ts';
import type { InboundClass } from './types.ts';

/** What a report says about some of its recipients: none ever gets another's diagnostic. */
export interface ReportOutcome {
  class: InboundClass;
  /** Addresses it is about, lower case. */
  recipients: string[];
}

/** What a mail system reports about a message of ours: RFC 3464 (delivery), RFC 5965 (complaint), RFC 8098 (read). */
export interface MailReport {
  outcomes: ReportOutcome[];
  /** Candidates for the message it is about; only ours count. */
  originalIds: string[];
  /** Tokens of unsubscribe links in the returned message: they survive where a relay gave it another Message-ID. */
  originalTokens: string[];
}

/** A report has one outcome for each recipient; nobody writes to more at once. */
const RECIPIENTS = 100;
/** A mail system says what happened at the beginning. */
const PROSE_LENGTH = 20_000;

/**
 * Reads a report; null: the message is none. A person may forward a report whole, so the parts alone are no proof:
 * the message itself must be one, or come from a mail system.
 */
export function readReport(email: Email, headers: Headers): MailReport | null {
  const bySystem = fromMailSystem(headers);
  if (reportType(headers) === null && !bySystem) return null;
  const outcomes = outcomesIn(email) ?? (bySystem ? [proseOutcome(email)] : null);
  if (!outcomes) return null;
  return { outcomes, ...originalOf(email, outcomes) };
}

function outcomesIn(email: Email): ReportOutcome[] | null {
  const complaint = part(email, /^message\/feedback-report$/);
  if (complaint !== null) return [readComplaint(complaint)];
  const delivery = part(email, /^message\/(global-)?delivery-status$/);
  if (delivery !== null) return readDelivery(delivery);
  if (part(email, /^message\/(global-)?disposition-notification$/) === null) return null;
  return [{ class: { kind: 'notice', what: 'read' }, recipients: [] }];
}

function readComplaint(text: string): ReportOutcome {
  const fields = fieldGroups(text)[0] ?? new Map<string, string>();
  const feedbackType = (fields.get('feedback-type') ?? 'abuse').toLowerCase().slice(0, 40);
  const recipients = ['original-rcpt-to', 'removal-recipient'].flatMap((name) =>
    addressesIn(fields.get(name) ?? ''),
  );
  // "not-spam" takes a complaint back; "auth-failure" and "dmarc" are figures.
  const complains = ['abuse', 'fraud', 'opt-out', 'virus', 'other'].includes(feedbackType);
  return {
    class: complains ? { kind: 'complaint', feedbackType } : { kind: 'notice', what: 'feedback' },
    recipients,
  };
}

function readDelivery(text: string): ReportOutcome[] {
  const perRecipient = fieldGroups(text).filter((fields) => fields.has('action') || fields.has('status'));
  if (perRecipient.length === 0) {
    return [{ class: { kind: 'notice', what: 'delivered' }, recipients: [] }];
  }
  return perRecipient.slice(0, RECIPIENTS).map((fields) => {
    // Original-Recipient is whom we wrote to; Final-Recipient may lie behind a forward.
    const recipients = ['original-recipient', 'final-recipient'].flatMap((name) =>
      addressesIn(fields.get(name) ?? ''),
    );
    return { class: classOf(fields, recipients[0] ?? null), recipients };
  });
}

function classOf(fields: Map<string, string>, recipient: string | null): InboundClass {
  const action = (fields.get('action') ?? 'failed').toLowerCase();
  if (action.startsWith('delayed')) return { kind: 'notice', what: 'delayed' };
  if (!action.startsWith('failed')) return { kind: 'notice', what: 'delivered' };
  const diagnostic =
    fields
      .get('diagnostic-code')
      ?.replace(/^\s*[\w-]+\s*;\s*/, '')
      .slice(0, 1000) ?? null;
  const status = bestStatus(fields.get('status') ?? '', diagnostic);
  const severity = severityOf(status, diagnostic ?? '');
  return { kind: 'bounce', severity, unsure: false, status, diagnostic, recipient };
}

/** A bare "5.0.0" says nothing: then the remote server's own words know better. */
function bestStatus(status: string, diagnostic: string | null): string | null {
  const given = enhancedCode(status);
  const quoted = enhancedCode(diagnostic ?? '');
  if (given && !/\.0\.0$/.test(given)) return given;
  return quoted ?? given ?? diagnostic?.match(/\b[45][0-5]\d\b/)?.[0] ?? null;
}

/** A bounce in prose, from a mail system that knows no RFC 3464: it came back, and no more is believed. */
function proseOutcome(email: Email): ReportOutcome {
  const text = proseOf(email);
  const failed = email.headers.filter((header) => header.key === 'x-failed-recipients');
  const listed = failed.flatMap((header) => addressesIn(header.value));
  const recipients = (listed.length > 0 ? listed : addressesIn(text)).slice(0, RECIPIENTS);
  const status = enhancedCode(text) ?? text.match(/\b[45][0-5]\d\b/)?.[0] ?? null;
  if (isDelayWarning(email, text)) return { class: { kind: 'notice', what: 'delayed' }, recipients };
  const diagnostic = lineWith(text, status);
  const [recipient = null] = recipients;
  return {
    class: { kind: 'bounce', severity: 'soft', unsure: true, status, diagnostic, recipient },
    recipients,
  };
}

function isDelayWarning(email: Email, text: string): boolean {
  const words = `${email.subject ?? ''}\n${text.slice(0, 1000)}`;
  return /\b(delayed|delay)\b|will (keep|continue) trying|no action is required|verzögert|wird weiter versucht/i.test(
    words,
  );
}

/** What the system itself says: a copy of our message often follows. */
function proseOf(email: Email): string {
  const text = (email.text ?? '').slice(0, PROSE_LENGTH);
  const copy = text.search(
    /^-{2,}.{0,40}\b(copy of (the|your) message|original message|ursprüngliche nachricht|message follows)\b/im,
  );
  return copy > 0 ? text.slice(0, copy) : text;
}

function lineWith(text: string, status: string | null): string | null {
  const line = status === null ? undefined : text.split(/\r?\n/).find((entry) => entry.includes(status));
  return line?.trim().slice(0, 500) ?? null;
}

/** Only the returned message names what it was; a report's own References are a second hint. */
function originalOf(email: Email, outcomes: ReportOutcome[]) {
  const returned = email.attachments
    .filter(({ mimeType }) => RETURNED.test(mimeType))
    .map((one) => contentOf(one).slice(0, RETURNED_LENGTH));
  // A system without MIME puts it below its own words.
  if (returned.length === 0 && outcomes[0]?.class.kind === 'bounce') {
    returned.push((email.text ?? '').slice(0, RETURNED_LENGTH));
  }
  const unfolded = returned.map((raw) => raw.replace(/\r\n/g, '\n').replace(/\n[ \t]+/g, ' '));
  const ids = unfolded.flatMap((raw) => idsIn(raw.match(/^\s*message-id:(.*)$/im)?.[1]));
  return {
    originalIds: [...new Set([...ids, ...idsIn(email.inReplyTo), ...idsIn(email.references)])].slice(0, 50),
    originalTokens: unfolded.flatMap(tokensIn).slice(0, 5),
  };
}

const RETURNED = /^(message\/(global|rfc822)|(text|message)\/rfc822-headers|message\/global-headers)$/;
/** The headers of what was returned, and enough of a body to hold its link. */
const RETURNED_LENGTH = 200_000;

function part(email: Email, type: RegExp): string | null {
  const found = email.attachments.find((attachment) => type.test(attachment.mimeType.toLowerCase()));
  return found ? contentOf(found).slice(0, 100_000) : null;
}

function contentOf(attachment: Attachment): string {
  const { content } = attachment;
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}
