import type { BounceSeverity } from './types.ts';

/** The fields of a delivery report (RFC 3464 §2) and what their codes mean (RFC 3463). */

const POLICY_WORDS =
  /\b(spam|blocked|block ?list(ed)?|black ?list(ed)?|policy|reputation|dmarc|spf|dkim|unsolicited|bulk mail)\b/i;
/**
 * "No such address": mailbox or domain unknown, moved, disabled, or accepts no mail at all. 5.5.0 is Outlook.com's
 * "mailbox unavailable".
 */
const GONE = /^5\.(1\.([0-6]|9|10)|0\.0|4\.[14]|4\.310|2\.1|5\.0)$/;
const GONE_WORDS =
  /\b(no such (user|mailbox|recipient|address|domain)|user unknown|unknown (user|recipient|mailbox)|(user|recipient|mailbox|address|domain) (\S+ )?(does not exist|not found|unknown|disabled|invalid)|invalid (recipient|mailbox|address)|recipient (address )?rejected)\b/i;
/** About the sender or the message: our own address (5.1.7, 5.1.8), policy (5.7), content (5.6). */
const POLICY = /^5\.(7\.\d+|6\.\d+|1\.[78])$/;
/**
 * Not now: class 4, a full mailbox (5.2.2), too large (5.2.3, 5.3.4), the systems (5.3), the way there (5.4: loops, expiry,
 * no connection), the protocol (5.5), and a sender's quota (5.1.90, 5.2.121, 5.2.122, 5.4.5), which ends by itself.
 */
const SOFT = /^(4\..*|5\.2\.([23]|12[12])|5\.[35]\.\d+|5\.4\.\d+|5\.1\.90|552)$/;

/**
 * `hard`: the address is gone. `soft`: not now. `policy`: refused because of who sends or what: that says nothing
 * about the address. `words`: what the remote server answered. A code that says nothing is hard only by its words: an
 * address once given up is not written to again.
 */
export function severityOf(status: string | null, words: string): BounceSeverity {
  const byPolicy = POLICY_WORDS.test(words);
  if (status === null) return byPolicy ? 'policy' : 'soft';
  if (POLICY.test(status)) return 'policy';
  if (status === '5.0.0' && byPolicy) return 'policy';
  if (status === '5.0.0' && /\bmessage rejected\b/i.test(words) && !GONE_WORDS.test(words)) return 'policy';
  if (GONE.test(status)) return 'hard';
  if (SOFT.test(status)) return 'soft';
  if (byPolicy) return 'policy';
  return GONE_WORDS.test(words) ? 'hard' : 'soft';
}

/** The enhanced status code (RFC 3463) in a server's words, such as 5.1.1; null: there is none. */
export function enhancedCode(text: string): string | null {
  return text.match(/(?<![\d.])[245]\.\d{1,3}\.\d{1,3}\b(?!\.\d)/)?.[0] ?? null;
}

/** Every email address in a text, lower-case, each once. */
export function addressesIn(text: string): string[] {
  // Bounded lengths (RFC 5321), so that no text makes this slow.
  const found = text.match(/[^\s<>;:,"'()[\]@]{1,64}@[A-Za-z0-9.-]{1,255}/g) ?? [];
  return [...new Set(found.map((address) => address.toLowerCase().replace(/\.+$/, '')))];
}

/** Twice as many as a report of a hundred recipients has. */
const GROUPS = 250;

/**
 * "Name: value" fields in groups divided by empty lines, folded lines joined, names lower case. Some systems forget
 * the empty line between two recipients: a second Final-Recipient begins a group too.
 */
export function fieldGroups(text: string): Map<string, string>[] {
  const unfolded = text.replace(/\r\n/g, '\n').replace(/\n[ \t]+(?=\S)/g, ' ');
  const groups: Map<string, string>[] = [];
  let fields = new Map<string, string>();
  const close = () => {
    if (fields.size > 0) groups.push(fields);
    fields = new Map();
  };
  for (const line of unfolded.split('\n')) {
    if (groups.length >= GROUPS) break;
    const colon = line.indexOf(':');
    if (line.trim() === '') close();
    else if (colon > 0) {
      const name = line.slice(0, colon).trim().toLowerCase();
      if (name === 'final-recipient' && fields.has(name)) close();
      if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
    }
  }
  close();
  return groups;
}
