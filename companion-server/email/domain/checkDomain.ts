import { createPublicKey } from 'node:crypto';
import { getDomain } from 'tldts';
import type { DomainFinding, TestMail } from '#shared/contract/deliverability.ts';
import { companyDomain } from '#shared/identity/companyDomain.ts';
import type { Dns, DnsFailure } from '../../network/dns.ts';
import { spfIncludeOf } from './providers.ts';
import { MOST_SPF_LOOKUPS, readSpf } from './spf.ts';

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
  const findings = await Promise.all([
    checkMx(question, dns),
    checkSpf(question, dns),
    checkDkim(question, dns),
    checkDmarc(question, dns),
  ]);
  const isProviders = companyDomain(`x@${question.domain}`) === null;
  return isProviders ? findings.map((finding) => keptByProvider(finding, question.domain)) : findings;
}

/** Nobody can change the records of a free mail provider's domain. */
function keptByProvider(finding: DomainFinding, domain: string): DomainFinding {
  if (finding.whatToDo === null) return finding;
  const whatToDo = `${domain} belongs to the mail provider, who keeps its records. To set them yourself, send from an address of your own domain.`;
  return { ...finding, whatToDo, record: null };
}

/** The domain that a registrar sold: what DMARC and alignment go by. */
export function organisationalDomain(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}

type Verdict = Omit<DomainFinding, 'check'>;
const verdict = (
  level: DomainFinding['level'],
  sentence: string,
  whatToDo: string | null = null,
  record: string | null = null,
): Verdict => ({ level, sentence, whatToDo, record });

function unanswered(name: string, { code }: DnsFailure): Verdict {
  return verdict('unknown', `The name server gave no answer about ${name} (${code}).`, 'Check again later.');
}

async function checkMx({ domain }: DomainQuestion, dns: Dns): Promise<DomainFinding> {
  return { check: 'mx', ...(await mxOf(domain, dns)) };
}

async function mxOf(domain: string, dns: Dns): Promise<Verdict> {
  const answer = await dns.mx(domain);
  if (!answer.ok) return unanswered(domain, answer.error);
  const records = [...answer.value].sort((a, b) => a.priority - b.priority);
  const shown = records.map(({ priority, host }) => `${priority} ${host || '.'}`).join(', ') || null;
  const first = records[0];
  if (!first) {
    return verdict(
      'bad',
      `${domain} has no MX record, so replies and bounces have nowhere to go.`,
      'Add the MX records that your mail provider states.',
    );
  }
  if (first.host === '' || first.host === '.') {
    return verdict(
      'bad',
      `${domain} says that it receives no mail.`,
      'Replace the empty MX record by those of your mail provider.',
      shown,
    );
  }
  const addresses = await dns.addresses(first.host);
  if (addresses.ok && addresses.value.length === 0) {
    return verdict(
      'bad',
      `The mail server ${first.host} has no address.`,
      'Correct the MX record: the server that it names does not exist.',
      shown,
    );
  }
  return verdict('good', `Mail for ${domain} is received by ${first.host}.`, null, shown);
}

async function checkSpf({ domain, smtpHost }: DomainQuestion, dns: Dns): Promise<DomainFinding> {
  return { check: 'spf', ...(await spfOf(domain, spfIncludeOf(smtpHost), dns)) };
}

async function spfOf(domain: string, include: string | null, dns: Dns): Promise<Verdict> {
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

async function checkDkim({ domain, testMail }: DomainQuestion, dns: Dns): Promise<DomainFinding> {
  return { check: 'dkim', ...(await dkimOf(domain, testMail, dns)) };
}

async function dkimOf(domain: string, mail: TestMail | null, dns: Dns): Promise<Verdict> {
  if (mail?.state !== 'arrived') {
    return verdict(
      'unknown',
      'The DKIM selector is not known yet.',
      'Send a test mail to yourself: its signature tells the selector.',
    );
  }
  const organisation = organisationalDomain(domain);
  const [first] = mail.signatures;
  if (!first) {
    return verdict(
      'bad',
      'The test mail carries no DKIM signature.',
      `Switch on DKIM for ${domain} at your mail provider and add the record that it shows.`,
    );
  }
  const aligned = mail.signatures.find((one) => organisationalDomain(one.domain) === organisation);
  if (!aligned) {
    return verdict(
      'bad',
      `The test mail is signed by ${first.domain}, not by ${organisation}.`,
      `Switch on DKIM for ${domain} itself at your mail provider, so that the signature counts for DMARC.`,
      `${first.selector}._domainkey.${first.domain}`,
    );
  }
  const name = `${aligned.selector}._domainkey.${aligned.domain}`;
  const answer = await dns.txt(name);
  if (!answer.ok) return unanswered(name, answer.error);
  const record = answer.value.find((text) => /(?:^|;)\s*p=/.test(text));
  if (record === undefined) {
    return verdict(
      'bad',
      `The mail is signed with the selector ${aligned.selector}, but its key is not published.`,
      `Add the TXT record ${name} that your mail provider shows.`,
      name,
    );
  }
  return keyOf(tagsOf(record), `${name}: ${record}`);
}

/** "v=DKIM1; k=rsa; p=…" as its tags. */
function tagsOf(record: string): Map<string, string> {
  return new Map(
    record.split(';').flatMap((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const];
    }),
  );
}

function keyOf(tags: Map<string, string>, shown: string): Verdict {
  const key = (tags.get('p') ?? '').replace(/\s/g, '');
  if (key === '')
    return verdict(
      'bad',
      'The DKIM key was withdrawn.',
      'Create a new key at your mail provider and publish it.',
      shown,
    );
  if (tags.get('k') === 'ed25519') return verdict('good', 'DKIM is in order: an Ed25519 key.', null, shown);
  const bits = rsaBits(key);
  if (bits === null)
    return verdict(
      'bad',
      'The DKIM key cannot be read.',
      'Copy the record of your mail provider again, all of it.',
      shown,
    );
  if (bits < 1024)
    return verdict(
      'bad',
      `The DKIM key has ${bits} bits only: receivers ignore it.`,
      'Create one with 2048 bits at your mail provider.',
      shown,
    );
  if ((tags.get('t') ?? '').split(':').includes('y')) {
    return verdict(
      'warn',
      'The DKIM record says that it is only a test (t=y).',
      'Remove t=y from it.',
      shown,
    );
  }
  if (bits < 2048)
    return verdict(
      'warn',
      `The DKIM key has ${bits} bits.`,
      'Create one with 2048 bits when your mail provider offers it.',
      shown,
    );
  return verdict('good', `DKIM is in order: a key of ${bits} bits.`, null, shown);
}

function rsaBits(base64: string): number | null {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.modulusLength ?? null;
  } catch {
    return null;
  }
}

async function checkDmarc({ domain }: DomainQuestion, dns: Dns): Promise<DomainFinding> {
  return { check: 'dmarc', ...(await dmarcOf(domain, dns)) };
}

async function dmarcOf(domain: string, dns: Dns): Promise<Verdict> {
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
