import { isNamedAlike } from '#shared/identity/personName.ts';
import type { LinkedinTarget } from '#shared/protocol/linkedin.ts';

/** Who a page or a read shows. */
interface ShownPerson {
  profileId: string;
  memberId: string | null;
  slug: string | null;
  name: string;
  company?: string | null;
}

/**
 * Whether the shown person is the one meant; a sentence why not otherwise. A bound person is proven by
 * id alone. One known only by slug is bound by slug and name, the company deciding a doubtful name.
 */
export function whyNotTarget(target: LinkedinTarget, shown: ShownPerson): string | null {
  if (target.profileId !== null) {
    if (target.profileId !== shown.profileId) return 'The page belongs to another profile id.';
    if (target.memberId && shown.memberId && target.memberId !== shown.memberId) {
      return 'The page belongs to another member number.';
    }
    return null;
  }
  if (target.memberId !== null) {
    if (shown.memberId === null) return 'The page does not show the member number.';
    return target.memberId === shown.memberId ? null : 'The page belongs to another member number.';
  }
  if (shown.slug === null || slugOf(shown.slug) !== slugOf(target.slug)) {
    return 'The page belongs to another address.';
  }
  if (isNamedAlike(target, shown)) return null;
  return 'The name on the page is not the contact’s: confirm this person.';
}

/** The public slug in a path or link, decoded and lower case; null when there is none. */
export function slugInPath(path: string): string | null {
  const match = /\/in\/([^/?#]+)/u.exec(path);
  return match?.[1] ? slugOf(match[1]) : null;
}

/** A slug in its comparable form. */
export function slugOf(text: string): string {
  try {
    return decodeURIComponent(text).normalize('NFC').toLowerCase();
  } catch {
    return text.toLowerCase();
  }
}
