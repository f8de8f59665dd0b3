export type LinkedinIdentity = { slug: string } | { profileId: string };

/** `ACoAA…` names the same person for ever; case matters. Other `ACw…` ids are Sales Navigator's own. */
const profileIdPattern = /^ACoA[A-Za-z0-9_-]{10,76}$/;
const slugPattern = /^[^\s/?#%<>"\\|]{1,200}$/u;
const pathPattern = /^(?:https?:\/\/)?(?:[a-z0-9-]+\.)?linkedin\.com\/(?:mwlite\/)?in\/([^/?#\s]+)/i;

/**
 * Whom a LinkedIn profile address names; null when it names nobody. Locale subdomains, query, fragment, what
 * follows the name, percent-encoding and case make no difference.
 */
export function parseLinkedinUrl(text: string): LinkedinIdentity | null {
  const segment = pathPattern.exec(text.trim())?.[1];
  if (segment === undefined) return null;
  const name = decode(segment);
  if (name === null) return null;
  if (profileIdPattern.test(name)) return { profileId: name };
  const slug = normalizeSlug(name);
  return slug === null ? null : { slug };
}

/** A public slug in the form it is compared in; null when it cannot be one. */
export function normalizeSlug(text: string): string | null {
  const slug = text.trim().normalize('NFC').toLowerCase().normalize('NFC');
  return slugPattern.test(slug) ? slug : null;
}

/** The address of a profile. */
export function linkedinProfileUrl(identity: LinkedinIdentity): string {
  const name = 'slug' in identity ? identity.slug : identity.profileId;
  return `https://www.linkedin.com/in/${encodeURIComponent(name)}/`;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
