import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';

/**
 * What a mail server's refusal of one message means (RFC 5321 replies, RFC 3463 enhanced codes), and what follows.
 * Only a received answer comes here: a lost connection has no verdict.
 */

/** Which command the server answered. `data`: the message itself, after the final dot. */
export type RefusedAt = 'mail' | 'rcpt' | 'data';

interface MailRefusal {
  at: RefusedAt;
  /** The three digits. */
  reply: number;
  /** "5.1.1"; null: the server gave none. */
  enhanced: string | null;
}

export type MailVerdict =
  /** This message again later: 15 minutes, 1 hour, 4 hours, then its branch fails. */
  | 'retry'
  /** The mailbox sends too fast or has used up its provider's quota: its emails wait. */
  | 'slow_mailbox'
  /** The recipient's domain asks to slow down: emails to it wait, others go on. */
  | 'slow_domain'
  /** The provider refuses what this mailbox sends: nothing more until a person looked. */
  | 'hold_mailbox'
  /** There is no such recipient. */
  | 'bounced'
  /** This message cannot be delivered; that says nothing about others. */
  | 'fail';

/** How long emails wait when the server asks to slow down for the n-th time in a row. */
const mailSlowDownMs = [15 * MINUTE, HOUR, 4 * HOUR, DAY] as const;

/** The wait before slow-down number `times` in a row (1 = the first). */
export function mailSlowDown(times: number): number {
  return mailSlowDownMs[Math.min(Math.max(times, 1), mailSlowDownMs.length) - 1] ?? DAY;
}

interface Rule {
  /** A prefix of the enhanced code by whole numbers: "5.7" is every 5.7.x. */
  code: string;
  at?: RefusedAt;
  verdict: MailVerdict;
}

/** The first rule that fits decides. Providers' own codes stand before the general ones. */
const mailRules: readonly Rule[] = [
  // Sending quotas: Gmail 5.4.5 "Daily user sending quota exceeded", 4.2.28 and 4.7.28 "unusual rate"; Microsoft 5.1.90
  // and 5.2.121/122 "recipient rate limit"; Zoho 5.4.6 "Unusual sending activity".
  ...['5.4.5', '5.4.6', '5.1.90', '5.2.121', '5.2.122', '4.2.28', '4.7.28'].map(
    (code): Rule => ({ code, verdict: 'slow_mailbox' }),
  ),
  // The sender's own address is not accepted: every message would meet the same.
  ...['5.1.7', '5.1.8', '5.2.252', '4.1.8'].map((code): Rule => ({ code, verdict: 'hold_mailbox' })),
  { code: '5.1', at: 'mail', verdict: 'hold_mailbox' },
  // Microsoft 5.4.1 "Recipient address rejected: Access denied" is an unknown recipient; 5.4.4 an unroutable domain.
  ...['5.1', '5.2.1', '5.4.1', '5.4.4', '5.4.310'].map(
    (code): Rule => ({ code, at: 'rcpt', verdict: 'bounced' }),
  ),
  ...['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'].map((code): Rule => ({ code, verdict: 'bounced' })),
  // A full mailbox is no wrong address.
  { code: '5.2.2', verdict: 'retry' },
  // A recipient's policy or greylisting concerns that domain; at MAIL or after the message it is our own provider.
  { code: '4.7', at: 'rcpt', verdict: 'slow_domain' },
  { code: '4.7', verdict: 'slow_mailbox' },
  { code: '5.7', at: 'rcpt', verdict: 'fail' },
  { code: '5.7', verdict: 'hold_mailbox' },
];

/** What follows from a refusal. Total: every reply has a verdict. */
export function mailVerdict({ at, reply, enhanced }: MailRefusal): MailVerdict {
  // Bad sequence of commands: the session was in the wrong state, the message is not judged.
  if (reply === 503) return 'retry';
  if (reply === 421) return 'slow_mailbox';
  const rule = mailRules.find((each) => (each.at ?? at) === at && isUnder(enhanced, each.code));
  if (rule) return rule.verdict;
  return reply < 500 ? 'retry' : 'fail';
}

/** The enhanced code at the start of a server's answer, if it gives one of the same class as its reply. */
export function enhancedCode(response: string): string | null {
  const [, reply, code] = /^([45])\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(response) ?? [];
  return code?.startsWith(reply ?? '') ? code : null;
}

function isUnder(enhanced: string | null, code: string): boolean {
  return enhanced !== null && (enhanced === code || enhanced.startsWith(`${code}.`));
}
