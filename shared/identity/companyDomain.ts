import freemail from 'freemail';
import { getDomain } from 'tldts';
import { domainOf, normalizeEmail } from './email.ts';

/** freemail walks a list of 100,000 names; an import asks for the same domains again and again. */
const known = new Map<string, string | null>();
const knownLimit = 10_000;

/**
 * Server only (freemail reads its list from disk): the registrable domain of the employer; null for free and
 * disposable mail and for what is no address.
 */
export function companyDomain(email: string): string | null {
  const normalized = normalizeEmail(email);
  const domain = normalized === null ? null : getDomain(domainOf(normalized));
  if (!domain) return null;
  const cached = known.get(domain);
  if (cached !== undefined) return cached;
  const found = freemail.isFree(`x@${domain}`) ? null : domain;
  if (known.size >= knownLimit) known.clear();
  known.set(domain, found);
  return found;
}
