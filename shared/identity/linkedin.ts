export type LinkedinIdentity = { slug: string } | { profileId: string };

/** Whom a LinkedIn profile address names; null when it names nobody. */
export function parseLinkedinUrl(_text: string): LinkedinIdentity | null {
  return null;
}

/** The address of a profile. */
export function linkedinProfileUrl(identity: LinkedinIdentity): string {
  const name = 'slug' in identity ? identity.slug : identity.profileId;
  return `https://www.linkedin.com/in/${encodeURIComponent(name)}/`;
}
