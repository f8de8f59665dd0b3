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
  const alike = likeness(target.name, shown.name);
  if (alike === 'same' || (alike === 'close' && sameCompany(target.company, shown.company))) return null;
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

/**
 * How alike two names are: `same` (two words or more of one are all in the other, or both are one and the same word: not
 * every name has two), `close` (a word in common), else `different`.
 */
export function likeness(left: string, right: string): 'same' | 'close' | 'different' {
  const a = words(left);
  const b = words(right);
  if (a.length === 0 || b.length === 0) return 'different';
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  const inside = shorter.filter((word) => longer.includes(word));
  if (inside.length === shorter.length && (shorter.length >= 2 || longer.length === 1)) return 'same';
  return inside.length > 0 ? 'close' : 'different';
}

/** Whether a longer text names a person: all words of the name stand in it. */
export function mentions(text: string, name: string): boolean {
  const said = words(text);
  const wanted = words(name);
  return wanted.length > 0 && wanted.every((word) => said.includes(word));
}

/** Titles and degrees that people write into their names. */
const decorations = new Set([
  'dr',
  'prof',
  'phd',
  'mba',
  'msc',
  'bsc',
  'md',
  'ing',
  'dipl',
  'mr',
  'mrs',
  'ms',
]);

function words(name: string): string[] {
  const bare = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\([^)]*\)/gu, ' ');
  return bare.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '' && !decorations.has(word));
}

function sameCompany(left: string | null, right: string | null | undefined): boolean {
  if (!left || !right) return false;
  const a = words(left).join(' ');
  const b = words(right).join(' ');
  return a !== '' && (a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `));
}
