import type { Dns } from '../../network/dns.ts';

/** What reading an SPF record and all it includes comes to (RFC 7208). */
export interface SpfReading {
  /** The records of the domain itself; more than one is an error. */
  records: string[];
  /** Terms that cost a query; more than ten make the whole record invalid. */
  lookups: number;
  /** Every domain whose record it includes, at any depth. */
  includes: string[];
  /** What happens to everybody else; null: nothing is said. */
  all: '+' | '-' | '~' | '?' | null;
  /** Includes without a record of their own, loops, and terms that are none. */
  errors: string[];
  /** A name server did not answer: the rest is incomplete. */
  failure: string | null;
}

export const MOST_SPF_LOOKUPS = 10;
/** Reading ends here: nobody needs to know how much more than ten it is. */
const READ_AT_MOST = 25;
const COSTS = ['include', 'a', 'mx', 'ptr', 'exists'];
const KNOWN = [...COSTS, 'all', 'ip4', 'ip6'];

/** Reads the SPF record of a domain with everything it includes, counting its DNS lookups. */
export async function readSpf(domain: string, dns: Dns): Promise<SpfReading> {
  const reading: SpfReading = { records: [], lookups: 0, includes: [], all: null, errors: [], failure: null };
  await read(domain, dns, reading, []);
  return reading;
}

/** Whether a TXT record is one of SPF. */
export function isSpf(record: string): boolean {
  return /^v=spf1(?: |$)/i.test(record);
}

async function read(domain: string, dns: Dns, into: SpfReading, path: string[]): Promise<void> {
  if (path.includes(domain)) {
    into.errors.push(`${domain} includes itself.`);
    return;
  }
  const answer = await dns.txt(domain);
  if (!answer.ok) {
    into.failure = answer.error.code;
    return;
  }
  const records = answer.value.filter(isSpf);
  const isOwn = path.length === 0;
  if (isOwn) into.records = records;
  if (records.length > 1 && !isOwn) into.errors.push(`${domain} has ${records.length} SPF records.`);
  if (records.length === 0 && !isOwn) into.errors.push(`${domain} has no SPF record.`);
  const [record] = records;
  if (record === undefined) return;
  await readTerms(record, { domain, dns, into, path: [...path, domain], isOwn });
}

interface Place {
  domain: string;
  dns: Dns;
  into: SpfReading;
  path: string[];
  isOwn: boolean;
}

async function readTerms(record: string, place: Place): Promise<void> {
  const { dns, into, path, isOwn } = place;
  let redirect: string | null = null;
  let hasAll = false;
  for (const term of record.trim().split(/\s+/).slice(1)) {
    const modifier = /^([a-z][a-z0-9._-]*)=(.*)$/i.exec(term);
    if (modifier) {
      if (modifier[1]?.toLowerCase() === 'redirect') redirect = (modifier[2] ?? '').toLowerCase();
      continue;
    }
    const [, sign = '', name = '', value = ''] = /^([+\-~?]?)([a-z0-9]+)(?:[:/](.*))?$/i.exec(term) ?? [];
    const mechanism = name.toLowerCase();
    if (!KNOWN.includes(mechanism)) {
      into.errors.push(`"${term.slice(0, 60)}" is no part of an SPF record.`);
      continue;
    }
    if (mechanism === 'all') {
      hasAll = true;
      if (isOwn) into.all = (sign || '+') as SpfReading['all'];
    }
    if (COSTS.includes(mechanism)) into.lookups += 1;
    if (mechanism === 'include') await follow(value.toLowerCase(), dns, into, path);
  }
  if (redirect === null || hasAll) return;
  into.lookups += 1;
  // What is redirected to says what happens to everybody else, too.
  await readRedirect(redirect, place);
}

async function follow(target: string, dns: Dns, into: SpfReading, path: string[]): Promise<void> {
  // A macro depends on the mail; what it leads to cannot be known here.
  if (target.includes('%') || into.lookups > READ_AT_MOST) return;
  into.includes.push(target);
  await read(target, dns, into, path);
}

async function readRedirect(target: string, { dns, into, path, isOwn }: Place): Promise<void> {
  if (target.includes('%') || into.lookups > READ_AT_MOST || path.includes(target)) return;
  into.includes.push(target);
  const answer = await dns.txt(target);
  if (!answer.ok) {
    into.failure = answer.error.code;
    return;
  }
  const [record] = answer.value.filter(isSpf);
  if (record === undefined) into.errors.push(`${target} has no SPF record.`);
  else await readTerms(record, { domain: target, dns, into, path: [...path, target], isOwn });
}
