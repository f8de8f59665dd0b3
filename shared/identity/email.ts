const localPattern = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/;
const domainPattern = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/**
 * The address in the one form it is stored and compared in (lower case, international domains in punycode);
 * null when it is none. `mailto:` and `Name <address>` are accepted.
 */
export function normalizeEmail(text: string): string | null {
  const inner = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;
  const address = inner
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1) return null;
  const local = address.slice(0, at);
  const domain = asciiDomain(address.slice(at + 1));
  if (domain === null || !localPattern.test(local) || /^\.|\.$|\.\./.test(local)) return null;
  return `${local}@${domain}`;
}

/** The domain of a normalized address. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

function asciiDomain(domain: string): string | null {
  // The URL parser also accepts ports, paths and encodings, which no address has.
  if (/[\s/\\:?#@%[\]]/.test(domain)) return null;
  try {
    const host = new URL(`http://${domain}`).hostname;
    return domainPattern.test(host) ? host : null;
  } catch {
    return null;
  }
}
