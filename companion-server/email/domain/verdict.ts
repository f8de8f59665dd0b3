import { getDomain } from 'tldts';
import type { DomainFinding } from '#shared/contract/deliverability.ts';
import type { DnsFailure } from '../../network/dns.ts';

/** What one check found, before it is known which. */
export type Verdict = Omit<DomainFinding, 'check'>;

/** `record`: what stands in the DNS; null: nothing to show. */
export function verdict(
  level: DomainFinding['level'],
  sentence: string,
  whatToDo: string | null = null,
  record: string | null = null,
): Verdict {
  return { level, sentence, whatToDo, record };
}

/** The name server failed: nothing is known, which is no fault of the domain. */
export function unanswered(name: string, { code }: DnsFailure): Verdict {
  return verdict('unknown', `The name server gave no answer about ${name} (${code}).`, 'Check again later.');
}

/** The domain that a registrar sold: what DMARC and alignment go by. */
export function organisationalDomain(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}

/** "v=DKIM1; k=rsa; p=…" as its tags. */
export function tagsOf(record: string): Map<string, string> {
  return new Map(
    record.split(';').flatMap((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const];
    }),
  );
}
