import { getDomain } from 'tldts';
import { domainOf } from './email.ts';

/** The domain of a normalized address and those above it, down to the one somebody registered: uk.acme.com, acme.com. */
export function domainsOf(email: string): string[] {
  const own = domainOf(email);
  const registered = getDomain(own) ?? own;
  const domains = [own];
  for (let domain = own; domain !== registered && domain.includes('.'); domains.push(domain)) {
    domain = domain.slice(domain.indexOf('.') + 1);
  }
  return domains;
}

/** Whether everybody may register below it (com, co.uk): nobody's own domain. */
export function isPublicSuffix(domain: string): boolean {
  return getDomain(domain) === null;
}
