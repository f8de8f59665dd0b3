import type { BounceSeverity } from './types.ts';

/** The fields of a delivery report (RFC 3464 §2) and what their codes mean (RFC 3463). */

const POLICY_WORDS =
  /\b(spam|blocked|block ?list(ed)?|black ?list(ed)?|policy|reputation|dmarc|spf|dkim|unsolicited|bulk mail)\b/i;
/** "No such address": mailbox or domain unknown, moved, disabled, or accepts no mail at all. */
const GONE = /^5\.(1\.\d{1,3}|0\.0|4\.4|2\.1)$/;

/**
 * `hard`: the address is gone. `soft`: not now. `policy`: refused because of who sends or what: that says nothing
 * about the address. `words`: what the remote server answered.
 */
export function severityOf(status: string | null, words: string): BounceSeverity {
  if (status === null) return POLICY_WORDS.test(words) ? 'policy' : 'soft';
  // 5.1.7 and 5.1.8 are about our own address.
  if (/^5\.(7\.\d+|1\.[78])$/.test(status)) return 'policy';
  if (GONE.test(status)) return /^5\.0\.0$/.test(status) && POLICY_WORDS.test(words) ? 'policy' : 'hard';
  // Class 4 is transient, 5.2.2 a full mailbox, 5.2.3 and 5.3.4 a message too large, 5.3 and 5.5 the systems.
  if (status.startsWith('4') || /^(5\.2\.[23]|5\.3\.\d+|5\.4\.[67]|552)$/.test(status)) return 'soft';
  return POLICY_WORDS.test(words) ? 'policy' : 'hard';
}

export function enhancedCode(text: string): string | null {
  return text.match(/(?<![\d.])[245]\.\d{1,3}\.\d{1,3}\b(?!\.\d)/)?.[0] ?? null;
}

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
