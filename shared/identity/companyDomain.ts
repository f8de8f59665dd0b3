import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { getDomain } from 'tldts';
import { domainOf, normalizeEmail } from './email.ts';

const require = createRequire(import.meta.url);
/** The lists of freemail as they are on the disk: loaded by that package they are 100,000 strings, 8 MB for good. */
const free = Buffer.concat(
  [require.resolve('freemail/data/free.txt'), require.resolve('freemail/data/disposable.txt')].flatMap(
    (list) => [Buffer.from('\n'), readFileSync(list), Buffer.from('\n')],
  ),
);
/** The lists are walked; an import asks for the same domains again and again. */
const known = new Map<string, string | null>();
const knownLimit = 10_000;

/**
 * Server only (its lists are read from disk): the registrable domain of the employer; null for free and
 * disposable mail and for what is no address.
 */
export function companyDomain(email: string): string | null {
  const normalized = normalizeEmail(email);
  const domain = normalized === null ? null : getDomain(domainOf(normalized));
  if (!domain) return null;
  const cached = known.get(domain);
  if (cached !== undefined) return cached;
  const found = free.includes(`\n${domain}\n`) ? null : domain;
  if (known.size >= knownLimit) known.clear();
  known.set(domain, found);
  return found;
}
