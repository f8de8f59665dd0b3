import type { Dns } from '../../network/dns.ts';
import { MOST_SPF_LOOKUPS, readSpf } from './spf.ts';
import { unanswered, type Verdict, verdict } from './verdict.ts';

/** Whether the SPF record counts and names the provider. `include`: what it must name; null: not known. */
export async function spfOf(domain: string, include: string | null, dns: Dns): Promise<Verdict> {
  const { records, lookups, includes, all, errors, failure } = await readSpf(domain, dns);
  const wanted = include ?? 'what your mail provider states';
  if (records.length === 0) {
    if (failure) return unanswered(domain, { code: failure });
    const text = include
      ? `"v=spf1 include:${include} ~all"`
      : 'the SPF record that your mail provider states';
    return verdict(
      'bad',
      `${domain} has no SPF record: receivers cannot tell who may send for it.`,
      `Add a TXT record at ${domain}: ${text}.`,
    );
  }
  const shown = records.join('\n');
  if (records.length > 1) {
    return verdict(
      'bad',
      `${domain} has ${records.length} SPF records, so none of them counts.`,
      'Merge them into one TXT record that starts with v=spf1.',
      shown,
    );
  }
  if (lookups > MOST_SPF_LOOKUPS) {
    return verdict(
      'bad',
      `The SPF record needs ${lookups} look-ups; more than ${MOST_SPF_LOOKUPS} make it invalid.`,
      'Remove senders that you no longer use, or replace includes by their ip4 and ip6 ranges.',
      shown,
    );
  }
  if (failure) return { ...unanswered(`an include of ${domain}`, { code: failure }), record: shown };
  if (errors[0]) {
    return verdict('bad', `The SPF record is invalid: ${errors[0]}`, 'Correct or remove that part.', shown);
  }
  if (all === '+') {
    return verdict(
      'bad',
      'The SPF record lets anybody send for this domain (+all).',
      'End it with ~all or -all.',
      shown,
    );
  }
  if (include && !includes.includes(include)) {
    return verdict(
      'bad',
      'The SPF record does not name the provider that this mailbox sends through.',
      `Add include:${wanted} before its end.`,
      shown,
    );
  }
  if (all === null || all === '?') {
    return verdict(
      'warn',
      'The SPF record says nothing about other senders.',
      'End it with ~all or -all.',
      shown,
    );
  }
  const unsure = include ? '' : ' Whether it names your provider cannot be told here.';
  return verdict(
    'good',
    `SPF is in order: ${lookups} of ${MOST_SPF_LOOKUPS} look-ups.${unsure}`,
    null,
    shown,
  );
}
