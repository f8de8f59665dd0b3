import type { Dns } from '../../network/dns.ts';
import { organisationalDomain, tagsOf, unanswered, type Verdict, verdict } from './verdict.ts';

/** What receivers are told to do with mail that others send as the domain. */
export async function dmarcOf(domain: string, dns: Dns): Promise<Verdict> {
  const organisation = organisationalDomain(domain);
  // The domain's own record first, then the one of the organisation (RFC 7489 §6.6.3).
  for (const at of new Set([domain, organisation])) {
    const answer = await dns.txt(`_dmarc.${at}`);
    if (!answer.ok) return unanswered(`_dmarc.${at}`, answer.error);
    const records = answer.value.filter((text) => /^v=DMARC1\s*(?:;|$)/i.test(text));
    if (records.length > 1) {
      return verdict(
        'bad',
        `_dmarc.${at} has ${records.length} DMARC records, so none of them counts.`,
        'Keep one of them.',
        records.join('\n'),
      );
    }
    const [record] = records;
    if (record !== undefined) return policyOf(tagsOf(record), at !== domain, record);
  }
  return verdict(
    'bad',
    `${organisation} has no DMARC record: big receivers want one from everybody who sends much.`,
    `Add a TXT record at _dmarc.${organisation}: "v=DMARC1; p=none; rua=mailto:dmarc@${organisation}". Raise p to quarantine when the reports look right.`,
  );
}

function policyOf(tags: Map<string, string>, isSubdomain: boolean, record: string): Verdict {
  const policy = ((isSubdomain ? tags.get('sp') : undefined) ?? tags.get('p') ?? '').toLowerCase();
  if (!['none', 'quarantine', 'reject'].includes(policy)) {
    return verdict(
      'bad',
      'The DMARC record names no policy.',
      'Add p=none, p=quarantine or p=reject right after v=DMARC1.',
      record,
    );
  }
  if (policy === 'none') {
    const reports = tags.has('rua') ? '' : ' Add rua=mailto:… to get reports.';
    return verdict(
      'warn',
      'DMARC only watches (p=none): others can still send as this domain.',
      `Raise it to p=quarantine when SPF and DKIM are in order.${reports}`,
      record,
    );
  }
  const share = Number(tags.get('pct') ?? 100);
  if (share < 100)
    return verdict(
      'warn',
      `DMARC applies to ${share} % of the mail only.`,
      'Raise pct to 100, or remove it.',
      record,
    );
  return verdict('good', `DMARC is in order: p=${policy}.`, null, record);
}
