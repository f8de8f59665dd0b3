import type { DomainFinding, TestMail } from '#shared/contract/deliverability.ts';
import { companyDomain } from '#shared/identity/companyDomain.ts';
import type { Dns } from '../../network/dns.ts';
import { dkimOf } from './dkim.ts';
import { dmarcOf } from './dmarc.ts';
import { mxOf } from './mx.ts';
import { spfIncludeOf } from './providers.ts';
import { spfOf } from './spfVerdict.ts';
import type { Verdict } from './verdict.ts';

export interface DomainQuestion {
  /** The part of the From address behind the @. */
  domain: string;
  /** The server it is sent through: its provider must stand in the SPF record. */
  smtpHost: string;
  /** The latest test mail; its signatures tell the DKIM selector. */
  testMail: TestMail | null;
}

/** MX, SPF, DKIM and DMARC of a sending domain, each with what to fix. */
export async function checkDomain(question: DomainQuestion, dns: Dns): Promise<DomainFinding[]> {
  const { domain, smtpHost, testMail } = question;
  const findings = await Promise.all([
    found('mx', mxOf(domain, dns)),
    found('spf', spfOf(domain, spfIncludeOf(smtpHost), dns)),
    found('dkim', dkimOf(domain, testMail, dns)),
    found('dmarc', dmarcOf(domain, dns)),
  ]);
  const isProviders = companyDomain(`x@${domain}`) === null;
  return isProviders ? findings.map((finding) => keptByProvider(finding, domain)) : findings;
}

async function found(check: DomainFinding['check'], verdict: Promise<Verdict>): Promise<DomainFinding> {
  return { check, ...(await verdict) };
}

/** Nobody can change the records of a free mail provider's domain. */
function keptByProvider(finding: DomainFinding, domain: string): DomainFinding {
  if (finding.whatToDo === null) return finding;
  const whatToDo = `${domain} belongs to the mail provider, who keeps its records. To set them yourself, send from an address of your own domain.`;
  return { ...finding, whatToDo, record: null };
}
